// Every accepted write leaves a revision, for what it was, and a change, for who follows the log.
import { and, desc, eq, inArray, isNotNull, lte, max, sql } from 'drizzle-orm';
import type { ManagedBlock } from '../blocks/index.js';
import type { Actor } from '../kernel/actor.js';
import { prepared } from '../storage/prepared.js';
import type { Statement, Store } from '../storage/store.js';
import type { ArticleFields } from './articles/schemas.js';

export { changeStatements } from '../storage/changes.js';

export type RevisedKind = 'article' | 'section' | 'image' | 'quote' | 'embed' | 'desk' | 'tag';

export interface RevisionEntry {
  kind: RevisedKind;
  id: string;
  version: number;
  /** What it is a part of. Without a version: the one that the article has by then, its own row being written before. */
  article?: { id: string; version?: number };
  action: string;
  fields: string[];
  content: unknown;
  /** Why, where whoever does it has to say. */
  reason?: string;
}

/** The content of a section, as revisions keep it. */
export interface SectionContent {
  id: string;
  anchor: string;
  heading: string | null;
  blocks: ManagedBlock[];
}

/** A whole story, references by id: what is published. */
export interface ArticleContent {
  fields: ArticleFields;
  sections: SectionContent[];
}

type RevisionRow = Store['tables']['revisions']['$inferSelect'];

const insertRevisions = prepared(({ db, tables }, { rows }: { rows: RevisionRow[] }) =>
  db.insert(tables.revisions).values(rows),
);
const insertPartRevisions = prepared(
  ({ db, tables: { articles, revisions } }, { rows }: { rows: Omit<RevisionRow, 'articleVersion'>[] }) => {
    const versionOf = (id: string | null) =>
      sql`(SELECT ${articles.version} FROM ${articles} WHERE ${articles.id} = ${id})`;
    return db.insert(revisions).values(rows.map((row) => ({ ...row, articleVersion: versionOf(row.articleId) })));
  },
);

export function revisionStatements(
  store: Store,
  actor: Actor,
  at: string,
  entries: readonly RevisionEntry[],
): Statement[] {
  const rowOf = ({ kind, id, version, article, action, fields, content, reason }: RevisionEntry) => ({
    kind,
    resourceId: id,
    version,
    articleId: article?.id ?? null,
    at,
    byKey: actor.key,
    byActor: actor.person,
    action,
    fields,
    content,
    reason: reason ?? null,
  });
  const isPart = ({ article }: RevisionEntry) => article !== undefined && article.version === undefined;
  const parts = entries.filter(isPart).map(rowOf);
  const whole = entries
    .filter((entry) => !isPart(entry))
    .map((entry) => ({ ...rowOf(entry), articleVersion: entry.article?.version ?? null }));
  return [
    ...(whole.length > 0 ? [{ query: insertRevisions(store, { rows: whole }), rows: whole.length }] : []),
    ...(parts.length > 0 ? [{ query: insertPartRevisions(store, { rows: parts }), rows: parts.length }] : []),
  ];
}

/** The content that a resource had at a version; undefined when there was no such version. */
export async function findRevisionContent(
  store: Store,
  kind: RevisedKind,
  id: string,
  version: number,
): Promise<unknown> {
  const { revisions } = store.tables;
  const [row] = await store.all(
    store.db
      .select({ content: revisions.content })
      .from(revisions)
      .where(and(eq(revisions.kind, kind), eq(revisions.resourceId, id), eq(revisions.version, version)))
      .limit(1),
  );
  return row?.content ?? undefined;
}

interface AtVersion {
  articleId: string;
  version: number;
}

const selectHeaderAt = prepared(({ db, tables: { revisions } }, { articleId, version }: AtVersion) =>
  db
    .select({ content: revisions.content })
    .from(revisions)
    .where(
      and(
        eq(revisions.articleId, articleId),
        lte(revisions.articleVersion, version),
        eq(revisions.kind, 'article'),
        eq(revisions.resourceId, articleId),
        isNotNull(revisions.content),
      ),
    )
    .orderBy(desc(revisions.articleVersion))
    .limit(1),
);

/** The whole article, with its sections, as it was at a version; undefined when it had none such. */
export async function findArticleContentAt(
  store: Store,
  articleId: string,
  version: number,
): Promise<ArticleContent | undefined> {
  const [header] = await store.all(selectHeaderAt(store, { articleId, version }));
  if (!header) return undefined;
  const { sectionIds, ...fields } = header.content as ArticleFields & { sectionIds: string[] };
  return { fields, sections: await sectionsAt(store, articleId, version, sectionIds) };
}

const selectSectionsAt = prepared(
  ({ db, tables: { revisions } }, { articleId, version, sectionIds }: AtVersion & { sectionIds: string[] }) => {
    const latest = db
      .select({ resourceId: revisions.resourceId, articleVersion: max(revisions.articleVersion).as('latest') })
      .from(revisions)
      .where(
        and(
          eq(revisions.articleId, articleId),
          eq(revisions.kind, 'section'),
          inArray(revisions.resourceId, sectionIds),
          lte(revisions.articleVersion, version),
        ),
      )
      .groupBy(revisions.resourceId)
      .as('latest_of_section');
    const isLatest = and(
      eq(revisions.resourceId, latest.resourceId),
      eq(revisions.articleVersion, latest.articleVersion),
    );
    return db
      .select({ id: revisions.resourceId, content: revisions.content })
      .from(revisions)
      .innerJoin(latest, isLatest)
      .where(and(eq(revisions.articleId, articleId), eq(revisions.kind, 'section')));
  },
);

async function sectionsAt(
  store: Store,
  articleId: string,
  version: number,
  sectionIds: string[],
): Promise<SectionContent[]> {
  if (sectionIds.length === 0) return [];
  const rows = await store.all(selectSectionsAt(store, { articleId, version, sectionIds }));
  const contents = new Map(rows.map((row) => [row.id, row.content as Omit<SectionContent, 'id'>]));
  return sectionIds.flatMap((id) => {
    const content = contents.get(id);
    return content ? [{ id, ...content }] : [];
  });
}
