// What is exported and imported in tests: a newsroom with some of everything, and what its readers get.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestApp } from './app.js';
import { filesBelow } from './backups.js';
import { matching } from './client.js';
import { type Clients, changeResource, correct, createResource, editStory, withdrawStory } from './editing.js';
import { erase } from './erasing.js';
import { givePicture } from './pictures.js';
import { run } from './processes.js';
import { eventually } from './receiver.js';
import { schedule } from './schedules.js';
import { createStory, image, liveStory, minskStory, publishStory, shortStory } from './stories.js';

export const exportFrom = (DATA_DIR: string, ...args: string[]) => run('src/cli/export.ts', args, { DATA_DIR });
export const importInto = (DATA_DIR: string, ...args: string[]) => run('src/cli/import.ts', args, { DATA_DIR });

/** Every file of an export, by its path; of the manifest all but when it was made. */
export function contentsOf(folder: string): Map<string, string> {
  const read = (path: string) => {
    const bytes = readFileSync(join(folder, path));
    return path === 'manifest.json' ? bytes.toString().replace(/"at": "[^"]+"/, '') : bytes.toString('latin1');
  };
  return new Map(filesBelow(folder).map((path) => [path, read(path)]));
}

/** The lines of a file of an export. */
export function linesOf(folder: string, file: string): Record<string, unknown>[] {
  const lines = readFileSync(join(folder, `${file}.ndjson`), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
}

export interface Newsroom {
  /** The example story, which stands alone. */
  minsk: string;
  /** Live, corrected, under its second slug, with a picture. */
  original: string;
  translation: string;
  /** Points at the original. */
  follower: string;
  withdrawn: string;
  deleted: string;
  draft: string;
  scheduled: string;
  erased: string;
  /** An image that was erased while a story showed it. */
  erasedImage: string;
  pictured: string;
  /** Where a rendition of it is. */
  pictureAddress: string;
}

/** Words of what was erased. */
export const erasedWord = 'Unspeakable';

/** Fills a server with some of everything that is kept. */
export async function fillNewsroom(app: TestApp): Promise<Newsroom> {
  const { id: minsk } = await liveStory(app, minskStory());
  const pictured = (await createResource(app, 'images', image)).id;
  const pictureAddress = await givePicture(app, pictured);
  const blocks = [
    { type: 'image', imageId: pictured },
    { type: 'paragraph', text: 'With U+2028 \u2028 and "quotes".' },
  ];
  const original = (await liveStory(app, shortStory({ slug: 'first-slug', sections: [{ heading: null, blocks }] }))).id;
  await editStory(app, original, { slug: 'second-slug', headline: 'An original', internalNote: 'Not for readers.' });
  await publishStory(app, original);
  await correct(app, original);
  await changeResource(app, 'images', pictured, { caption: 'Another caption.' });
  const translation = (
    await liveStory(app, shortStory({ slug: 'traduction', language: 'fr', translationOf: original, tags: ['minsk'] }))
  ).id;
  const follower = (await liveStory(app, shortStory({ slug: 'follower', related: [original] }))).id;
  await editStory(app, follower, { headline: 'What readers do not see yet' });
  const { id: withdrawn } = await liveStory(app, shortStory({ slug: 'withdrawn' }));
  await withdrawStory(app, withdrawn);
  const { id: deleted } = await createStory(app, shortStory({ slug: 'deleted' }));
  const toDelete = await app.as.editor.get(`/v1/manage/articles/${deleted}`).expect(200);
  await app.as.editor.delete(`/v1/manage/articles/${deleted}`).set(matching(toDelete)).expect(204);
  const { id: draft } = await createStory(app, shortStory({ slug: 'draft' }));
  await app.as.editor.post(`/v1/manage/articles/${draft}/preview-links`, {}).expect(201);
  const { id: scheduled } = await createStory(app, shortStory({ slug: 'scheduled' }));
  await schedule(app, scheduled, { at: '2026-12-31T00:00:00.000Z' });
  await app.as.admin.post('/v1/manage/webhooks', { url: 'https://hooks.example/1' }).expect(201);
  return {
    minsk,
    original,
    translation,
    follower,
    withdrawn,
    deleted,
    draft,
    scheduled,
    pictured,
    pictureAddress,
    ...(await eraseSome(app)),
  };
}

async function eraseSome(app: TestApp): Promise<Pick<Newsroom, 'erased' | 'erasedImage'>> {
  const { id: erased } = await liveStory(app, shortStory({ slug: 'erased', headline: erasedWord }));
  const gone = await createResource(app, 'images', { ...image, caption: erasedWord });
  const shown = [
    { type: 'image', imageId: gone.id },
    { type: 'paragraph', text: 'It stays.' },
  ];
  await liveStory(app, shortStory({ slug: 'had-a-picture', sections: [{ heading: null, blocks: shown }] }));
  await erase(app, 'article', erased);
  await erase(app, 'image', gone.id, { uses: 'remove' });
  await eventually('the end of the erasures', async () => {
    const { data } = (await app.as.admin.get('/v1/manage/erasures').expect(200)).body;
    return data.every(({ state }: { state: string }) => state === 'done') || undefined;
  });
  return { erased, erasedImage: gone.id };
}

/** What readers get, by address: status, entity tag, bytes. */
export async function answersOf(clients: Clients, addresses: readonly string[]) {
  const answers = new Map<string, string>();
  for (const address of addresses) {
    const { status, headers, text } = await clients.anybody.get(address);
    answers.set(address, `${status} ${headers.etag ?? ''} ${text.replace(/"requestId":"[^"]+"/, '')}`);
  }
  return answers;
}

/** Addresses of all that readers can get of what is live, and of what is not any more. */
export async function addressesOf({ anybody }: Clients): Promise<string[]> {
  const idsOf = async (path: string): Promise<string[]> =>
    (await anybody.get(`${path}?limit=100`).expect(200)).body.data.map(({ id }: { id: string }) => id);
  const stories = await idsOf('/v1/articles');
  const perStory = [
    '',
    '/sections',
    '/history',
    ...['html', 'markdown', 'text', 'jsonld', 'ninjs'].map((name) => `?format=${name}`),
  ];
  const library = await Promise.all(
    ['images', 'quotes', 'embeds'].map(async (kind) => (await idsOf(`/v1/${kind}`)).map((id) => `/v1/${kind}/${id}`)),
  );
  return [
    ...stories.flatMap((id) => perStory.map((rest) => `/v1/articles/${id}${rest}`)),
    ...['first-slug', 'second-slug', 'withdrawn', 'erased', 'draft'].map((slug) => `/v1/articles/${slug}`),
    ...library.flat(),
    ...['articles', 'images', 'quotes', 'embeds', 'desks', 'tags', 'speakers'].map((kind) => `/v1/${kind}?limit=100`),
    ...['/v1/articles?desk=world&language=fr', '/v1/articles?q=Minsk', '/v1/quotes?q=expediency', '/v1/sync?limit=100'],
    ...['rss.xml', 'atom.xml', 'feed.json'].map((name) => `/v1/feeds/${name}`),
  ];
}

/** A rendition of a picture, to the byte. */
export async function pictureBytes({ anybody }: Pick<Clients, 'anybody'>, address: string): Promise<string> {
  const { status, headers, body } = await anybody.get(address).buffer(true);
  return `${status} ${headers.etag} ${Buffer.from(body).toString('base64')}`;
}

/** What editors get: lists, working copies, their history, plans. */
export async function managedOf(
  { as }: Clients,
  { original, draft, pictured }: Newsroom,
): Promise<Map<string, unknown>> {
  const addresses = [
    ...['articles?limit=100', 'articles?deleted=true', 'images?limit=100', 'quotes?limit=100', 'embeds?limit=100'],
    ...[
      `articles/${original}`,
      `articles/${draft}`,
      `articles/${original}/revisions?limit=100`,
      `images/${pictured}/usages`,
    ],
    ...[`articles/${original}/revisions/1`, `articles/${original}/corrections`, `images/${pictured}/revisions`],
    ...['schedules', 'erasures', 'changes?limit=100', 'desks', 'tags', 'webhooks', `articles/${draft}/preview-links`],
  ].map((rest) => `/v1/manage/${rest}`);
  const answers = new Map<string, unknown>();
  for (const address of addresses) {
    const { status, headers, body } = await as.admin.get(address);
    // Links to pictures that are not for everybody are signed by each place for itself.
    const text = JSON.stringify(body).replaceAll(/signature=[\w-]+/g, '');
    answers.set(address, [status, headers.etag, text]);
  }
  return answers;
}
