// The test that looks into the bytes: words are planted wherever a thing can have any, and must be nowhere once it is erased.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { changeResource, createResource, editSection, editStory, type Members } from '../support/editing.js';
import { newDatabase } from '../support/engine.js';
import { cleared, erase } from '../support/erasing.js';
import { RunningServer, run, send, temporaryFolder } from '../support/processes.js';
import { liveStory, publishStory, shortStory } from '../support/stories.js';
import { tracesOf } from '../support/traces.js';
import { requireTrueIndex } from '../support/true-index.js';

const at = '2026-01-15T09:00:00.000Z';
let app: TestApp;
beforeAll(async () => {
  app = await startApp();
  await app.raw.keepUncompressed();
});
afterAll(() => app.close());

/** Gives words that stand nowhere else, and remembers them. */
function newWords(name: string) {
  const words: string[] = [];
  const word = (what: string) => {
    const one = `Zq7${name}Ж${what}`;
    words.push(one);
    return one;
  };
  /** For addresses and slugs, which have no other letters. */
  const plain = (what: string) => {
    const one = `zq7${name.toLowerCase()}${what}`;
    words.push(one);
    return one;
  };
  return { words, word, plain, url: (what: string) => `https://${plain(what)}.example/` };
}
type Words = ReturnType<typeof newWords>;

const secretImage = ({ word, url }: Words) => ({
  alt: word('alt'),
  caption: word('caption'),
  creditLine: word('credit'),
  photographer: word('photographer'),
  agency: word('agency'),
  copyrightNotice: word('copyright'),
  usageTerms: word('terms'),
  location: word('location'),
  sourceUrl: url('source'),
});
const secretQuote = ({ word, url }: Words) => ({
  text: word('text'),
  speaker: { name: word('speaker'), role: word('role'), affiliation: word('affiliation') },
  context: word('context'),
  language: 'en',
  sourceUrl: url('quotesource'),
});
const secretEmbed = ({ word, url }: Words) => ({
  kind: 'video',
  provider: word('provider'),
  title: word('title'),
  description: word('description'),
  url: url('page'),
  embedUrl: url('frame'),
  transcript: word('transcript'),
  captionsUrl: url('captions'),
  duration: 'PT1M',
});
const secretFields = ({ word, plain, url }: Words) => ({
  slug: plain('slug'),
  headline: word('headline'),
  shortHeadline: word('shortHeadline'),
  kicker: word('kicker'),
  deck: word('deck'),
  summary: word('summary'),
  seo: { title: word('seoTitle'), description: word('seoDescription') },
  slugline: word('slugline'),
  internalNote: word('note'),
  bylines: [{ name: word('byline'), role: word('bylineRole'), organization: word('bylineOf'), url: url('bylineurl') }],
  sources: [{ name: word('sourceName'), kind: 'other' }],
  dateline: { place: word('place') },
});

const traces = async (words: readonly string[]) => tracesOf(words, await app.raw.files());
/** Each of the words stands somewhere now, so that looking for it can fail. */
async function requirePlanted(words: readonly string[]): Promise<void> {
  await app.raw.gatherStatistics();
  const found = await traces(words);
  expect(words.filter((word) => !found.some((trace) => trace.startsWith(`${word} in `)))).toEqual([]);
}
/** Has the story in the cache of compiled stories, as readers would. */
const read = async (id: string) => {
  for (const path of [`/v1/articles/${id}`, '/v1/articles', `/v1/articles/${id}/sections`])
    await app.anybody.get(path).expect(200);
};
const showing = (block: Members) => shortStory({ sections: [{ heading: null, blocks: [block] }] });

/** What is kept of an article beside its working copy, as the features for it leave it. */
async function plantBeside(articleId: string, { word, plain }: Words): Promise<void> {
  const { db, tables, commit } = app.store;
  const by = { createdAt: at, updatedAt: at };
  const later = '2999-01-01T00:00:00.000Z';
  const schedule = { articleId, action: 'publish' as const, articleVersion: 1, at: later, version: 1, ...by };
  const answer = { method: 'POST', bodyHash: '', status: 200, at };
  const told = (body: string) => ({ ...answer, headers: {}, body });
  await commit([
    {
      query: db.insert(tables.corrections).values({
        id: '01852a5c-9d00-7a11-8b22-00000000000c',
        articleId,
        kind: 'correction',
        text: word('correction'),
        at,
      }),
    },
    {
      query: db.insert(tables.schedules).values([
        { ...schedule, id: 's1', request: { note: word('request') }, state: 'pending' },
        {
          ...schedule,
          id: 's2',
          request: {},
          state: 'failed',
          failure: { reason: word('failure') },
          settledAt: at,
        },
      ]),
    },
    {
      query: db.insert(tables.idempotentAnswers).values([
        {
          ...told(`{"id":"${articleId}","headline":"${word('answer')}"}`),
          path: '/a',
          keyId: 'k',
          idempotencyKey: '1',
        },
        {
          ...told(`{"headline":"${word('answerBySlug')}"}`),
          path: `/v1/manage/articles/${plain('slug')}/publish`,
          keyId: 'k',
          idempotencyKey: '2',
        },
        {
          ...told(`{"headline":"${word('answerByHeader')}"}`),
          headers: { location: `/v1/manage/articles/${articleId}` },
          path: '/b',
          keyId: 'k',
          idempotencyKey: '3',
        },
        { ...told('{"other":"kept"}'), path: '/c', keyId: 'k', idempotencyKey: '4' },
        {
          ...told(`{"result":{"id":"${articleId}","warnings":["${word('mark')}"]}}`),
          status: 299,
          path: '/d',
          keyId: 'k',
          idempotencyKey: '5',
        },
      ]),
    },
    {
      query: db
        .insert(tables.previewLinks)
        .values({ id: 'p', articleId, tokenHash: 'h', createdAt: at, expiresAt: at }),
    },
  ]);
}

