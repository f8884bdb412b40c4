// The same tables as those of the other engine, with the same names and JavaScript types; a test holds the two side by side.
import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  customType,
  index,
  json as jsonColumn,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { FileColumn, ResourceKindColumn, SpeakerColumn, WebhookEventColumn } from '../columns.js';

/** JSON as it was written: `jsonb` would change the order of its members, and with it the bytes that readers get. */
function json<T>() {
  return jsonColumn().$type<T>();
}

/** A whole number, as large as JavaScript has them. */
function number() {
  return bigint({ mode: 'number' });
}

/** A number that the engine gives by itself, without gaps: a trigger does. */
function numberedClosely() {
  return bigint({ mode: 'number' }).primaryKey();
}

/** A number that the engine gives by itself. */
function numbered() {
  return bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity();
}

const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

/** Who made and last changed a managed resource, and when; its version. */
const versioned = () => ({
  version: number().notNull(),
  createdAt: text().notNull(),
  createdByKey: text(),
  createdByActor: text(),
  updatedAt: text().notNull(),
  updatedByKey: text(),
  updatedByActor: text(),
});

/** The same, and when it was deleted. */
const managed = () => ({ ...versioned(), deletedAt: text() });

/** What desks and tags have alike. */
const term = () => ({
  key: text().primaryKey(),
  name: text().notNull(),
  ...versioned(),
  /** How many live stories have it. */
  liveStories: number().notNull().default(0),
});

export const desks = pgTable('desks', term(), (t) => [
  check('desks_version', sql`${t.version} >= 1 AND ${t.liveStories} >= 0`),
]);

export const tags = pgTable('tags', term(), (t) => [
  check('tags_version', sql`${t.version} >= 1 AND ${t.liveStories} >= 0`),
]);

export const images = pgTable(
  'images',
  {
    id: text().primaryKey(),
    ...managed(),
    alt: text(),
    decorative: boolean().notNull(),
    caption: text(),
    creditLine: text(),
    photographer: text(),
    agency: text(),
    copyrightNotice: text(),
    usageTerms: text(),
    takenAt: text(),
    location: text(),
    focalPoint: json<{ x: number; y: number }>(),
    sourceUrl: text(),
    file: json<FileColumn>(),
  },
  (t) => [
    index('images_by_update').on(t.updatedAt, t.id),
    index('images_deleted_by_update').on(t.updatedAt, t.id).where(sql`${t.deletedAt} IS NOT NULL`),
    check('images_version', sql`${t.version} >= 1`),
  ],
);

export const quotes = pgTable(
  'quotes',
  {
    id: text().primaryKey(),
    ...managed(),
    text: text().notNull(),
    speaker: json<SpeakerColumn>(),
    context: text(),
    saidAt: text(),
    language: text().notNull(),
    sourceUrl: text(),
  },
  (t) => [
    index('quotes_by_update').on(t.updatedAt, t.id),
    index('quotes_deleted_by_update').on(t.updatedAt, t.id).where(sql`${t.deletedAt} IS NOT NULL`),
    check('quotes_version', sql`${t.version} >= 1`),
  ],
);

export const embeds = pgTable(
  'embeds',
  {
    id: text().primaryKey(),
    ...managed(),
    kind: text().$type<'video' | 'audio' | 'social' | 'interactive' | 'document'>().notNull(),
    provider: text().notNull(),
    title: text().notNull(),
    description: text(),
    url: text(),
    embedUrl: text(),
    duration: text(),
    publishedAt: text(),
    thumbnailImageId: text().references(() => images.id),
    aspectRatio: text(),
    transcript: text(),
    captionsUrl: text(),
  },
  (t) => [
    index('embeds_by_update').on(t.updatedAt, t.id),
    index('embeds_deleted_by_update').on(t.updatedAt, t.id).where(sql`${t.deletedAt} IS NOT NULL`),
    check('embeds_version', sql`${t.version} >= 1`),
    check('embeds_kind', sql`${t.kind} IN ('video', 'audio', 'social', 'interactive', 'document')`),
  ],
);

