// Small stories and resources to post.
import { readFileSync } from 'node:fs';
import type { TestApp } from './app.js';
import { matching } from './client.js';

/** The story that the product is seeded with, as its file has it. */
export function minskStory(): Record<string, unknown> & {
  slug: string;
  sections: { heading: string | null; blocks: Record<string, unknown>[] }[];
} {
  return JSON.parse(readFileSync(new URL('../../seed/putin-lukashenko-minsk.json', import.meta.url), 'utf8'));
}

export const image = { alt: 'Two men shake hands.', caption: 'A handshake.', creditLine: 'Example Agency' };
export const quote = {
  text: 'There is simply no expediency in this.',
  speaker: { name: 'Vladimir Putin', role: 'President' },
  language: 'en',
};
export const embed = {
  kind: 'video',
  provider: 'CBC News',
  title: 'A video',
  url: 'https://video.example/1',
  duration: 'PT2M4S',
};

/** A story that passes preflight: an opening with a picture, and two headed sections. */
export function shortStory(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    headline: 'A short story',
    language: 'en',
    desk: 'world',
    tags: ['belarus'],
    sections: [
      {
        heading: null,
        blocks: [
          { type: 'image', image },
          { type: 'paragraph', text: 'It begins.' },
        ],
      },
      {
        heading: 'The middle',
        blocks: [
          { type: 'paragraph', text: 'It goes on.' },
          { type: 'quote', quote, display: 'pull' },
        ],
      },
      { heading: 'The end', blocks: [{ type: 'embed', label: 'WATCH', embed }] },
    ],
    ...overrides,
  };
}

interface ManagedStory {
  id: string;
  version: number;
  slug: string;
  sections: {
    id: string;
    version: number;
    anchor: string;
    heading: string | null;
    blocks: Record<string, unknown>[];
  }[];
}

/** Posts a story as an editor does. */
export async function createStory({ as }: TestApp, body: unknown = shortStory()): Promise<ManagedStory> {
  return (await as.editor.post('/v1/manage/articles', body).expect(201)).body.data;
}

/** Publishes the version that a story has now. */
export async function publishStory({ as }: TestApp, id: string, body: unknown = {}): Promise<ManagedStory> {
  const read = await as.publisher.get(`/v1/manage/articles/${id}`).expect(200);
  return (await as.publisher.post(`/v1/manage/articles/${id}/publish`, body).set(matching(read)).expect(200)).body.data;
}

/** Posts and publishes a story. */
export async function liveStory(app: TestApp, body: unknown = shortStory()): Promise<ManagedStory> {
  const { id } = await createStory(app, body);
  return publishStory(app, id);
}
