// Which live stories schedules are about to change, and when.
import { and, eq, gte, inArray, lt, sql } from 'drizzle-orm';
import { chunksOf } from '../../kernel/chunks.js';
import { facetOf } from '../../storage/facets.js';
import type { Store } from '../../storage/store.js';

/** Fewer than the parameters that one query may have. */
const idsPerQuery = 500;

/** The first planned change of each article that has one between two instants, by its id. */
export async function listPlanned(
  { db, tables: { schedules }, all }: Store,
  from: string,
  before: string,
): Promise<Map<string, string>> {
  const isWaiting = and(sql`${schedules.state} = 'pending'`, gte(schedules.at, from), lt(schedules.at, before));
  const rows = await all(
    db
      .select({ id: schedules.articleId, at: sql<string>`min(${schedules.at})` })
      .from(schedules)
      .where(isWaiting)
      .groupBy(schedules.articleId),
  );
  return new Map(rows.map(({ id, at }) => [id, at]));
}

/**
 * Pairs of an article and a story that may tell of it: one that links to it, one that it links to or is a translation of, and the
 * other translations of either. Rather a pair too many than one too few.
 */
export async function listTelling(
  store: Store,
  articleIds: readonly string[],
): Promise<[article: string, story: string][]> {
  const linked = await listLinked(store, articleIds);
  const centres: [string, string][] = [...articleIds.map((id): [string, string] => [id, id]), ...linked];
  const stories = new Map<string, string[]>();
  for (const [article, centre] of centres) stories.set(centre, [...(stories.get(centre) ?? []), article]);
  const translations = await listTranslations(store, [...stories.keys()]);
  return [
    ...linked,
    ...translations.flatMap(({ original, id }) =>
      (stories.get(original) ?? []).map((article): [string, string] => [article, id]),
    ),
  ];
}

async function listLinked(
  { db, tables: { whereUsed }, all }: Store,
  ids: readonly string[],
): Promise<[string, string][]> {
  const pairs: [string, string][] = [];
  const isOfArticles = and(eq(whereUsed.userKind, 'article'), eq(whereUsed.kind, 'article'));
  for (const some of chunksOf(ids, idsPerQuery)) {
    const query = db.select({ user: whereUsed.userId, used: whereUsed.resourceId }).from(whereUsed);
    const isLive = eq(whereUsed.scope, 'live');
    const isShown = inArray(whereUsed.scope, ['live', 'scheduled']);
    const linking = await all(query.where(and(isOfArticles, isLive, inArray(whereUsed.resourceId, some))));
    pairs.push(...linking.map(({ user, used }): [string, string] => [used, user]));
    const targets = db.select({ user: whereUsed.userId, used: whereUsed.resourceId }).from(whereUsed);
    const linkedTo = await all(targets.where(and(isOfArticles, isShown, inArray(whereUsed.userId, some))));
    pairs.push(...linkedTo.map(({ user, used }): [string, string] => [user, used]));
  }
  return pairs;
}

async function listTranslations(
  { db, tables: { facets }, all }: Store,
  originals: readonly string[],
): Promise<{ original: string; id: string }[]> {
  const found: { original: string; id: string }[] = [];
  for (const some of chunksOf(originals, idsPerQuery)) {
    const byFacet = new Map(some.map((id) => [facetOf.translationOf(id), id]));
    const rows = await all(
      db
        .select({ facet: facets.facet, id: facets.articleId })
        .from(facets)
        .where(inArray(facets.facet, [...byFacet.keys()])),
    );
    found.push(...rows.map(({ facet, id }) => ({ original: byFacet.get(facet) ?? '', id })));
  }
  return found;
}
