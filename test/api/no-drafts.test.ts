// Words that readers must never see are planted everywhere they could come from, and looked for in everything that can be asked.
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RequestCounts } from '../../src/http/request-counts.js';
import { serveOwnMetrics } from '../../src/metrics/serving.js';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { createResource, editSection, editStory, type Members, withdrawStory } from '../support/editing.js';
import { Listening } from '../support/listening.js';
import { Mirror } from '../support/mirror.js';
import { givePicture } from '../support/pictures.js';
import { Receiver } from '../support/receiver.js';
import { removed } from '../support/removal.js';
import { ahead, minuteMs, schedule } from '../support/schedules.js';
import { createStory, liveStory, publishStory, shortStory } from '../support/stories.js';
import { changeWebhook, makeWebhook, sendingSettings } from '../support/webhooks.js';

const canary = 'Zq7canary';
const canaryKey = 'zq7canary';

const secretImage = {
  alt: canary,
  caption: canary,
  creditLine: canary,
  photographer: canary,
  agency: canary,
  copyrightNotice: canary,
  usageTerms: canary,
  location: canary,
  sourceUrl: `https://${canaryKey}.example/`,
};
const secretQuote = { text: canary, speaker: { name: canary, role: canary, affiliation: canary }, context: canary };
const secretEmbed = {
  kind: 'video',
  provider: canary,
  title: canary,
  description: canary,
  url: `https://${canaryKey}.example/`,
  duration: 'PT1M',
  embedUrl: `https://${canaryKey}.example/`,
  transcript: canary,
  captionsUrl: `https://${canaryKey}.example/`,
};
const secretNotes = { slugline: canary, internalNote: canary };
const secretFields = {
  ...secretNotes,
  headline: canary,
  shortHeadline: canary,
  kicker: canary,
  deck: canary,
  summary: canary,
  seo: { title: canary, description: canary },
  desk: canaryKey,
  tags: [canaryKey],
  bylines: [{ name: canary, role: canary, organization: canary, url: `https://${canaryKey}.example/` }],
  sources: [{ name: canary, kind: 'wire' }],
  dateline: { place: canary },
};
const secretBlocks = () => [
  { type: 'image', image: secretImage, alt: canary, caption: canary },
  {
    type: 'paragraph',
    text: canary,
    spans: [
      { start: 0, end: 9, type: 'link', href: `https://${canaryKey}.example/` },
      { start: 0, end: 2, type: 'quote', quote: secretQuote },
    ],
  },
  { type: 'quote', quote: secretQuote },
  { type: 'embed', embed: secretEmbed, label: canary },
];

let app: TestApp;
let live: Awaited<ReturnType<typeof liveStory>>;
let liveSlug: string;
/** Of a link that shows the draft: whoever has it may see that, but nobody is told of it. */
let previewToken: string;
/** Ids and slugs of stories to ask for. */
const stories = new Set<string>(['nonsense']);
/** Ids and slugs of anything to ask for, and those of them that no answer may hold. */
const known = new Set<string>();
const hidden = new Set<string>();

/** What the server has logged, a line each. */
const logged: string[] = [];
const requestCounts = new RequestCounts();
/** Where the pictures of images would be that no reader sees. */
const hiddenPictures: string[] = [];

/** Of a webhook from before there was anything. */
let receiver: Receiver;
let webhook: string;
/** A mirror from before there was anything. */
let mirror: Mirror;
/** Ids of stories that readers had: that they are gone is told to who follows. */
const gone = new Set<string>();

const managed = async (id: string) => (await app.as.viewer.get(`/v1/manage/articles/${id}`).expect(200)).body.data;

/** Every id in what the Management API says. */
function idsIn(value: unknown): string[] {
  return JSON.stringify(value).match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? [];
}

function hide(...ids: string[]): void {
  for (const id of ids) {
    known.add(id);
    hidden.add(id);
  }
}