export const articles = pgTable(
  'articles',
  {
    id: text().primaryKey(),
    ...managed(),
    slug: text().notNull(),
    language: text().notNull(),
    translationOf: text().references((): AnyPgColumn => articles.id),
    kicker: text(),
    headline: text(),
    shortHeadline: text(),
    deck: text(),
    summary: text(),
    slugline: text(),
    seo: json<{ title: string | null; description: string | null }>(),
    desk: text()
      .notNull()
      .references(() => desks.key),
    tags: json<string[]>().notNull(),
    bylines: json<{ name: string; role: string | null; organization: string | null; url: string | null }[]>().notNull(),
    sources: json<{ name: string; kind: 'staff' | 'wire' | 'handout' | 'other' }[]>().notNull(),
    dateline: json<{ place: string; date: string | null }>(),
    leadImageId: text().references(() => images.id),
    related: json<string[]>().notNull(),
    internalNote: text(),
    stage: text().$type<'draft' | 'review' | 'ready'>().notNull(),
    sectionIds: json<string[]>().notNull(),
    /** The version that last changed what would be published. */
    contentVersion: number().notNull(),
    state: text().$type<'unpublished' | 'live' | 'withdrawn'>().notNull(),
    firstPublishedAt: text(),
    publishedAt: text(),
    contentUpdatedAt: text(),
    withdrawnAt: text(),
    /** The version whose content readers see, or saw when it was withdrawn. */
    liveVersion: number(),
    /** No publication before it, and why. */
    embargoedUntil: text(),
    embargoReason: text(),
    /** When a version waits to be published; the schedule itself is a row of its own. */
    scheduledFor: text(),
    /** What kept the last schedule that fired from doing its work, until another succeeds or is made. */
    scheduleFailure: json<{
      scheduleId: string;
      action: 'publish' | 'withdraw';
      at: string;
      code: string;
      reason: string;
    }>(),
  },
  (t) => [
    uniqueIndex('articles_slug').on(t.slug).where(sql`${t.deletedAt} IS NULL`),
    index('articles_by_update').on(t.updatedAt, t.id),
    index('articles_of_stage').on(t.stage, t.updatedAt, t.id),
    index('articles_of_state').on(t.state, t.updatedAt, t.id),
    index('articles_of_actor').on(t.updatedByActor, t.updatedAt, t.id),
    index('articles_of_key').on(t.updatedByKey, t.updatedAt, t.id),
    index('articles_scheduled').on(t.scheduledFor, t.id).where(sql`${t.scheduledFor} IS NOT NULL`),
    index('articles_deleted_by_update').on(t.updatedAt, t.id).where(sql`${t.deletedAt} IS NOT NULL`),
    index('articles_by_creation').on(t.createdAt, t.id),
    index('articles_by_publication').on(t.publishedAt, t.id),
    index('articles_of_desk').on(t.desk, t.updatedAt, t.id),
    check('articles_version', sql`${t.version} >= 1 AND ${t.contentVersion} BETWEEN 1 AND ${t.version}`),
    check('articles_stage', sql`${t.stage} IN ('draft', 'review', 'ready')`),
    check('articles_state', sql`${t.state} IN ('unpublished', 'live', 'withdrawn')`),
    check(
      'articles_publication',
      sql`(${t.state} = 'unpublished') = (${t.liveVersion} IS NULL) AND (${t.state} = 'withdrawn') = (${t.withdrawnAt} IS NOT NULL) AND (${t.liveVersion} IS NULL) = (${t.publishedAt} IS NULL) AND (${t.publishedAt} IS NULL) = (${t.firstPublishedAt} IS NULL)`,
    ),
    check('articles_deleted', sql`${t.deletedAt} IS NULL OR (${t.state} <> 'live' AND ${t.scheduledFor} IS NULL)`),
    check('articles_embargo', sql`(${t.embargoedUntil} IS NULL) = (${t.embargoReason} IS NULL)`),
  ],
);

export const sections = pgTable(
  'sections',
  {
    id: text().primaryKey(),
    ...managed(),
    articleId: text()
      .notNull()
      .references(() => articles.id),
    heading: text(),
    anchor: text().notNull(),
    /** Whether readers have seen the anchor, so that it stays. */
    anchorFixed: boolean().notNull(),
    blocks: json<unknown[]>().notNull(),
  },
  (t) => [
    index('sections_of_article').on(t.articleId),
    uniqueIndex('sections_anchor').on(t.articleId, t.anchor).where(sql`${t.deletedAt} IS NULL`),
    check('sections_version', sql`${t.version} >= 1`),
  ],
);

