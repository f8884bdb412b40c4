import type { TestApp } from './app.js';
import type { Members } from './editing.js';
import { createStory, publishStory, shortStory } from './stories.js';

/** Publishes a story of nothing but what is given, which has no word that others have. */
export async function storyOf(
  app: TestApp,
  fields: Members,
  text = 'Nothing.',
  request: Members = {},
): Promise<string> {
  const sections = [{ heading: null, blocks: [{ type: 'paragraph', text }] }];
  const { id } = await createStory(app, shortStory({ headline: 'Untitled', tags: [], sections, ...fields }));
  await publishStory(app, id, request);
  return id;
}

export interface SearchAnswer {
  data: (Members & {
    id: string;
    snippets?: { field: string; text: string; highlights: { start: number; end: number }[] }[];
  })[];
  page: { next: string | null; previous: string | null };
  total: { count: number; exact: boolean };
  facets?: Record<string, { values: { value: string; name: string; count: number }[]; complete: boolean }>;
}

export function searchPath(list: 'articles' | 'quotes', q: string, more: Record<string, string> = {}): string {
  return `/v1/${list}?${new URLSearchParams({ q, ...more })}`;
}

/** What a search answers. */
export async function search(
  { anybody }: Pick<TestApp, 'anybody'>,
  q: string,
  more: Record<string, string> = {},
  list: 'articles' | 'quotes' = 'articles',
): Promise<SearchAnswer> {
  return (await anybody.get(searchPath(list, q, more)).expect(200)).body;
}

/** The ids of what it finds. */
export async function found(...asked: Parameters<typeof search>): Promise<string[]> {
  return (await search(...asked)).data.map(({ id }) => id);
}

/** What is marked in a snippet. */
export function markedIn({
  text,
  highlights,
}: {
  text: string;
  highlights: { start: number; end: number }[];
}): string[] {
  return highlights.map(({ start, end }) => text.slice(start, end));
}
