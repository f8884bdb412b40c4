import { and, asc, desc, eq, gt, lt } from 'drizzle-orm';
import type { ResourceKind } from '../../blocks/library.js';
import type { Seek } from '../../kernel/cursors.js';
import { inListOrder } from '../../storage/keyset.js';
import type { Store } from '../../storage/store.js';

export interface LibrarySnapshot {
  id: string;
  etag: string;
  madeAt: string;
  /** The resource as readers get it, as JSON. */
  body: string;
}

/** A resource that a live story shows; undefined when there is none such. */
export async function findLibrarySnapshot(
  { db, tables, all }: Store,
  kind: ResourceKind,
  id: string,
): Promise<LibrarySnapshot | undefined> {
  const { librarySnapshots } = tables;
  const [row] = await all(
    db
      .select({
        id: librarySnapshots.resourceId,
        etag: librarySnapshots.etag,
        madeAt: librarySnapshots.madeAt,
        body: librarySnapshots.body,
      })
      .from(librarySnapshots)
      .where(and(eq(librarySnapshots.kind, kind), eq(librarySnapshots.resourceId, id)))
      .limit(1),
  );
  return row;
}

/** Resources that live stories show, the newest first (by id, which tells the time they were made). */
export async function listLibrarySnapshots(
  { db, tables, all }: Store,
  kind: ResourceKind,
  speaker: string | undefined,
  limit: number,
  seek: Seek | undefined,
): Promise<LibrarySnapshot[]> {
  const { librarySnapshots } = tables;
  const { resourceId } = librarySnapshots;
  const isBackwards = seek?.direction === 'previous';
  const position = String(seek?.position[0] ?? '');
  const bound = seek && (isBackwards ? gt(resourceId, position) : lt(resourceId, position));
  const rows = await all(
    db
      .select({
        id: resourceId,
        etag: librarySnapshots.etag,
        madeAt: librarySnapshots.madeAt,
        body: librarySnapshots.body,
      })
      .from(librarySnapshots)
      .where(
        and(
          eq(librarySnapshots.kind, kind),
          speaker === undefined ? undefined : eq(librarySnapshots.speaker, speaker),
          bound,
        ),
      )
      .orderBy(isBackwards ? asc(resourceId) : desc(resourceId))
      .limit(limit),
  );
  return inListOrder(rows, seek);
}