beforeAll(async () => {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged.push(...chunk.toString('utf8').trim().split('\n'));
      done();
    },
  });
  const environment = { ...sendingSettings(5000), LOG_REQUESTS: 'all' };
  app = await startApp({ environment, logger: pino({ level: 'trace' }, sink), requestCounts });
  receiver = await Receiver.start();
  webhook = (await makeWebhook(app, receiver, { state: 'disabled' })).id;
  mirror = await new Mirror(100).catchUp(app);
  const draft = await createStory(app, {
    ...secretFields,
    slug: `${canaryKey}-draft`,
    language: 'en',
    sections: [{ heading: canary, blocks: secretBlocks() }],
  });
  hide(...idsIn(draft), draft.slug);
  for (const name of [draft.id, draft.slug]) stories.add(name);
  hiddenPictures.push(await givePicture(app, String(draft.sections[0]?.blocks[0]?.imageId)));
  const links = `/v1/manage/articles/${draft.id}/preview-links`;
  previewToken = (await app.as.editor.post(links, {}).expect(201)).body.data.token;
  for (const [plural, body] of [
    ['images', secretImage],
    ['quotes', { ...secretQuote, language: 'en' }],
    ['embeds', secretEmbed],
  ] as const) {
    hide((await createResource(app, plural, body)).id);
  }

  // Was published with the words, and has been withdrawn.
  const withdrawn = await liveStory(app, {
    ...secretFields,
    slug: `${canaryKey}-withdrawn`,
    language: 'en',
    sections: [{ heading: canary, blocks: secretBlocks() }],
  });
  hide(...idsIn(withdrawn), withdrawn.slug);
  for (const name of [withdrawn.id, withdrawn.slug]) stories.add(name);
  hiddenPictures.push(await givePicture(app, String(withdrawn.sections[0]?.blocks[0]?.imageId)));
  await app.anybody.get(hiddenPictures.at(-1) ?? '').expect(200);
  await withdrawStory(app, withdrawn.id);
  gone.add(withdrawn.id);

  // Was never published, or was withdrawn, and has been deleted with all that it used.
  for (const [slug, wasLive] of [
    [`${canaryKey}-deleted`, false],
    [`${canaryKey}-deleted-withdrawn`, true],
  ] as const) {
    const body = { ...secretFields, slug, language: 'en', sections: [{ heading: canary, blocks: secretBlocks() }] };
    const { id, sections } = wasLive ? await liveStory(app, body) : await createStory(app, body);
    hide(...idsIn([id, sections]), slug);
    for (const name of [id, slug]) stories.add(name);
    if (wasLive) {
      await withdrawStory(app, id);
      gone.add(id);
    }
    await removed(app, `/v1/manage/articles/${id}`, 'publisher');
    const [picture, , said, film] = sections[0]?.blocks ?? [];
    await removed(app, `/v1/manage/images/${picture?.imageId}`);
    await removed(app, `/v1/manage/quotes/${said?.quoteId}`);
    await removed(app, `/v1/manage/embeds/${film?.embedId}`);
  }

  // Is live without the words, which are in its notes, in what it was before, and in what it is to become.
  live = await liveStory(app, shortStory({ ...secretFields, slug: 'live', sections: [{ blocks: secretBlocks() }] }));
  hide(...idsIn(live.sections).filter((id) => id !== live.id));
  const fields = { related: [draft.id, withdrawn.id], translationOf: withdrawn.id };
  const clean = shortStory({ ...secretNotes, ...fields, slug: live.slug });
  await app.as.editor
    .put(`/v1/manage/articles/${live.id}`, clean)
    .set(matching(await app.as.editor.get(`/v1/manage/articles/${live.id}`)))
    .set('x-actor', canary)
    .expect(200);
  live = await publishStory(app, live.id);
  liveSlug = live.slug;
  for (const id of [live.id, live.slug, ...idsIn(live.sections)]) known.add(id);
  await editStory(app, live.id, { ...secretFields, slug: `${canaryKey}-next` });
  hide(`${canaryKey}-next`);
  for (const name of [live.id, live.slug, `${canaryKey}-next`]) stories.add(name);
  await editSection(app, live.sections[1]?.id ?? '', { heading: canary, blocks: secretBlocks() });
  await app.as.editor
    .post(`/v1/manage/articles/${live.id}/sections`, { heading: canary, blocks: secretBlocks() })
    .set(matching(await app.as.editor.get(`/v1/manage/articles/${live.id}`)))
    .expect(201);
  for (const id of idsIn((await managed(live.id)).sections)) if (!known.has(id)) hide(id);

  // Waits to be published by what it has become, and the draft is under embargo, for reasons of the newsroom's own.
  hide((await schedule(app, live.id, { at: ahead(app, 365 * 1440 * minuteMs) })).id);
  await app.as.editor
    .post(`/v1/manage/articles/${draft.id}/embargo`, { until: ahead(app, 1440 * minuteMs), reason: canary })
    .set(matching(await app.as.editor.get(`/v1/manage/articles/${draft.id}`)))
    .expect(200);
});
afterAll(async () => {
  await app.close();
  await receiver.stop();
});

