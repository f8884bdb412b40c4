// Keeps live stories true: when something they show changes, they are compiled anew from their live revision, never from the
// working copy.
import type { Correction } from '../blocks/story.js';
import { findArticle } from '../content/articles/repository.js';
import { guardCorrections, listCorrections } from '../content/corrections/repository.js';
import { type ArticleContent, changeStatements, findArticleContentAt } from '../content/history.js';
import type { ResourceChange } from '../content/library/service.js';
import { findTerms, guardTerms } from '../content/taxonomy/repository.js';
import type { Use } from '../content/where-used.js';
import type { Actor } from '../kernel/actor.js';
import { unprocessable, type Violation } from '../kernel/errors.js';
import type { Statement, Store } from '../storage/store.js';
import { type CompiledStory, compiledFormat, compileStory, type PublicationTimes } from './compile.js';
import { findAllBut, withoutErased } from './erasures/without-erased.js';
import { facetStatements } from './facets/repository.js';
import type { LinkChange } from './links.js';
import {
  dropUnusedLibrarySnapshots,
  listLiveUses,
  liveUseStatements,
  lostUses,
  putLibrarySnapshots,
  storyCountStatements,
} from './live-uses/repository.js';
import { placedUses } from './preflight/candidate.js';
import { newAmong, violationsOfChange } from './preflight/examine.js';
import { errorsAt, type Finding } from './preflight/index.js';
import {
  findLinks,
  findSnapshotHeads,
  guardLiveVersion,
  guardSnapshot,
  replaceSnapshot,
  type SnapshotHead,
  timesOf,
} from './repository.js';
import { liveUsesOf, Resources, usesOf } from './resources.js';
import { findOtherMembers } from './translations/group.js';

/** What is about to be otherwise than the store has it, in the same commit. */
export interface Cause {
  resource?: ResourceChange;
  link?: LinkChange;
  term?: { kind: 'desk' | 'tag'; key: string; name: string };
  /** What the readers of the story itself are told. */
  correction?: Correction | undefined;
  /** What is taken out of every story that shows it. */
  erased?: Use;
}

/** Everything of a compilation, with the guards that hold a commit to what it read. */
export interface Compilation {
  story: CompiledStory;
  resources: Resources;
  guards: Statement[];
}

/** Compiles a story from its content and the library as it is, or is about to be. Every resource it uses must be there. */
export async function compileArticle(
  store: Store,
  id: string,
  content: ArticleContent,
  times: PublicationTimes,
  resources: Resources,
  { link: changing, term, correction }: Cause = {},
): Promise<Compilation> {
  const { fields } = content;
  const members = await findOtherMembers(store, id, fields.translationOf, changing);
  const targets = [...usesOf(content).flatMap((use) => (use.kind === 'article' ? [use.id] : [])), ...members.ids];
  const { links, guards } = await findLinks(
    store,
    [...new Set(targets)].filter((target) => target !== changing?.articleId),
  );
  if (changing?.link) links.set(changing.articleId, changing.link);
  const desks = await findTerms(store, 'desk', [fields.desk]);
  const tags = await findTerms(store, 'tag', fields.tags);
  if (term) (term.kind === 'desk' ? desks : tags).delete(term.key);
  const nameOf = (terms: typeof tags, kind: string) => (key: string) =>
    terms.get(key)?.name ?? (term?.kind === kind && term.key === key ? term.name : key);
  const names = { desk: nameOf(desks, 'desk'), tag: nameOf(tags, 'tag') };
  const issued = await listCorrections(store, id);
  const corrections = correction ? [...issued, correction] : issued;
  const uses = resources.uses();
  const translations = members.ids;
  const story = compileStory({ id, content, times, library: resources, uses, names, links, translations, corrections });
  const termGuards = [...guardTerms(store, 'desk', desks.values()), ...guardTerms(store, 'tag', tags.values())];
  const correctionGuard = guardCorrections(store, id, issued.length);
  const readGuards = [...guards, ...members.guards, ...termGuards, correctionGuard];
  return { story, resources, guards: [...resources.guards(store), ...readGuards] };
}

/**
 * What goes with a story's bytes, beside them: what it shows, what it can be found by. Only what is otherwise than before is
 * written, so the commit must be held to the story's bytes, or its not being live, as they are now.
 * @param former what readers got of the story before
 */