export const articleTags = pgTable(
  'article_tags',
  {
    articleId: text()
      .notNull()
      .references(() => articles.id),
    tag: text()
      .notNull()
      .references(() => tags.key),
  },
  (t) => [primaryKey({ columns: [t.articleId, t.tag] }), index('article_tags_by_tag').on(t.tag)],
);

/** Every slug an article has or, once readers have seen it, ever had. */
export const slugs = pgTable(
  'slugs',
  {
    slug: text().primaryKey(),
    articleId: text()
      .notNull()
      .references(() => articles.id),
    /** Whether readers have seen it, so that it stays the article's for good. */
    published: boolean().notNull(),
  },
  (t) => [index('slugs_of_article').on(t.articleId)],
);

/** Where each resource is used: in working copies and in what readers see. Desks and tags are noted in the latter alone. */
export const whereUsed = pgTable(
  'where_used',
  {
    scope: text().$type<'working' | 'live' | 'scheduled'>().notNull(),
    userKind: text().$type<'article' | 'embed'>().notNull(),
    userId: text().notNull(),
    /** The section, or '' for the article's own fields and for embeds. */
    sectionId: text().notNull(),
    kind: text().$type<'article' | 'image' | 'quote' | 'embed' | 'desk' | 'tag'>().notNull(),
    resourceId: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.scope, t.userKind, t.userId, t.sectionId, t.kind, t.resourceId] }),
    index('where_used_of_resource').on(t.kind, t.resourceId, t.scope, t.userId),
    check('where_used_scope', sql`${t.scope} IN ('working', 'live', 'scheduled')`),
    check('where_used_user', sql`${t.userKind} IN ('article', 'embed')`),
    check('where_used_kind', sql`${t.kind} IN ('article', 'image', 'quote', 'embed', 'desk', 'tag')`),
  ],
);

/** What readers get of each article that is or was live: the compiled bytes, none when it is withdrawn. */
export const snapshots = pgTable(
  'snapshots',
  {
    articleId: text()
      .primaryKey()
      .references(() => articles.id),
    slug: text().notNull(),
    language: text().notNull(),
    headline: text().notNull(),
    publishedAt: text().notNull(),
    withdrawnAt: text(),
    etag: text().notNull(),
    madeAt: text().notNull(),
    /** The ArticleSummary that lists send, as JSON. */
    summary: text(),
    body: bytes(),
    /** Which form of the compiled story it is; an older one is compiled anew after an upgrade. */
    format: number().notNull().default(0),
    /** Where the public log tells of the last change of it that readers see; triggers hold it to that. */
    publicSeq: number().notNull().default(0),
  },
  (t) => [
    uniqueIndex('snapshots_slug').on(t.slug),
    uniqueIndex('snapshots_by_public_seq').on(t.publicSeq),
    index('snapshots_by_format').on(t.format, t.articleId).where(sql`${t.withdrawnAt} IS NULL`),
    check(
      'snapshots_withdrawn',
      sql`(${t.withdrawnAt} IS NULL) = (${t.body} IS NOT NULL) AND (${t.body} IS NULL) = (${t.summary} IS NULL)`,
    ),
  ],
);

/**
 * What lists of live stories are filtered and sorted by: for each story a row for all it can be found by, such as
 * `tag:belarus`, and for the pairs that are often asked for together, such as `desk:world language:en`. A story whose text
 * alone has changed is published without touching more than the few rows that bear `contentUpdatedAt`.
 */
export const facets = pgTable(
  'facets',
  {
    articleId: text()
      .notNull()
      .references(() => snapshots.articleId),
    facet: text().notNull(),
    publishedAt: text().notNull(),
    /** Only of what lists by update are read by. */
    contentUpdatedAt: text(),
  },
  (t) => [
    primaryKey({ columns: [t.articleId, t.facet] }),
    index('facets_by_publication').on(t.facet, t.publishedAt, t.articleId),
    index('facets_by_update')
      .on(t.facet, t.contentUpdatedAt, t.articleId, t.publishedAt)
      .where(sql`${t.contentUpdatedAt} IS NOT NULL`),
  ],
);

