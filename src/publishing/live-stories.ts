// Keeps live stories true: when something they show changes, they are compiled anew from their live revision, never from the
// working copy, in the commit that changes it.
import type { ArticleLink } from '../blocks/story.js';
import { findArticle } from '../content/articles/repository.js';
import { type ArticleContent, changeStatements, findArticleContentAt } from '../content/history.js';
import { guardLiveUsers, listLiveUsers } from '../content/library/repository.js';
import type { ResourceChange } from '../content/library/service.js';
import { findNames } from '../content/taxonomy/repository.js';
import type { Actor } from '../kernel/actor.js';
import { unprocessable, type Violation } from '../kernel/errors.js';
import type { Statement, Store } from '../storage/store.js';
import { type CompiledStory, compileStory, type PublicationTimes } from './compile.js';
import { preflight } from './preflight/index.js';
import {
  dropUnusedLibrarySnapshots,
  findLinks,
  findSnapshotHeads,
  guardSnapshot,
  listLiveUses,
  liveUseStatements,
  putLibrarySnapshots,
  replaceSnapshot,
} from './repository.js';
import { liveUsesOf, Resources, usesOf } from './resources.js';

/** What the same commit changes beside the stories: a resource, or which story stands behind a link (none when it goes). */
export interface Cause {
  action: string;
  resource?: ResourceChange;
  link?: { articleId: string; link: ArticleLink | undefined };
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
  changing?: Cause['link'],
): Promise<Compilation> {
  const { fields } = content;
  const targets = usesOf(content).flatMap((use) =>
    use.kind === 'article' && use.id !== changing?.articleId ? [use.id] : [],
  );
  const { links, guards } = await findLinks(store, [...new Set(targets)]);
  if (changing?.link) links.set(changing.articleId, changing.link);
  const names = {
    desks: await findNames(store, 'desk', [fields.desk]),
    tags: await findNames(store, 'tag', fields.tags),
  };
  const story = compileStory({ id, content, times, library: resources, names, links });
  return { story, resources, guards: [...resources.guards(store), ...guards] };
}

/**
 * The statements that bring live stories up to date with a change, guarded against their being published or withdrawn meanwhile.
 * @throws `unprocessable` naming each story that the change would make break a rule of preflight
 */
export async function recompileStatements(
  store: Store,
  articleIds: readonly string[],
  cause: Cause,
  actor: Actor,
  at: string,
): Promise<Statement[]> {
  const heads = await findSnapshotHeads(store, articleIds);
  const statements: Statement[] = [];
  const violations: Violation[] = [];
  const broken: string[] = [];
  for (const articleId of articleIds) {
    const head = heads.get(articleId);
    const record = await findArticle(store, articleId);
    const { liveVersion, firstPublishedAt, publishedAt, contentUpdatedAt } = record?.summary.publication ?? {};
    const content = liveVersion ? await findArticleContentAt(store, articleId, liveVersion) : undefined;
    // Withdrawn since its id was read: the guard on who the users are makes the whole decision anew.
    if (!head?.isLive || !content || !liveVersion || !firstPublishedAt || !publishedAt || !contentUpdatedAt) continue;
    const resources = await Resources.load(store, content, cause.resource ? [cause.resource] : []);
    const found = preflight(content, resources);
    if (found.length > 0) {
      broken.push(head.slug);
      violations.push(
        ...found.map(({ code, message }) => ({ code, message: `${message} (in live story ${head.slug})` })),
      );
      continue;
    }
    const times = { firstPublishedAt, publishedAt, contentUpdatedAt };
    const { story, guards } = await compileArticle(store, articleId, content, times, resources, cause.link);
    statements.push(...guards);
    if (story.etag === head.etag) {
      statements.push(guardSnapshot(store, articleId, head.etag));
      continue;
    }
    const formerUses = await listLiveUses(store, articleId);
    statements.push(
      replaceSnapshot(store, articleId, head.etag, story, at),
      ...liveUseStatements(store, articleId, liveUsesOf(content, resources)),
      ...putLibrarySnapshots(store, resources, resources.uses(), at),
      ...dropUnusedLibrarySnapshots(store, formerUses),
      ...changeStatements(store, actor, at, [
        { kind: 'article', id: articleId, version: liveVersion, action: cause.action, articleId, isPublic: true },
      ]),
    );
  }
  if (violations.length > 0) throw refusal(violations, broken);
  return statements;
}

function refusal(violations: Violation[], slugs: readonly string[]) {
  const named = slugs.slice(0, 20).join(', ');
  return unprocessable(`Live stories would break a rule of preflight: ${named}.`, violations);
}

/** Recompiles the live stories that point at an article, whose link is about to change. */
export async function recompileLinking(
  store: Store,
  articleId: string,
  link: ArticleLink | undefined,
  actor: Actor,
  at: string,
): Promise<Statement[]> {
  const users = await listLiveUsers(store, 'article', articleId);
  return [
    ...guardLiveUsers(store, 'article', articleId, users),
    ...(await recompileStatements(store, users, { action: 'recompile', link: { articleId, link } }, actor, at)),
  ];
}
