import { and, eq, sql } from 'drizzle-orm';
import type { Image } from '../../blocks/library.js';
import { facetOf } from '../../storage/facets.js';
import type { Store } from '../../storage/store.js';

/** An image as live stories show it; undefined when none does. */
export async function findShownImage(
  { db, tables: { librarySnapshots }, all }: Store,
  id: string,
): Promise<Image | undefined> {
  const [row] = await all(
    db
      .select({ body: librarySnapshots.body })
      .from(librarySnapshots)
      .where(and(eq(librarySnapshots.kind, 'image'), eq(librarySnapshots.resourceId, id)))
      .limit(1),
  );
  return row && JSON.parse(row.body);
}

/** Whether a live story shows an image so. */
export async function isViewShown({ db, tables: { facets }, all }: Store, id: string, view: string): Promise<boolean> {
  const rows = await all(
    db
      .select({ one: sql<number>`1` })
      .from(facets)
      .where(eq(facets.facet, facetOf.view(id, view)))
      .limit(1),
  );
  return rows.length > 0;
}
