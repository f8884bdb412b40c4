import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formats } from '../../src/delivery/formats/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { correct } from '../support/editing.js';
import { liveStory, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const inFormat = async (id: string, name: string) =>
  (await app.anybody.get(`/v1/articles/${id}?format=${name}`).buffer(true).expect(200)).text;
const issue = async (id: string, kind: string, text: string) =>
  expect((await correct(app, id, kind, text)).status).toBe(201);

describe('a corrected story', () => {
  it.each(formats.map(({ name }) => name))('tells of it in %s, and did not before', async (name) => {
    const { id } = await liveStory(app);
    expect(await inFormat(id, name)).not.toMatch(/correction/i);
    await issue(id, 'correction', 'It was the month of May.');
    expect(await inFormat(id, name)).toMatch(/correction[\s\S]*It was the month of May\./i);
  });

  it.each(['rss.xml', 'atom.xml', 'feed.json'])('tells of it in the feed %s', async (feed) => {
    const { id } = await liveStory(app);
    await issue(id, 'update', `More of ${id} is known.`);
    const { text } = await app.anybody.get(`/v1/feeds/${feed}`).buffer(true).expect(200);
    expect(text).toContain(`More of ${id} is known.`);
  });

  it('has its corrections behind the text, a retraction before it', async () => {
    const { id } = await liveStory(app);
    await issue(id, 'clarification', 'Clear\nnow.');
    await issue(id, 'retraction', 'None of it.');
    for (const name of ['html', 'fragment', 'markdown', 'text']) {
      const shown = await inFormat(id, name);
      const body = shown.slice(Math.max(0, shown.indexOf('</header>')));
      const places = ['None of it.', 'It begins.', 'Clear', 'now.'].map((words) => body.indexOf(words));
      expect([name, places]).toEqual([name, [...places].sort((a, b) => a - b)]);
      expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
    }
    expect(await inFormat(id, 'fragment')).toContain('<p>Clear</p><p>now.</p>');
    expect(await inFormat(id, 'markdown')).toMatch(/^> Clear$/m);
  });

  it('has words of ours marked as English where the story is not', async () => {
    const { id } = await liveStory(app, shortStory({ language: 'be' }));
    await issue(id, 'update', 'Больш вядома.');
    expect(await inFormat(id, 'fragment')).toContain('<span lang="en">Update</span>');
  });

  it('has CorrectionComments of schema.org, and is retracted there and in ninjs', async () => {
    const { id } = await liveStory(app);
    await issue(id, 'correction', 'It was May.');
    const [correction] = (await app.anybody.get(`/v1/articles/${id}`)).body.data.corrections;
    const before = JSON.parse(await inFormat(id, 'jsonld'));
    expect(before.correction).toEqual([
      {
        '@type': 'CorrectionComment',
        identifier: `urn:uuid:${correction.id}`,
        name: 'Correction',
        text: 'It was May.',
        datePublished: correction.at,
      },
    ]);
    expect(before).not.toHaveProperty('creativeWorkStatus');
    expect(before.dateModified).toBe(correction.at);
    expect(JSON.parse(await inFormat(id, 'ninjs')).pubStatus).toBe('usable');
    await issue(id, 'retraction', 'None of it.');
    expect(JSON.parse(await inFormat(id, 'jsonld')).creativeWorkStatus).toBe('Retracted');
    const ninjs = JSON.parse(await inFormat(id, 'ninjs'));
    expect(ninjs.pubStatus).toBe('canceled');
    expect(ninjs.descriptions).toEqual(
      expect.arrayContaining([{ role: 'retraction', contentType: 'text/plain', value: 'None of it.' }]),
    );
  });

  it('is marked as retracted where a page links to it', async () => {
    const { id } = await liveStory(app);
    const { id: linking } = await liveStory(app, shortStory({ related: [id] }));
    expect(await inFormat(linking, 'html')).not.toContain('Retracted');
    await issue(id, 'retraction', 'None of it.');
    expect(await inFormat(linking, 'html')).toContain('<strong>Retracted</strong>');
  });
});
