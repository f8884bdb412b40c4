import { asc, eq } from 'drizzle-orm';
import type { Store } from '../../storage/store.js';

/** When a story went to readers or was taken from them, the first time first. */
export async function listPublications({ db, tables: { publications }, all }: Store, articleId: string) {
  const { action, at, firstPublishedAt, contentUpdatedAt } = publications;
  return all(
    db
      .select({ action, at, firstPublishedAt, contentUpdatedAt })
      .from(publications)
      .where(eq(publications.articleId, articleId))
      .orderBy(asc(publications.version)),
  );
}

/** What readers of a story were told, the oldest first. */
export async function listCorrections({ db, tables: { corrections }, all }: Store, articleId: string) {
  const { id, kind, text, at } = corrections;
  return all(
    db.select({ id, kind, text, at }).from(corrections).where(eq(corrections.articleId, articleId)).orderBy(asc(id)),
  );
}
