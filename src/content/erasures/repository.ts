// Which things were erased for good.
import { and, type Column, eq, exists, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { Statement, Store } from '../../storage/store.js';
import type { Use } from '../where-used.js';

/** What can be erased: content of its own, which a story or the library holds. */
export const erasableKinds = ['article', 'image', 'quote', 'embed'] as const;
export type ErasableKind = (typeof erasableKinds)[number];

/** What reads those of the things that were erased; none when nothing among them can be. */
function selectErased({ db, tables: { erasures } }: Store, things: readonly Use[]) {
  const ofKinds = erasableKinds.flatMap((kind) => {
    const ids = things.filter((thing) => thing.kind === kind).map(({ id }) => id);
    return ids.length > 0 ? [and(eq(erasures.kind, kind), inArray(erasures.resourceId, [...new Set(ids)]))] : [];
  });
  if (ofKinds.length === 0) return undefined;
  return db
    .select({ kind: erasures.kind, id: erasures.resourceId })
    .from(erasures)
    .where(or(...ofKinds));
}

/** Those of the things that were erased. */
export async function findErased(store: Store, things: readonly Use[]): Promise<{ kind: ErasableKind; id: string }[]> {
  const query = selectErased(store, things);
  return query ? store.all(query) : [];
}

/** Holds a commit to none of the things being erased, deleted or not. */
export function guardNotErased(store: Store, things: readonly Use[]): Statement[] {
  const query = selectErased(store, things);
  return query ? [{ query, rows: 0 }] : [];
}

/** Whether it is erased, of the things that a query reads. */
export function isErased({ db, tables: { erasures } }: Store, kind: ErasableKind, id: Column): SQL {
  return exists(
    db
      .select({ one: sql`1` })
      .from(erasures)
      .where(and(eq(erasures.kind, kind), eq(erasures.resourceId, id))),
  );
}