/** One embargo that was lifted and one that is in force, each for a reason. */
async function withEmbargoes(id: string, { word }: Words): Promise<void> {
  const until = '2026-06-15T12:00:00.000Z';
  for (const [action, body] of [
    ['embargo', { until, reason: word('embargo') }],
    ['embargo/lift', { reason: word('lift') }],
    ['embargo', { until, reason: word('secondEmbargo') }],
  ] as const) {
    const read = await app.as.publisher.get(`/v1/manage/articles/${id}`).expect(200);
    await app.as.publisher.post(`/v1/manage/articles/${id}/${action}`, body).set(matching(read)).expect(200);
  }
}

describe('an erased story', () => {
  it('leaves no word of it in the database, its log or the cache; what belongs to others stays', async () => {
    const secret = newWords('Story');
    const { word, plain } = secret;
    const section = (what: string) => ({
      // The anchor is made of what of it an address can hold.
      heading: `${word(`heading${what}`)} ${plain(`anchor${what.toLowerCase()}`)}`,
      blocks: [{ type: 'paragraph', text: word(`text${what}`) }],
    });
    const story = await liveStory(app, { ...shortStory(secretFields(secret)), sections: [section('A'), section('B')] });
    await read(story.id);
    await editStory(app, story.id, { headline: word('secondHeadline'), slug: plain('secondslug') });
    await editSection(app, story.sections[0]?.id ?? '', section('C'));
    await app.as.editor.delete(`/v1/manage/sections/${story.sections[1]?.id}`).set('if-match', '"1"').expect(204);
    await publishStory(app, story.id);
    await read(story.id);
    await withEmbargoes(story.id, secret);
    const pointing = await liveStory(app, shortStory({ related: [story.id] }));
    await read(pointing.id);
    await plantBeside(story.id, secret);
    await requirePlanted(secret.words);

    await cleared(app, await erase(app, 'article', story.id, { uses: 'remove' }));
    expect(await traces(secret.words)).toEqual([]);
    await read(pointing.id);
    await app.anybody.get(`/v1/articles/${story.id}`).expect(410);
    const { db, tables, all } = app.store;
    expect(await all(db.select().from(tables.idempotentAnswers))).toMatchObject([{ path: '/c' }]);
    expect(await all(db.select().from(tables.corrections))).toMatchObject([{ kind: 'correction', at }]);
    expect(await all(db.select().from(tables.schedules))).toMatchObject([
      { state: 'cancelled', version: 2 },
      { state: 'failed' },
    ]);
    expect(await all(db.select().from(tables.previewLinks))).toMatchObject([{ revokedAt: expect.any(String) }]);
  });
});

describe('an erased library resource', () => {
  it.each([
    ['image', 'images', secretImage, 'caption'],
    ['quote', 'quotes', secretQuote, 'text'],
    ['embed', 'embeds', secretEmbed, 'title'],
  ] as const)('leaves no word of it: %s', async (kind, plural, secretOf, field) => {
    const secret = newWords(kind);
    const { id } = await createResource(app, plural, secretOf(secret));
    const reference = { type: kind, [`${kind}Id`]: id };
    const shown = await liveStory(app, showing(reference));
    const draft = await app.as.editor.post('/v1/manage/articles', showing(reference)).expect(201);
    await read(shown.id);
    await changeResource(app, plural, id, { [field]: secret.word('second') });
    await read(shown.id);
    await app.anybody.get(`/v1/${plural}/${id}`).expect(200);
    await requirePlanted(secret.words);

    await cleared(app, await erase(app, kind, id, { uses: 'remove' }));
    expect(await traces(secret.words)).toEqual([]);
    await read(shown.id);
    expect((await app.as.viewer.get(`/v1/manage/articles/${draft.body.data.id}`)).body.data.sections[0].blocks).toEqual(
      [],
    );
  });

  it('is not to be found in the file of a server that was killed before it was done, once another has started', async () => {
    const secret = newWords('Killed');
    const { raw, settings, discard } = await newDatabase(temporaryFolder());
    const made = await run('src/cli/keys.ts', ['create', '--role', 'admin', '--name', 'legal'], settings);
    const key = made.stdout.trim().split('\n').at(-1) ?? '';
    let server = await RunningServer.start({ ...settings, NODE_ENV: 'production' });
    const post = (to: string, body: unknown, ifMatch?: string) =>
      send(app.app, server, 'post', to, { key, body, ...(ifMatch && { ifMatch }) });
    const { id } = (await post('/v1/manage/quotes', secretQuote(secret)).expect(201)).body.data;
    const erasure = { kind: 'quote', id, reason: 'A court said so.' };
    const { data } = (await post('/v1/manage/erasures', erasure, '"1"').expect(201)).body;
    await server.kill();
    expect(data.state).toBe('purging');
    expect(tracesOf(secret.words, await raw.files())).not.toEqual([]);

    server = await RunningServer.start({ ...settings, NODE_ENV: 'production' });
    const state = async () =>
      (await send(app.app, server, 'get', `/v1/manage/erasures/${data.id}`, { key }).expect(200)).body.data.state;
    await expect.poll(state).toBe('done');
    expect(tracesOf(secret.words, await raw.files())).toEqual([]);
    await server.kill();
    await requireTrueIndex(raw);
    await discard();
  });
});
