// Compares what is stored of a live story with a fresh compilation.

import type { ArticleContent } from '../../content/history.js';
import type { Use } from '../../content/where-used.js';
import { entityTag } from '../../kernel/entity-tag.js';
import type { Store } from '../../storage/store.js';
import { compiledFormat } from '../compile.js';
import { facetRows } from '../facets/repository.js';
import { type Compilation, compileArticle, findPublished, type Published } from '../live-stories.js';
import { listLiveUses } from '../live-uses/repository.js';
import { findSnapshotHeads } from '../repository.js';
import { liveUsesOf, Resources, usesOf } from '../resources.js';
import { findShownBodies, findStoredStory, type StoredStory } from './repository.js';

export interface Difference {
  /** What is otherwise: the story itself, what it is found by, what it uses, what readers get of the library. */
  of: 'story' | 'lists' | 'search' | 'uses' | 'library';
  text: string;
}

export interface Comparison {
  published: Published;
  compilation: Compilation;
  stored: StoredStory;
  differences: Difference[];
  /** Resources that readers get otherwise than they are. */
  staleResources: ReturnType<Resources['uses']>;
}

/**
 * Compares; undefined for what is not live.
 * @throws what keeps it from being compiled: something it shows is not there
 */
export async function compareStory(store: Store, id: string): Promise<Comparison | undefined> {
  const head = (await findSnapshotHeads(store, [id])).get(id);
  const stored = await findStoredStory(store, id);
  const published = await findPublished(store, id, head);
  if (!stored || !published) return undefined;
  const { content, times } = published;
  const resources = await Resources.loadUses(store, usesOf(content));
  const compilation = await compileArticle(store, id, content, times, resources);
  const bodies = await findShownBodies(store, resources.uses());
  const staleResources = resources
    .uses()
    .filter(({ kind, id: one }) => bodies.get(`${kind}/${one}`) !== JSON.stringify(resources.delivered(kind, one)));
  const differences: Difference[] = [
    ...storyDifferences(id, compilation, stored),
    ...(await useDifferences(store, id, content, resources)),
    ...staleResources.map(({ kind, id: one }) => ({
      of: 'library' as const,
      text: `readers get ${kind} ${one} otherwise than it is`,
    })),
  ];
  return { published, compilation, stored, differences, staleResources };
}

function storyDifferences(articleId: string, { story }: Compilation, stored: StoredStory): Difference[] {
  const found: Difference[] = [];
  const require = (of: Difference['of'], isSo: boolean, text: string) => {
    if (!isSo) found.push({ of, text });
  };
  require('story', stored.body.equals(story.body), 'is not what its live revision and the library make of it now');
  require('story', stored.etag === entityTag(stored.body), 'has an entity tag of other bytes');
  require('story', stored.summary === story.summary, 'is told otherwise in lists');
  require('story', stored.format === compiledFormat, 'is of the form of another version of the program');
  const names = ['slug', 'language', 'headline', 'publishedAt'] as const;
  const wrong = names.filter((name) => stored[name] !== story[name]);
  require('story', wrong.length === 0, `is known by another ${wrong.join(', ')}`);

  const { publishedAt, contentUpdatedAt } = story;
  const linesOf = (rows: StoredStory['facets']) =>
    rows.map((row) => [row.facet, row.publishedAt, row.contentUpdatedAt].join('\n')).sort();
  const wanted = facetRows(articleId, story);
  require('lists', isSame(linesOf(stored.facets), linesOf(wanted)), 'is found in lists by something else than it is');

  const counted = story.countedFacets.join('\n');
  const document = { publishedAt, contentUpdatedAt, counted, texts: story.texts };
  const { hash, ...indexed } = stored.document ?? { hash: '' };
  require('search', hash !== '', 'is not in the full-text index');
  // Of a story that is stale the index has what readers get.
  const isIndexed = hash === '' || found.some(({ of }) => of === 'story');
  require('search', isIndexed ||
    isSame(document, { ...document, ...indexed }), 'has other words in the full-text index');
  return found;
}

async function useDifferences(
  store: Store,
  id: string,
  content: ArticleContent,
  resources: Resources,
): Promise<Difference[]> {
  const namesOf = (uses: readonly Use[]) => [...new Set(uses.map(({ kind, id: one }) => `${kind}/${one}`))].sort();
  const [noted, wanted] = [namesOf(await listLiveUses(store, id)), namesOf(liveUsesOf(content, resources))];
  if (isSame(noted, wanted)) return [];
  const other = [...wanted.filter((use) => !noted.includes(use)), ...noted.filter((use) => !wanted.includes(use))];
  return [{ of: 'uses', text: `shows otherwise than is noted: ${other.join(', ')}` }];
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