export async function companionStatements(
  store: Store,
  articleId: string,
  content: ArticleContent,
  { story, resources }: Compilation,
  former: SnapshotHead | undefined,
  at: string,
): Promise<Statement[]> {
  const before = await listLiveUses(store, articleId);
  const after = liveUsesOf(content, resources);
  return [
    ...liveUseStatements(store, articleId, before, after, isLinkedAlike(former, story), at),
    ...storyCountStatements(store, before, after),
    ...(await facetStatements(store, articleId, story)),
    ...store.search.putStory({ ...story, articleId, counted: story.countedFacets }),
    ...(await putLibrarySnapshots(store, resources, resources.uses(), at)),
    ...dropUnusedLibrarySnapshots(store, lostUses(before, after)),
  ];
}

/** Whether what a story shows names it as before, and in the same place among others. */
function isLinkedAlike(former: SnapshotHead | undefined, story: CompiledStory): boolean {
  const names = ['slug', 'language', 'headline', 'retracted', 'publishedAt'] as const;
  return former?.isLive === true && names.every((name) => former[name] === story[name]);
}

/** A live story, as it was published. */
export interface Published {
  head: SnapshotHead;
  version: number;
  content: ArticleContent;
  times: PublicationTimes;
}

/** Without what was erased, or is about to be. Undefined when it is live no more. */
export async function findPublished(
  store: Store,
  articleId: string,
  head: SnapshotHead | undefined,
  erased?: Use,
): Promise<Published | undefined> {
  const publication = (await findArticle(store, articleId))?.summary.publication;
  const version = publication?.liveVersion;
  const times = publication && timesOf(publication);
  const revision = version ? await findArticleContentAt(store, articleId, version) : undefined;
  if (!head?.isLive || !revision || !version || !times) return undefined;
  return { head, version, content: await withoutErased(store, revision, erased), times };
}

/**
 * The statements that bring live stories up to date with a change, guarded against their being published or withdrawn meanwhile.
 * @param keepsRules whether a change that would make a story break a rule of preflight is refused, rather than made all the same
 * @throws `unprocessable` naming each story that the change would make break a rule of preflight
 */
export async function recompileStatements(
  store: Store,
  articleIds: readonly string[],
  cause: Cause,
  keepsRules: boolean,
  actor: Actor,
  at: string,
): Promise<Statement[]> {
  const heads = await findSnapshotHeads(store, articleIds);
  const statements: Statement[] = [];
  const violations: Violation[] = [];
  const broken: string[] = [];
  for (const [i, articleId] of articleIds.entries()) {
    if (i % storiesPerTurn === storiesPerTurn - 1) await nextTurn();
    const published = await findPublished(store, articleId, heads.get(articleId), cause.erased);
    // Withdrawn since its id was read: the guard on who the users are makes the whole decision anew.
    if (!published) continue;
    const { head, content } = published;
    const changes = cause.resource ? [cause.resource] : [];
    const resources = await Resources.loadUses(store, usesOf(content), changes, findAllBut(cause.erased));
    if (keepsRules && cause.resource) {
      const found = violationsOfChange(await newErrors(store, content, resources), cause.resource, head.slug);
      if (found.length > 0) {
        broken.push(head.slug);
        violations.push(...found);
        continue;
      }
    }
    statements.push(...(await replacement(store, articleId, published, resources, cause, actor, at)));
  }
  if (violations.length > 0) throw refusal(violations, broken);
  return statements;
}

/** The errors that a story has with the resources as they are about to be, beyond those that it has already. */
async function newErrors(store: Store, content: ArticleContent, resources: Resources): Promise<Finding[]> {
  const found = errorsAt(placedUses(content, resources));
  if (found.length === 0) return [];
  const before = await Resources.load(store, content);
  return newAmong(found, errorsAt(placedUses(content, before)));
}

/** Stories compiled in one turn of the event loop, so that readers are answered meanwhile. */
const storiesPerTurn = 10;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function replacement(
  store: Store,
  articleId: string,
  { head, version, content, times }: Published,
  resources: Resources,
  cause: Cause,
  actor: Actor,
  at: string,
): Promise<Statement[]> {
  const compilation = await compileArticle(store, articleId, content, times, resources, cause);
  const { story } = compilation;
  const guards = [...compilation.guards, guardLiveVersion(store, articleId, version)];
  if (story.etag === head.etag && head.format === compiledFormat)
    return [...guards, guardSnapshot(store, articleId, head.etag)];
  return [
    ...guards,
    ...replaceSnapshot(store, articleId, head.etag, story, 'updated', at),
    ...(await companionStatements(store, articleId, content, compilation, head, at)),
    ...changeStatements(store, actor, at, [
      { kind: 'article', id: articleId, version, action: 'recompile', articleId, isPublic: true },
    ]),
  ];
}

function refusal(violations: Violation[], slugs: readonly string[]) {
  const named = slugs.slice(0, 20).join(', ');
  return unprocessable(`Live stories would break a rule of preflight: ${named}.`, violations);
}