/** What readers get of each library resource that a live story uses. */
export const librarySnapshots = pgTable(
  'library_snapshots',
  {
    kind: text().$type<'image' | 'quote' | 'embed'>().notNull(),
    resourceId: text().notNull(),
    etag: text().notNull(),
    madeAt: text().notNull(),
    /** The speaker's name, folded for comparison; quotes only. */
    speaker: text(),
    body: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.kind, t.resourceId] }),
    index('library_snapshots_by_speaker').on(t.speaker, t.resourceId).where(sql`${t.speaker} IS NOT NULL`),
    check('library_snapshots_kind', sql`${t.kind} IN ('image', 'quote', 'embed')`),
  ],
);

/** Every version of every managed resource. Append-only. */
export const revisions = pgTable(
  'revisions',
  {
    kind: text().$type<ResourceKindColumn>().notNull(),
    resourceId: text().notNull(),
    version: number().notNull(),
    /** The article it belongs to, and that article's version with it; for articles and sections. */
    articleId: text().references(() => articles.id),
    articleVersion: number(),
    at: text().notNull(),
    byKey: text(),
    byActor: text(),
    action: text().notNull(),
    /** RFC 6901 pointers to what changed. */
    fields: json<string[]>().notNull(),
    /** Null where the version changed nothing but publication. */
    content: json<unknown>(),
    /** Why, where whoever did it had to say. */
    reason: text(),
  },
  (t) => [
    primaryKey({ columns: [t.kind, t.resourceId, t.version] }),
    index('revisions_of_article').on(t.articleId, t.kind, t.resourceId, t.articleVersion),
    check('revisions_kind', sql`${t.kind} IN ('article', 'section', 'image', 'quote', 'embed', 'desk', 'tag')`),
    check(
      'revisions_article',
      sql`(${t.kind} IN ('article', 'section')) = (${t.articleId} IS NOT NULL AND ${t.articleVersion} IS NOT NULL)`,
    ),
  ],
);

/** The log that sync, stream, webhooks and audit read. Append-only. */
export const changes = pgTable(
  'changes',
  {
    seq: numberedClosely(),
    at: text().notNull(),
    byKey: text(),
    byActor: text(),
    action: text().notNull(),
    kind: text().$type<ResourceKindColumn | 'key' | 'webhook'>().notNull(),
    resourceId: text().notNull(),
    version: number().notNull(),
    articleId: text(),
    /** Whether readers see a difference. */
    public: boolean().notNull(),
  },
  (t) => [
    index('changes_of_resource').on(t.kind, t.resourceId, t.seq),
    index('changes_of_article').on(t.articleId, t.seq),
    index('changes_of_actor').on(t.byActor, t.seq),
    index('changes_of_key').on(t.byKey, t.seq),
    index('changes_of_action').on(t.action, t.seq),
    index('changes_by_time').on(t.at, t.seq),
    index('changes_public').on(t.seq).where(sql`${t.public}`),
    check('changes_public_article', sql`NOT ${t.public} OR ${t.articleId} IS NOT NULL`),
  ],
);

/**
 * What readers could see happen to stories, in the order of the commits, with a sequence of its own: gaps in that of `changes`
 * would tell them what goes on in the newsroom. It holds no content. Old entries are swept, never the last.
 */
export const publicLog = pgTable(
  'public_log',
  {
    seq: numberedClosely(),
    at: text().notNull(),
    event: text().$type<'published' | 'updated' | 'corrected' | 'withdrawn' | 'erased'>().notNull(),
    articleId: text().notNull(),
    /** Random, so that the same number in another database, or after a backup was restored, is not taken for this entry. */
    mark: text().notNull(),
  },
  (t) => [check('public_log_event', sql`${t.event} IN ('published', 'updated', 'corrected', 'withdrawn', 'erased')`)],
);

export const apiKeys = pgTable(
  'api_keys',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    role: text().$type<'viewer' | 'editor' | 'publisher' | 'admin'>().notNull(),
    /** SHA-256 of the secret, in hex. */
    secretHash: text().notNull(),
    createdAt: text().notNull(),
    expiresAt: text(),
    revokedAt: text(),
    /** About when it last let somebody in. */
    lastUsedAt: text(),
    /** The key that it takes over from; both are good until that one expires. */
    rotatedFrom: text().references((): AnyPgColumn => apiKeys.id),
  },
  (t) => [
    uniqueIndex('api_keys_rotated_from').on(t.rotatedFrom),
    check('api_keys_role', sql`${t.role} IN ('viewer', 'editor', 'publisher', 'admin')`),
  ],
);

