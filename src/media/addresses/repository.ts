import { and, desc, eq, isNotNull } from 'drizzle-orm';
import { fillImage } from '../../blocks/library.js';
import { type Pictured, versionOf } from '../../blocks/renditions.js';
import type { Store } from '../../storage/store.js';

/** What this installation signs with. */
export async function findSecret({ db, tables: { secrets }, all }: Store, name: string): Promise<string> {
  const [row] = await all(db.select({ value: secrets.value }).from(secrets).where(eq(secrets.name, name)));
  if (!row) throw new Error(`the database has no secret named ${name}`);
  return row.value;
}

/**
 * An image, live or not, as it was when its renditions were of this version; undefined when it never was, or what it was then has
 * been erased. Only for those who were given its address.
 */
export async function findPicturedAt(store: Store, id: string, version: string): Promise<Pictured | undefined> {
  const { revisions } = store.tables;
  const rows = await store.all(
    store.db
      .select({ content: revisions.content })
      .from(revisions)
      .where(and(eq(revisions.kind, 'image'), eq(revisions.resourceId, id), isNotNull(revisions.content)))
      .orderBy(desc(revisions.version)),
  );
  for (const { content } of rows) {
    const facts = fillImage(content as Record<string, unknown>);
    if (facts.file && versionOf({ id, ...facts }) === version) return { id, ...facts };
  }
  return undefined;
}
