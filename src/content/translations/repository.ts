import { and, eq, isNull, ne } from 'drizzle-orm';
import type { Statement, Store } from '../../storage/store.js';

/** What an article is a translation of, as editors have it; undefined when there is no such article. */
export async function findOriginal(
  { db, tables: { articles }, all }: Store,
  articleId: string,
): Promise<string | null | undefined> {
  const [row] = await all(
    db.select({ original: articles.translationOf }).from(articles).where(eq(articles.id, articleId)).limit(1),
  );
  return row?.original;
}

/** Holds a commit to an article being no translation itself. */
export function guardNoTranslation({ db, tables: { articles } }: Store, articleId: string): Statement {
  const isNone = and(eq(articles.id, articleId), isNull(articles.translationOf));
  return { query: db.select({ id: articles.id }).from(articles).where(isNone), rows: 1 };
}

/** The articles, but for one, that are translations of another, as editors have them. */
function translationsQuery({ db, tables: { articles, whereUsed } }: Store, originalId: string, butFor: string) {
  return db
    .select({ id: articles.id })
    .from(whereUsed)
    .innerJoin(articles, eq(articles.id, whereUsed.userId))
    .where(
      and(
        eq(whereUsed.kind, 'article'),
        eq(whereUsed.resourceId, originalId),
        eq(whereUsed.scope, 'working'),
        eq(articles.translationOf, originalId),
        ne(articles.id, butFor),
        isNull(articles.deletedAt),
      ),
    );
}

/** The ids of an article's translations, as editors have them, but for one. */
export async function listTranslations(store: Store, originalId: string, butFor: string): Promise<string[]> {
  return (await store.all(translationsQuery(store, originalId, butFor))).map(({ id }) => id);
}

/** Holds a commit to an article having as many translations as were read. */
export function guardTranslationCount(store: Store, originalId: string, butFor: string, count: number): Statement {
  return { query: translationsQuery(store, originalId, butFor), rows: count };
}