/** A change that reaches more live stories than one commit should carry: they are compiled anew in batches, by id. */
export const propagations = pgTable(
  'propagations',
  {
    id: text().primaryKey(),
    /** What changed; `format` is the program itself. */
    kind: text().$type<'article' | 'image' | 'quote' | 'embed' | 'desk' | 'tag' | 'format'>().notNull(),
    resourceId: text().notNull(),
    startedAt: text().notNull(),
    byKey: text(),
    byActor: text(),
    total: number().notNull(),
    done: number().notNull(),
    /** The last story done; the ids after it are still to do. */
    cursor: text().notNull(),
    finishedAt: text(),
  },
  (t) => [
    index('propagations_unfinished').on(t.id).where(sql`${t.finishedAt} IS NULL`),
    check('propagations_kind', sql`${t.kind} IN ('article', 'image', 'quote', 'embed', 'desk', 'tag', 'format')`),
    check('propagations_done', sql`${t.done} >= 0 AND ${t.total} >= 0`),
  ],
);

/** What was scrubbed for good, on whose word and why. Append-only. */
export const erasures = pgTable(
  'erasures',
  {
    id: text().primaryKey(),
    at: text().notNull(),
    byKey: text(),
    byActor: text(),
    kind: text().$type<'article' | 'image' | 'quote' | 'embed'>().notNull(),
    resourceId: text().notNull(),
    reason: text().notNull(),
    /** Not so during the transaction that scrubs: while there is such a row, history may be changed. */
    done: boolean().notNull(),
  },
  (t) => [
    uniqueIndex('erasures_of_resource').on(t.kind, t.resourceId),
    check('erasures_kind', sql`${t.kind} IN ('article', 'image', 'quote', 'embed')`),
  ],
);

/** Each time that a story went to readers or was taken from them, with the times that it bore. Append-only. */
export const publications = pgTable(
  'publications',
  {
    articleId: text()
      .notNull()
      .references(() => articles.id),
    /** The article's version that did it. */
    version: number().notNull(),
    action: text().$type<'publish' | 'withdraw'>().notNull(),
    at: text().notNull(),
    byKey: text(),
    byActor: text(),
    firstPublishedAt: text().notNull(),
    publishedAt: text().notNull(),
    contentUpdatedAt: text().notNull(),
    /** The version whose content it is about: a schedule publishes the one that was named, whatever came after. */
    contentVersion: number().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.articleId, t.version] }),
    index('publications_by_time').on(t.articleId, t.at),
    check('publications_action', sql`${t.action} IN ('publish', 'withdraw')`),
    check('publications_content', sql`${t.contentVersion} BETWEEN 1 AND ${t.version}`),
  ],
);

/** What readers are told of a mistake or of news in a story. Append-only. */
export const corrections = pgTable(
  'corrections',
  {
    id: text().primaryKey(),
    articleId: text()
      .notNull()
      .references(() => articles.id),
    kind: text().$type<'correction' | 'clarification' | 'update' | 'retraction'>().notNull(),
    text: text().notNull(),
    at: text().notNull(),
    byKey: text(),
    byActor: text(),
  },
  (t) => [
    index('corrections_of_article').on(t.articleId, t.id),
    check('corrections_kind', sql`${t.kind} IN ('correction', 'clarification', 'update', 'retraction')`),
  ],
);

/** A version of an article to be published, or a story to be withdrawn, at an instant. */
export const schedules = pgTable(
  'schedules',
  {
    id: text().primaryKey(),
    articleId: text()
      .notNull()
      .references(() => articles.id),
    action: text().$type<'publish' | 'withdraw'>().notNull(),
    /** The article's version that it was made from: the one that is published. */
    articleVersion: number().notNull(),
    at: text().notNull(),
    /** What else the publication is asked for, as in its request. */
    request: json<Record<string, unknown>>().notNull(),
    /** Rises with every change to the schedule. */
    version: number().notNull(),
    state: text().$type<'pending' | 'done' | 'failed' | 'cancelled'>().notNull(),
    /** Why it failed. */
    failure: json<Record<string, unknown>>(),
    settledAt: text(),
    createdAt: text().notNull(),
    createdByKey: text(),
    createdByActor: text(),
    updatedAt: text().notNull(),
    updatedByKey: text(),
    updatedByActor: text(),
  },
  (t) => [
    uniqueIndex('schedules_pending').on(t.articleId, t.action).where(sql`${t.state} = 'pending'`),
    index('schedules_due').on(t.at, t.id).where(sql`${t.state} = 'pending'`),
    index('schedules_by_time').on(t.at, t.id),
    index('schedules_of_article').on(t.articleId, t.id),
    check('schedules_action', sql`${t.action} IN ('publish', 'withdraw')`),
    check('schedules_state', sql`${t.state} IN ('pending', 'done', 'failed', 'cancelled')`),
    check(
      'schedules_settled',
      sql`(${t.state} = 'pending') = (${t.settledAt} IS NULL) AND (${t.state} = 'failed') = (${t.failure} IS NOT NULL)`,
    ),
  ],
);