/** The addresses of everything that anybody may ask for, with everything there is to ask for by. */
async function publicAddresses(): Promise<string[]> {
  const { paths } = (await app.anybody.get('/openapi.json').expect(200)).body;
  const names = [...known, canaryKey, 'the-middle', 'nonsense'];
  const open = Object.keys(paths).filter((path) => paths[path].get?.security?.length === 0 && path !== '/v1/stream');
  expect(open).toEqual(expect.arrayContaining(['/v1/articles', '/v1/articles/{slug}/sections/{section}', '/healthz']));
  const filled = open.flatMap((path) => {
    const [first, second] = path.match(/\{\w+\}/g) ?? [];
    if (first === undefined) return [path, `${path}?limit=1`, `${path}?nonsense=1`, `${path}?cursor=nonsense`];
    if (second === undefined) return names.map((name) => path.replace(first, name));
    return [...stories].flatMap((story) => names.map((name) => path.replace(first, story).replace(second, name)));
  });
  const words = [
    canary,
    `${canaryKey.slice(0, 5)}*`,
    `"${canary}"`,
    `-nowhere`,
    `minsk -${canary}`,
    `name near ${canary}`,
  ];
  const searches = words.flatMap((q) =>
    ['articles', 'quotes'].map((list) => `/v1/${list}?${new URLSearchParams({ q })}`),
  );
  const counts = ['', `&q=${canary}`, '&q=-nowhere'].map((q) => `/v1/articles?facets=desk,tag,speaker,language${q}`);
  return [
    ...filled,
    ...searches,
    ...counts,
    `/v1/quotes?speaker=${canary}`,
    '/docs',
    '/nonsense',
    '/v1/nonsense',
    '/v1/manage/articles',
  ];
}

/** Everything that is answered at an address, without what was asked for. */
async function answersAt(address: string): Promise<string> {
  const [bare = '', query = ''] = address.split('?');
  const get = await app.anybody.get(address);
  const others = await Promise.all([app.anybody.head(address), app.app.inject({ method: 'OPTIONS', url: address })]);
  let told = [get.text, ...[get, ...others].map(({ headers }) => JSON.stringify(headers))].join('\n');
  for (const asked of [...bare.split('/'), ...query.split('=')].filter((part) => part.length > 6)) {
    told = told.replaceAll(asked, '');
  }
  return told;
}

