import { cursorScope, type Page, type PageRequest, readPage, type Seek, type Stopped } from '../../kernel/cursors.js';
import { DomainError, invalid, notFound } from '../../kernel/errors.js';
import type { Store } from '../../storage/store.js';
import { type ArticleRecord, findArticle } from '../articles/repository.js';
import { type ArticleFields, fillArticle } from '../articles/schemas.js';
import { type ArticleContent, findArticleContentAt } from '../history.js';
import type { ArticleDiff } from './diff-schemas.js';
import { listArticleWrites, listSectionVersions, type RevisionFilters, type RevisionRow } from './repository.js';
import type { ArticleRevision, RevisedArticle, RevisionHead, SectionWrite } from './schemas.js';
import { storyDiff } from './story-diff.js';

/** Versions looked at in one go, and for one page, of a list with filters: it is then ended early rather than late. */
const versionsPerSearch = 200;
const examinedMax = 2000;

export type RevisionService = ReturnType<typeof revisionService>;

/** What articles were. Their history is there to be read when they are deleted, too. */
export function revisionService(store: Store) {
  /** The article, deleted or not. @throws `not_found` */
  async function getRecord(idOrSlug: string): Promise<ArticleRecord> {
    const record = await findArticle(store, idOrSlug);
    if (!record) throw notFound('article', idOrSlug);
    return record;
  }

  /** The article and one of its versions. @throws `not_found` */
  async function getRevision(
    idOrSlug: string,
    version: number,
  ): Promise<{ record: ArticleRecord; revision: ArticleRevision }> {
    const record = await getRecord(idOrSlug);
    const [revision] = Number.isSafeInteger(version) ? await read(record, version, version) : [];
    if (!revision) throw notFound(`version ${version} of article`, idOrSlug);
    return { record, revision };
  }

  /** What was written with each of some versions, the last first. */
  async function read({ summary: { id } }: ArticleRecord, from: number, to: number): Promise<ArticleRevision[]> {
    const rows = await listArticleWrites(store, id, from, to);
    return [...Map.groupBy(rows, (row) => row.articleVersion)].map(([version, writes]) => revisionOf(version, writes));
  }

  /** A page of an article's versions, the last first. @throws `not_found`, `invalid` for a cursor of another list */
  async function list(
    idOrSlug: string,
    { limit, cursor, ...filters }: PageRequest & RevisionFilters,
  ): Promise<Page<ArticleRevision>> {
    const record = await getRecord(idOrSlug);
    const { id } = record.summary;
    return readPage(
      { limit, cursor },
      cursorScope('manage/articles/revisions', { id, ...filters }),
      ['integer'],
      ({ version }) => [version],
      (count, seek) => search(record, filters, count, seek),
    );
  }

  /** The next versions that the filters leave, in the direction of the seek. */
  async function search(
    record: ArticleRecord,
    { action, actor }: RevisionFilters,
    limit: number,
    seek: Seek | undefined,
  ): Promise<ArticleRevision[] | Stopped<ArticleRevision>> {
    const step = seek?.direction === 'previous' ? 1 : -1;
    const last = record.summary.version;
    const size = action === undefined && actor === undefined ? limit : versionsPerSearch;
    const found: ArticleRevision[] = [];
    const inOrder = () => (step === 1 ? found.toReversed() : found);
    let next = seek ? Number(seek.position[0]) + step : last;
    for (let examined = 0; next >= 1 && next <= last; examined += size) {
      if (examined >= examinedMax) return { rows: inOrder(), stoppedAt: [next - step] };
      const far = next + step * (size - 1);
      const revisions = await read(record, Math.min(next, far), Math.max(next, far));
      const fitting = revisions.filter(
        (revision) =>
          (action === undefined || revision.action === action) && (actor === undefined || revision.by.actor === actor),
      );
      found.push(...(step === 1 ? fitting.reverse() : fitting));
      if (found.length >= limit) return inOrder().slice(...(step === 1 ? [-limit] : [0, limit]));
      next = far + step;
    }
    return inOrder();
  }

  /** The whole story as it was at a version. @throws `not_found`, `gone` when it was erased */
  async function getContent(articleId: string, version: number): Promise<ArticleContent> {
    const content = await findArticleContentAt(store, articleId, version);
    if (!content) throw new DomainError('gone', 'The content of this version was erased.');
    return { ...content, fields: fillArticle(content.fields) as ArticleFields };
  }

  /** A version with the whole story as it was. @throws `not_found`, `gone` */
  async function get(idOrSlug: string, version: number): Promise<RevisedArticle> {
    const { record, revision } = await getRevision(idOrSlug, version);
    const { id } = record.summary;
    const { fields, sections } = await getContent(id, version);
    const versions = await listSectionVersions(store, id, version);
    const revised = sections.map((section) => ({ ...section, version: versions.get(section.id) ?? 1 }));
    return { ...revision, content: { ...fields, sections: revised } };
  }

  /**
   * What makes of one version another: of the live one, unless `from` says which, the one that there is now.
   * @throws `not_found`, `gone`, `invalid` when the article was never live and `from` is not given
   */
  async function diff(idOrSlug: string, from: number | undefined, to: number | undefined): Promise<ArticleDiff> {
    const { summary } = await getRecord(idOrSlug);
    const first = from ?? summary.publication.liveVersion;
    if (first === null) {
      const message = 'is required: the article was never live, so there is no live version to compare with';
      throw invalid([{ parameter: 'from', code: 'required', message }]);
    }
    const before = await getRevision(summary.id, first);
    const after = await getRevision(summary.id, to ?? summary.version);
    const contents = [
      await getContent(summary.id, before.revision.version),
      await getContent(summary.id, after.revision.version),
    ] as const;
    return { from: headOf(before.revision), to: headOf(after.revision), ...(await storyDiff(...contents)) };
  }

  return { getRecord, getRevision, getContent, list, get, diff };
}

export function headOf({ version, at, by, action, reason }: RevisionHead): RevisionHead {
  return { version, at, by, action, reason };
}

function revisionOf(version: number, rows: readonly RevisionRow[]): ArticleRevision {
  const header = rows.find(({ kind }) => kind === 'article');
  const sections = rows.filter(({ kind }) => kind === 'section');
  const { at, by } = rows[0] as RevisionRow;
  return {
    version,
    at,
    by,
    action: header?.action ?? 'section.update',
    reason: header?.reason ?? null,
    fields: header?.fields ?? [],
    sections: sections.map(({ id, version: own, action, fields }) => ({
      id,
      version: own,
      action: action as SectionWrite['action'],
      fields,
    })),
  };
}
