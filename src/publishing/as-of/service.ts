// Stories as readers had them once. Compiled anew from what publications and revisions say of that time, in the form of today.
import type { ResourceFacts } from '../../blocks/library.js';
import type { SignAddresses } from '../../blocks/renditions.js';
import type { Article, ArticleLink } from '../../blocks/story.js';
import { findArticle } from '../../content/articles/repository.js';
import { listCorrections } from '../../content/corrections/repository.js';
import { type ArticleContent, findArticleContentAt } from '../../content/history.js';
import { libraryKinds } from '../../content/library/kinds.js';
import { listContentsAsOf } from '../../content/revisions/repository.js';
import { nameFromKey, type TermKind } from '../../content/taxonomy/repository.js';
import { listTranslations } from '../../content/translations/repository.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { DomainError, invalid, notFound } from '../../kernel/errors.js';
import type { Store } from '../../storage/store.js';
import { compileStory } from '../compile.js';
import { withoutErased } from '../erasures/without-erased.js';
import { type FindResources, Resources, usesOf } from '../resources.js';
import { findLiveTranslations } from '../translations/repository.js';
import { findPublicationsAsOf, findRetractedAsOf } from './repository.js';

export type AsOfService = ReturnType<typeof asOfService>;

/** A story as readers had it at an instant, and the version that it was then. */
export interface StoryAsOf {
  article: Article;
  asOf: { at: string; version: number };
}

/** Tells what readers had at an instant. */
export function asOfService(store: Store, clock: Clock, sign: SignAddresses) {
  /**
   * The story as readers had it at an instant, or now.
   * What it showed that has been erased since is left out.
   * @throws `not_found` when it was not published by then, `gone` when it was withdrawn then or has been erased since, `invalid`
   * for an instant to come
   */
  async function get(idOrSlug: string, asked: string | undefined): Promise<StoryAsOf> {
    const now = instant(clock);
    const at = asked ?? now;
    if (at > now) throw invalid([{ parameter: 'at', code: 'in_the_future', message: 'must not be to come' }]);
    const record = await findArticle(store, idOrSlug);
    if (!record) throw notFound('article', idOrSlug);
    const { id } = record.summary;
    const publication = (await findPublicationsAsOf(store, [id], at)).get(id);
    if (!publication) throw new DomainError('not_found', `The story had not been published by ${at}.`);
    if (publication.action === 'withdraw') throw new DomainError('gone', `At ${at} the story was withdrawn.`);
    const { version, times } = publication;
    const revision = await findArticleContentAt(store, id, version);
    if (!revision) throw new DomainError('gone', 'The story has been erased since.');
    const content = await withoutErased(store, revision);
    const library = await Resources.loadUses(store, usesOf(content), [], findAsOf(at));
    const { fields } = content;
    const names = {
      desk: await namesAsOf('desk', [fields.desk], at),
      tag: await namesAsOf('tag', fields.tags, at),
    };
    const { links, translations } = await neighboursAsOf(id, content, at);
    const corrections = (await listCorrections(store, id)).filter((correction) => correction.at <= at);
    // A correction moves the time of the content, and is no publication.
    const updates = [times.contentUpdatedAt, ...corrections.map((correction) => correction.at)].sort();
    const { body } = compileStory({
      ...{ id, content, library, names, links, translations, corrections },
      times: { ...times, contentUpdatedAt: updates.at(-1) ?? times.contentUpdatedAt },
      uses: library.uses(),
    });
    return { article: await sign(JSON.parse(body.toString()).data), asOf: { at, version } };
  }

  /** The names that desks or tags had. */
  async function namesAsOf(kind: TermKind, keys: readonly string[], at: string): Promise<(key: string) => string> {
    const contents = await listContentsAsOf(store, kind, keys, at);
    return (key) => (contents.get(key)?.content as { name: string } | undefined)?.name ?? nameFromKey(key);
  }

  /**
   * Links to the stories that a story pointed at, and to its translations, as far as they were live. Translations are looked for
   * among the articles that are such now, in the working copy or before readers.
   */
  async function neighboursAsOf(
    id: string,
    content: ArticleContent,
    at: string,
  ): Promise<{ links: Map<string, ArticleLink>; translations: string[] }> {
    const centre = content.fields.translationOf ?? id;
    const candidates = [
      ...(await listTranslations(store, centre, id)),
      ...(await findLiveTranslations(store, centre, id)).ids,
    ];
    const targets = usesOf(content).flatMap((use) => (use.kind === 'article' ? [use.id] : []));
    const stories = await liveAsOf([...new Set([...targets, centre, ...candidates])], at);
    const members = candidates.filter((candidate) => stories.get(candidate)?.translationOf === centre);
    return {
      links: new Map([...stories].map(([other, { link }]) => [other, link])),
      translations: [...new Set([centre, ...members])].filter((member) => member !== id),
    };
  }

  /** Links to those of the articles that were live, as they were then, and what they were translations of. */
  async function liveAsOf(
    ids: readonly string[],
    at: string,
  ): Promise<Map<string, { link: ArticleLink; translationOf: string | null }>> {
    const retracted = await findRetractedAsOf(store, ids, at);
    const stories = new Map<string, { link: ArticleLink; translationOf: string | null }>();
    for (const [id, { action, version }] of await findPublicationsAsOf(store, ids, at)) {
      const content = action === 'publish' ? await findArticleContentAt(store, id, version) : undefined;
      if (!content) continue;
      const { slug, language, headline, translationOf } = content.fields;
      const link = { id, slug, language, headline: headline ?? '', retracted: retracted.has(id) };
      stories.set(id, { link, translationOf });
    }
    return stories;
  }

  return { get };
}

/** Reads resources as they were at an instant. */
function findAsOf(at: string): FindResources {
  return async (store, kind, ids) => {
    const found = await listContentsAsOf(store, kind, ids, at);
    return new Map(
      [...found].map(([id, { version, content }]) => {
        const facts = libraryKinds[kind].fill(content as Record<string, unknown>) as ResourceFacts[typeof kind];
        return [id, { resource: { version }, facts, isDeleted: false }];
      }),
    );
  };
}