describe('readers', () => {
  it('never see a word of a draft, of unpublished changes, of notes, of what was withdrawn or taken out', async () => {
    const addresses = await publicAddresses();
    const leaks: string[] = [];
    for (const address of addresses) {
      const told = await answersAt(address);
      const found = [...hidden, previewToken].filter((id) => told.includes(id));
      if (told.toLowerCase().includes(canaryKey) || found.length > 0) leaks.push(`${address}: ${told.slice(0, 300)}`);
    }
    expect(leaks).toEqual([]);
    expect(addresses.length).toBeGreaterThan(100);
  });

  it('hear no word of them when they follow what happens, nor more of what was withdrawn than that it is gone', async () => {
    const listening = await Listening.open(app.app.listeningOrigin, '0');
    const { db, tables, all } = app.store;
    await listening.first((await all(db.select().from(tables.publicLog))).length);
    listening.cut();
    const page = await app.anybody.get(`/v1/sync?limit=100&token=${mirror.token}`).expect(200);
    await mirror.catchUp(app);
    expect(
      mirror.told
        .filter(({ state }) => state === 'withdrawn')
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...gone].sort());
    for (const told of [listening.text, page.text]) {
      expect(told.toLowerCase()).not.toContain(canaryKey);
      expect([...hidden].filter((id) => told.includes(id) && !gone.has(id))).toEqual([]);
    }
  });

  it('are sent no word of them by a webhook, which is told all that has happened', async () => {
    await changeWebhook(app, webhook, { state: 'enabled' });
    const { db, tables, all } = app.store;
    const log = await all(db.select().from(tables.publicLog));
    const told = (await receiver.count(log.length)).map(({ text }) => text).join();
    for (const id of gone) expect(told).toContain(id);
    expect(told.toLowerCase()).not.toContain(canaryKey);
    expect([...hidden].filter((id) => told.includes(id) && !gone.has(id))).toEqual([]);
  });

  it('get no picture of an image that only drafts or withdrawn stories show, of whatever shape, nor with a key', async () => {
    expect(hiddenPictures).toHaveLength(2);
    for (const address of hiddenPictures)
      for (const client of [app.anybody, app.as.admin])
        for (const asked of [address, address.replace('.jpg', ''), address.replace(/full\/\d+/, '1x1/160')]) {
          const { text } = await client.get(asked).expect(404);
          expect(text.toLowerCase()).not.toContain(canaryKey);
        }
  });

  it('are told no word of them by what monitoring and the log are told, beyond what was asked for', async () => {
    const report = (error: unknown) => expect.unreachable(String(error));
    const measured = { store: app.store, clock: app.clock, requestCounts, report };
    const metrics = await (await fetch(await serveOwnMetrics({ host: '127.0.0.1', port: 0 }, measured))).text();
    expect(metrics).toContain('/v1/articles/{slug}');
    await expect.poll(() => logged.length).toBeGreaterThan(500);
    const told = logged.map((line) => JSON.stringify({ ...JSON.parse(line), url: '', actor: '' }));
    for (const text of [metrics, ...told]) {
      expect(text.toLowerCase()).not.toContain(canaryKey);
      expect([...hidden, previewToken].filter((id) => text.includes(id))).toEqual([]);
    }
    expect(logged.filter((line) => line.includes(previewToken))).toEqual([]);
  });

  it('find nothing by the words, and no more or fewer of anything else', async () => {
    for (const list of ['articles', 'quotes'])
      for (const q of [canary, `${canaryKey.slice(0, 5)}*`]) {
        const { body } = await app.anybody.get(`/v1/${list}?${new URLSearchParams({ q })}`).expect(200);
        expect(body).toMatchObject({ data: [], total: { count: 0, exact: true } });
      }
    const count = async (q: string) =>
      (await app.anybody.get(`/v1/articles?${new URLSearchParams({ q })}`).expect(200)).body.total;
    expect(await count(`-nowhere -${canary}`)).toEqual(await count('-nowhere'));
  });

  it('are told of a draft by its id or slug what they are told of what never was', async () => {
    const never = '01852a5c-9d00-7a11-8b22-0123456789ab';
    for (const path of ['/v1/articles', '/v1/images', '/v1/quotes', '/v1/embeds', '/v1/preview']) {
      const answer = async (id: string) => {
        const { status, body, headers } = await app.anybody.get(`${path}/${id}`);
        const { date, 'content-length': length, ...kept } = headers;
        return { status, body: { ...body, detail: body.detail?.replace(id, ''), requestId: '', instance: '' }, kept };
      };
      const expected = await answer(never);
      expect(expected.status).toBe(404);
      for (const id of hidden) {
        const told = await answer(id);
        if (told.status !== 410) expect(told).toEqual(expected);
      }
    }
  });

  it('get a story of the documented fields and no others', async () => {
    const { data } = (await app.anybody.get(`/v1/articles/${liveSlug}`).expect(200)).body;
    const { components } = (await app.anybody.get('/openapi.json')).body;
    expect(Object.keys(data).sort()).toEqual(Object.keys(components.schemas.Article.properties).sort());
    for (const internal of ['slugline', 'internalNote', 'stage', 'version', 'createdBy', 'updatedBy', 'publication']) {
      expect(data).not.toHaveProperty(internal);
    }
    for (const section of data.sections as Members[]) {
      expect(Object.keys(section).sort()).toEqual(['anchor', 'blocks', 'heading', 'id']);
    }
  });

  it('see the words as soon as they are published, wherever they were looked for', async () => {
    await publishStory(app, live.id);
    const slug = `${canaryKey}-next`;
    for (const address of [
      '/v1/articles',
      `/v1/articles/${live.id}/sections`,
      '/v1/images',
      '/v1/quotes',
      '/v1/embeds',
      '/v1/speakers',
      '/v1/articles?facets=desk,tag,speaker',
      `/v1/articles?q=${canaryKey.slice(0, 5)}*`,
      '/v1/quotes?q=-nowhere',
    ]) {
      expect(await answersAt(address)).toContain(canary);
    }
    expect((await app.anybody.get(`/v1/articles/${liveSlug}`).expect(308)).headers.location).toContain(slug);
    const { text } = await app.anybody.get(`/v1/articles/${slug}`).expect(200);
    for (const note of ['slugline', 'internalNote']) expect(text).not.toContain(note);
  });
});
