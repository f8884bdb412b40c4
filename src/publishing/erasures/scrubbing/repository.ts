// Everywhere that a thing's content is written down, and what is left there of it: the number, the time and the actor.
import { and, eq, inArray, isNotNull, isNull, like, or, sql } from 'drizzle-orm';
import { fillEmbed, fillImage, fillQuote, type ResourceFacts, type ResourceKind } from '../../../blocks/library.js';
import type { ArticleRecord } from '../../../content/articles/repository.js';
import { type ArticleFields, fillArticle } from '../../../content/articles/schemas.js';
import { libraryKinds } from '../../../content/library/kinds.js';
import { updateStamp } from '../../../content/managed.js';
import type { Actor } from '../../../kernel/actor.js';
import type { Statement, Store } from '../../../storage/store.js';
import { tell, toldSeq } from '../../public-log/repository.js';

/** Stands where a column cannot be empty. */
const placeholder = 'erased';
/** BCP 47: undetermined. */
const noLanguage = 'und';

const emptyFacts: ResourceFacts = {
  image: fillImage({}),
  quote: fillQuote({ text: placeholder, language: noLanguage }),
  embed: fillEmbed({ kind: 'document', provider: placeholder, title: placeholder }),
};

/** Empties a library resource's row, from the version that was read. */
export function scrubResource(
  { db, tables }: Store,
  kind: ResourceKind,
  id: string,
  version: number,
  actor: Actor,
  at: string,
): Statement {
  const table = tables[libraryKinds[kind].plural] as Store['tables']['images'];
  const values = { ...emptyFacts[kind], ...updateStamp(actor, at), version: version + 1, deletedAt: at };
  return {
    query: db
      .update(table)
      .set(values as Partial<(typeof table)['$inferInsert']>)
      .where(and(eq(table.id, id), eq(table.version, version))),
    rows: 1,
  };
}

/** Empties an article's row, from the version that was read. Its id becomes its slug, since no other may ever have that. */
export function scrubArticle(
  { db, tables: { articles } }: Store,
  { summary: { id, version, desk, publication } }: ArticleRecord,
  actor: Actor,
  at: string,
): Statement {
  const isLive = publication.state === 'live';
  const values = {
    ...(fillArticle({ slug: id, language: noLanguage, desk }) as ArticleFields),
    ...updateStamp(actor, at),
    version: version + 1,
    deletedAt: at,
    sectionIds: [],
    embargoedUntil: null,
    embargoReason: null,
    scheduledFor: null,
    scheduleFailure: null,
    ...(isLive && { state: 'withdrawn' as const, withdrawnAt: at }),
  };
  return {
    query: db
      .update(articles)
      .set(values)
      .where(and(eq(articles.id, id), eq(articles.version, version))),
    rows: 1,
  };
}

/** Empties everything else that belongs to an article alone, but for its history. */
export function scrubParts({ db, tables }: Store, articleId: string, actor: Actor, at: string): Statement[] {
  const { sections, articleTags, slugs, whereUsed, corrections, schedules, previewLinks } = tables;
  const isPending = and(eq(schedules.articleId, articleId), eq(schedules.state, 'pending'));
  return [
    // An anchor is made from the heading.
    {
      query: db
        .update(sections)
        .set({ heading: null, anchor: sql`${sections.id}`, blocks: [] })
        .where(eq(sections.articleId, articleId)),
    },
    {
      query: db
        .update(sections)
        .set({ deletedAt: at, ...updateStamp(actor, at) })
        .where(and(eq(sections.articleId, articleId), isNull(sections.deletedAt))),
    },
    { query: db.delete(articleTags).where(eq(articleTags.articleId, articleId)) },
    { query: db.delete(slugs).where(eq(slugs.articleId, articleId)) },
    { query: db.delete(whereUsed).where(and(eq(whereUsed.userKind, 'article'), eq(whereUsed.userId, articleId))) },
    { query: db.update(corrections).set({ text: placeholder }).where(eq(corrections.articleId, articleId)) },
    {
      query: db
        .update(schedules)
        .set({ state: 'cancelled', settledAt: at, ...updateStamp(actor, at), version: sql`${schedules.version} + 1` })
        .where(isPending),
    },
    { query: db.update(schedules).set({ request: {} }).where(eq(schedules.articleId, articleId)) },
    {
      query: db
        .update(schedules)
        .set({ failure: { code: placeholder, detail: placeholder, errors: [] } })
        .where(and(eq(schedules.articleId, articleId), isNotNull(schedules.failure))),
    },
    {
      query: db
        .update(previewLinks)
        .set({ revokedAt: at })
        .where(and(eq(previewLinks.articleId, articleId), isNull(previewLinks.revokedAt))),
    },
  ];
}

