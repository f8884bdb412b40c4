import { findArticle } from '../../../content/articles/repository.js';
import {
  type ArticleContent,
  changeStatements,
  findArticleContentAt,
  revisionStatements,
} from '../../../content/history.js';
import { requireMatch } from '../../../content/managed.js';
import type { Actor } from '../../../kernel/actor.js';
import { changedPointers } from '../../../kernel/json.js';
import type { Statement, Store } from '../../../storage/store.js';
import { dropFacets } from '../../facets/repository.js';
import type { LinkChange } from '../../links.js';
import { dropUnusedLibrarySnapshots, listLiveUses, storyCountStatements } from '../../live-uses/repository.js';
import { insertPublication } from '../../publications/repository.js';
import { findSnapshotHeads, guardSnapshot, timesOf } from '../../repository.js';
import { findLiveOriginal } from '../../translations/repository.js';
import { refuseErased } from '../refusal.js';
import {
  dropAnswers,
  listSlugs,
  scrubArticle,
  scrubParts,
  scrubResponses,
  scrubRevisions,
  scrubSnapshot,
} from './repository.js';

export interface Scrubbing {
  statements: Statement[];
  /** That nobody links to it any more, if anybody may. */
  link?: LinkChange;
}

/**
 * What scrubs an article, deleted or not, from everything that is kept; undefined when there is none. The library resources that
 * it shows are things of their own, and stay.
 * @throws `conflict` when it was erased already, `stale_version`
 */
export async function articleScrubbing(
  store: Store,
  id: string,
  ifMatch: string | undefined,
  actor: Actor,
  at: string,
): Promise<Scrubbing | undefined> {
  const record = await findArticle(store, id);
  if (!record) return undefined;
  await refuseErased(store, 'article', id);
  const { version, publication } = record.summary;
  await requireMatch(ifMatch, version, (read) => changedBetween(store, id, read, version));
  const slugs = [record.summary.slug, ...(await listSlugs(store, id))];
  const shown = (await findSnapshotHeads(store, [id])).get(id);
  const formerUses = await listLiveUses(store, id);
  const times = timesOf(publication);
  const statements = [
    ...(shown?.isLive ? [guardSnapshot(store, id, shown.etag)] : []),
    scrubArticle(store, record, actor, at),
    ...scrubParts(store, id, actor, at),
    scrubRevisions(store, 'article', id),
    ...(shown ? scrubSnapshot(store, id, at) : []),
    dropFacets(store, id),
    ...storyCountStatements(store, formerUses, []),
    ...dropUnusedLibrarySnapshots(store, formerUses),
    dropAnswers(store, id, slugs),
    scrubResponses(store, id),
    ...(shown?.isLive && times
      ? [insertPublication(store, record, 'withdraw', publication.liveVersion ?? version, times, actor, at)]
      : []),
    ...traceStatements(store, id, version + 1, shown !== undefined, actor, at),
  ];
  if (!shown?.isLive) return { statements };
  const formerOriginal = await findLiveOriginal(store, id);
  return { statements, link: { articleId: id, link: undefined, original: null, formerOriginal } };
}

/** Pointers to what changed in an article from one version to another. */
async function changedBetween(store: Store, id: string, from: number, to: number): Promise<string[]> {
  const flat = ({ fields, sections }: ArticleContent) => ({ ...fields, sections });
  const [before, after] = [await findArticleContentAt(store, id, from), await findArticleContentAt(store, id, to)];
  return before && after ? changedPointers(flat(before), flat(after)) : [];
}

function traceStatements(
  store: Store,
  id: string,
  version: number,
  wasSeen: boolean,
  actor: Actor,
  at: string,
): Statement[] {
  const kind = 'article' as const;
  return [
    ...revisionStatements(store, actor, at, [
      { kind, id, version, article: { id, version }, action: 'erase', fields: [], content: null },
    ]),
    ...changeStatements(store, actor, at, [{ kind, id, version, action: 'erase', articleId: id, isPublic: wasSeen }]),
  ];
}