/** Answers to requests with an Idempotency-Key, to be given again to the same request; of one that is not answered yet, its mark. */
export const idempotentAnswers = pgTable(
  'idempotent_answers',
  {
    /** The API key that sent it. */
    keyId: text().notNull(),
    method: text().notNull(),
    path: text().notNull(),
    idempotencyKey: text().notNull(),
    /** SHA-256 of the body, in hex. */
    bodyHash: text().notNull(),
    /** 299, which no answer has, says that it is a mark: its body is what was decided. */
    status: number().notNull(),
    headers: json<Record<string, string>>().notNull(),
    body: text().notNull(),
    at: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.keyId, t.method, t.path, t.idempotencyKey] }),
    index('idempotent_answers_by_time').on(t.at),
    check('idempotent_answers_status', sql`${t.status} BETWEEN 200 AND 299`),
  ],
);

/** Links that show a working copy to whoever has them. */
export const previewLinks = pgTable(
  'preview_links',
  {
    id: text().primaryKey(),
    articleId: text()
      .notNull()
      .references(() => articles.id),
    /** The version to show; none for the working copy as it is when it is looked at. */
    articleVersion: number(),
    /** SHA-256 of the token, in hex. */
    tokenHash: text().notNull(),
    createdAt: text().notNull(),
    createdByKey: text(),
    createdByActor: text(),
    expiresAt: text().notNull(),
    revokedAt: text(),
  },
  (t) => [uniqueIndex('preview_links_token').on(t.tokenHash), index('preview_links_of_article').on(t.articleId, t.id)],
);

/** Each live story in the full-text index: its number there, and what is told or compared of every story that a search finds. */
export const storyDocuments = pgTable(
  'story_documents',
  {
    /** The number of its row in the index. Stays when the file is written anew, as numbers that SQLite gives by itself need not. */
    id: numbered(),
    articleId: text()
      .notNull()
      .references(() => snapshots.articleId),
    publishedAt: text().notNull(),
    contentUpdatedAt: text().notNull(),
    /** The facets that searches count, a line each. */
    counted: text().notNull(),
    /** Of what the index has of it; '' before there is anything. */
    hash: text().notNull(),
  },
  (t) => [uniqueIndex('story_documents_article').on(t.articleId)],
);

/** What the index has of a story, to take excerpts from. Apart from the above, so that looking at many stories reads few pages. */
export const storyTexts = pgTable('story_texts', {
  id: numbered(),
  texts: json<Record<string, string>>().notNull(),
});

/** Each quote that readers see, in the full-text index. */
export const quoteDocuments = pgTable(
  'quote_documents',
  {
    id: numbered(),
    quoteId: text().notNull(),
    hash: text().notNull(),
  },
  (t) => [uniqueIndex('quote_documents_quote').on(t.quoteId)],
);

/** Whom live stories quote, and how many of them. Counted by triggers, as facets come and go. */
export const speakers = pgTable(
  'speakers',
  {
    /** The name, folded for comparison. */
    key: text().primaryKey(),
    storyCount: number().notNull(),
  },
  (t) => [
    index('speakers_by_stories').on(t.storyCount, t.key),
    check('speakers_story_count', sql`${t.storyCount} >= 1`),
  ],
);

/** The files that revisions of images show. A file is kept for as long as it has a row here. */
export const imageFiles = pgTable(
  'image_files',
  {
    /** SHA-256 of the file, in hex. */
    sha256: text().notNull(),
    imageId: text()
      .notNull()
      .references(() => images.id),
  },
  (t) => [primaryKey({ columns: [t.sha256, t.imageId] }), index('image_files_of_image').on(t.imageId)],
);