/** Empties every revision of a thing, an article's with those of its sections. */
export function scrubRevisions({ db, tables: { revisions } }: Store, kind: string, id: string): Statement {
  const isOne =
    kind === 'article'
      ? eq(revisions.articleId, id)
      : and(sql`${revisions.kind} = ${kind}`, eq(revisions.resourceId, id));
  return { query: db.update(revisions).set({ content: null, fields: [], reason: null }).where(isOne) };
}

/** Empties what readers got of a story, live or withdrawn, and tells of it: only its id stays, and that it is gone. */
export function scrubSnapshot(store: Store, articleId: string, at: string): Statement[] {
  const { snapshots } = store.tables;
  const values = {
    slug: articleId,
    language: noLanguage,
    headline: '',
    etag: `"${placeholder}"`,
    summary: null,
    body: null,
    madeAt: at,
    withdrawnAt: sql`coalesce(${snapshots.withdrawnAt}, ${at})`,
    publicSeq: toldSeq(store),
  };
  return [
    tell(store, articleId, 'erased', at),
    { query: store.db.update(snapshots).set(values).where(eq(snapshots.articleId, articleId)), rows: 1 },
  ];
}

/** Takes a library resource from readers, and from the list of those who use others. */
export function dropResource({ db, tables }: Store, kind: ResourceKind, id: string): Statement[] {
  const { librarySnapshots, whereUsed } = tables;
  const isShown = and(eq(librarySnapshots.kind, kind), eq(librarySnapshots.resourceId, id));
  const isUser = and(eq(whereUsed.userKind, 'embed'), eq(whereUsed.userId, id));
  return [
    { query: db.delete(librarySnapshots).where(isShown) },
    ...(kind === 'embed' ? [{ query: db.delete(whereUsed).where(isUser) }] : []),
  ];
}

/** Empties what receivers of webhooks have answered to messages about a story, which may repeat those. */
export function scrubResponses({ db, tables }: Store, articleId: string): Statement {
  const { webhookDeliveries: deliveries, webhookAttempts: attempts } = tables;
  const ofStory = db.select({ seq: deliveries.seq }).from(deliveries).where(eq(deliveries.articleId, articleId));
  return { query: db.update(attempts).set({ response: null }).where(inArray(attempts.deliverySeq, ofStory)) };
}

/** Every slug that an article has or ever had before readers. */
export async function listSlugs({ db, tables: { slugs }, all }: Store, articleId: string): Promise<string[]> {
  const rows = await all(db.select({ slug: slugs.slug }).from(slugs).where(eq(slugs.articleId, articleId)));
  return rows.map(({ slug }) => slug);
}

/** Forgets the stored answers that name the thing: by its id, which every answer about it has, or by a slug. */
export function dropAnswers(
  { db, tables: { idempotentAnswers: answers }, jsonText }: Store,
  id: string,
  slugs: readonly string[],
): Statement {
  const namesSlug = slugs.flatMap((slug) => [
    like(answers.path, `%/${slug}`),
    like(answers.path, `%/${slug}/%`),
    like(answers.body, `%"${slug}"%`),
  ]);
  const names = [
    like(answers.path, `%${id}%`),
    like(answers.body, `%${id}%`),
    sql`${jsonText(answers.headers)} LIKE ${`%${id}%`}`,
  ];
  return { query: db.delete(answers).where(or(...names, ...namesSlug)) };
}