/** What this installation signs with, made once for it. */
export const secrets = pgTable('secrets', { name: text().primaryKey(), value: text().notNull() });

/** Addresses that are told of what readers can see happen. Their secrets are kept as they are, since signing needs them. */
export const webhooks = pgTable(
  'webhooks',
  {
    id: text().primaryKey(),
    ...versioned(),
    url: text().notNull(),
    description: text(),
    events: json<WebhookEventColumn[]>().notNull(),
    state: text().$type<'enabled' | 'disabled'>().notNull(),
    /** Who disabled it: an admin, or the address, by saying that it is gone. */
    disabledReason: text().$type<'admin' | 'gone'>(),
    secret: text().notNull(),
    /** The secret before, while both are good. */
    formerSecret: text(),
    formerSecretUntil: text(),
    /** Up to which entry of the public log deliveries were made. */
    reachedSeq: number().notNull(),
  },
  (t) => [
    index('webhooks_by_creation').on(t.createdAt, t.id),
    check('webhooks_version', sql`${t.version} >= 1`),
    check('webhooks_state', sql`${t.state} IN ('enabled', 'disabled')`),
    check('webhooks_disabled', sql`(${t.state} = 'disabled') = (${t.disabledReason} IS NOT NULL)`),
    check('webhooks_former_secret', sql`(${t.formerSecret} IS NULL) = (${t.formerSecretUntil} IS NULL)`),
  ],
);

/** What a webhook is told, once it is due. Holds no content: what is sent is made when it is sent. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    /** The order in which a story's are sent. */
    seq: numbered(),
    /** The same at every attempt. */
    id: text().notNull(),
    webhookId: text()
      .notNull()
      .references(() => webhooks.id),
    type: text().$type<WebhookEventColumn | 'ping'>().notNull(),
    /** The entry of the public log that it tells of; none for a ping. */
    publicSeq: number(),
    articleId: text(),
    /** When that happened. */
    at: text().notNull(),
    state: text().$type<'waiting' | 'delivered' | 'dead'>().notNull(),
    /** Attempts that were begun since it was made, or last replayed. */
    attempts: number().notNull(),
    /** When it may be sent; while it is being sent, when whoever does that is given up. */
    dueAt: text(),
    /** Of the one who sends it. */
    claim: text(),
    settledAt: text(),
  },
  (t) => [
    uniqueIndex('webhook_deliveries_id').on(t.id),
    uniqueIndex('webhook_deliveries_event').on(t.webhookId, t.publicSeq),
    index('webhook_deliveries_due').on(t.webhookId, t.dueAt, t.seq).where(sql`${t.state} = 'waiting'`),
    index('webhook_deliveries_waiting').on(t.webhookId, t.articleId, t.seq).where(sql`${t.state} = 'waiting'`),
    index('webhook_deliveries_of_webhook').on(t.webhookId, t.seq),
    index('webhook_deliveries_of_state').on(t.webhookId, t.state, t.seq),
    index('webhook_deliveries_of_article').on(t.articleId),
    index('webhook_deliveries_settled').on(t.settledAt).where(sql`${t.settledAt} IS NOT NULL`),
    check('webhook_deliveries_state', sql`${t.state} IN ('waiting', 'delivered', 'dead')`),
    check('webhook_deliveries_due', sql`(${t.state} = 'waiting') = (${t.dueAt} IS NOT NULL)`),
    check('webhook_deliveries_settled', sql`(${t.state} = 'waiting') = (${t.settledAt} IS NULL)`),
    check('webhook_deliveries_ping', sql`(${t.type} = 'ping') = (${t.publicSeq} IS NULL)`),
  ],
);

/** What came of each attempt to deliver. */
export const webhookAttempts = pgTable(
  'webhook_attempts',
  {
    id: numbered(),
    deliverySeq: number()
      .notNull()
      .references(() => webhookDeliveries.seq),
    at: text().notNull(),
    durationMs: number().notNull(),
    status: number(),
    /** Why it is not delivered. */
    error: text(),
    /** The beginning of what was answered. */
    response: text(),
  },
  (t) => [index('webhook_attempts_of_delivery').on(t.deliverySeq, t.id)],
);
