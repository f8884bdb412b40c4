import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { act, editStory, type Members, withdrawStory } from '../support/editing.js';
import { createStory, liveStory, publishStory, shortStory } from '../support/stories.js';

type Kind = 'desks' | 'tags';
const kinds: Kind[] = ['desks', 'tags'];
/** Fields that put a story under a term. */
const under = (kind: Kind, key: string) => (kind === 'desks' ? { desk: key } : { tags: [key] });

describe.each(kinds)('GET /v1/%s', (kind) => {
  const path = `/v1/${kind}`;
  let app: TestApp;
  /** Live stories by the key of their only term. */
  const stories: Record<string, string[]> = {};
  const counts: Record<string, number> = { asia: 2, belarus: 1, energy: 3, europe: 2, sport: 1 };

  beforeAll(async () => {
    app = await startApp();
    for (const [key, count] of Object.entries(counts)) {
      stories[key] = [];
      for (let i = 0; i < count; i++) stories[key].push((await liveStory(app, shortStory(under(kind, key)))).id);
    }
    await createStory(app, shortStory(under(kind, 'draft-only')));
    await createStory(app, shortStory(under(kind, 'asia')));
    await app.as.editor.post(`/v1/manage/${kind}`, { key: 'belarus-unused' }).expect(201);
    await withdrawStory(app, (await liveStory(app, shortStory(under(kind, 'withdrawn')))).id);
    await editStory(app, stories.sport?.[0] ?? '', under(kind, 'changes-only'));
  });
  afterAll(() => app.close());

  const list = async (query = '') => (await app.anybody.get(`${path}${query}`).expect(200)).body;
  const keysOf = ({ data }: { data: Members[] }) => data.map(({ key }) => key);
  const byKey = ['asia', 'belarus', 'energy', 'europe', 'sport'];
  const orders: Record<string, string[]> = {
    key: byKey,
    '-key': byKey.toReversed(),
    storyCount: ['belarus', 'sport', 'asia', 'europe', 'energy'],
    '-storyCount': ['energy', 'asia', 'europe', 'belarus', 'sport'],
  };

  it('tells every one that live stories have, by key, with its name and how many they are, and no other', async () => {
    const expected = byKey.map((key) => ({
      key,
      name: `${key.charAt(0).toUpperCase()}${key.slice(1)}`,
      storyCount: counts[key],
    }));
    expect((await list()).data).toEqual(expected);
    for (const [key, count] of Object.entries(counts)) {
      const { data } = (await app.anybody.get(`/v1/articles?${kind.slice(0, -1)}=${key}`).expect(200)).body;
      expect(data).toHaveLength(count);
    }
  });

  it.each(Object.keys(orders))('is sorted by %s, in pages that lead both ways', async (sort) => {
    const all = await list(`?sort=${sort}&limit=100`);
    expect(keysOf(all)).toEqual(orders[sort]);
    const pages = [];
    let page = await list(`?sort=${sort}&limit=2`);
    for (; page.page.next !== null; page = await list(`?sort=${sort}&limit=2&cursor=${page.page.next}`))
      pages.push(page);
    expect([...pages, page].flatMap(keysOf)).toEqual(orders[sort]);
    for (const before of pages.reverse()) {
      page = await list(`?sort=${sort}&limit=2&cursor=${page.page.previous}`);
      expect(page.data).toEqual(before.data);
    }
    expect(page.page.previous).toBeNull();
  });

  it('tells in its pages and cursors nothing of those that are hidden between', async () => {
    const { body, headers } = await app.anybody.get(`${path}?limit=2`).expect(200);
    expect(keysOf(body)).toEqual(['asia', 'belarus']);
    expect(headers.link).toBe(`<${path}?limit=2&cursor=${body.page.next}>; rel="next"`);
    const told = Buffer.from(body.page.next, 'base64url').toString();
    expect(told).toContain('"belarus"');
    expect(told).not.toContain('unused');
    for (const key of ['draft-only', 'belarus-unused', 'withdrawn', 'changes-only']) {
      const answer = await app.anybody.get(`${path}?limit=100`).expect(200);
      expect(answer.text).not.toContain(key);
    }
  });

  it('binds its cursors to the sort', async () => {
    const { page } = await list('?limit=1');
    const { errors } = (await app.anybody.get(`${path}?sort=-key&cursor=${page.next}`).expect(400)).body;
    expect(errors).toMatchObject([{ parameter: 'cursor', code: 'invalid_cursor' }]);
    const wrong = await app.anybody.get(`${path}?sort=name&liveStories=1`).expect(400);
    expect(wrong.body.errors).toMatchObject([
      { parameter: 'sort' },
      { parameter: 'liveStories', code: 'unknown_field' },
    ]);
  });

  it('trims to fields, and links on with them', async () => {
    const { body, headers } = await app.anybody.get(`${path}?limit=1&sort=-storyCount&fields=storyCount`).expect(200);
    expect(body.data).toEqual([{ storyCount: 3 }]);
    expect(headers.link).toContain('limit=1&sort=-storyCount&cursor=');
    expect(headers.link).toContain('&fields=storyCount>');
  });

  describe('follows', () => {
    let before: { body: { data: Members[] }; headers: Record<string, string> };
    beforeEach(async () => {
      before = await app.anybody.get(`${path}?limit=100`).expect(200);
    });
    /** What is told now of a term, of which there is something else to tell than before. */
    async function nowOf(key: string): Promise<Members | undefined> {
      const answer = await app.anybody
        .get(`${path}?limit=100`)
        .set('if-none-match', before.headers.etag ?? '')
        .expect(200);
      return answer.body.data.find((term: Members) => term.key === key);
    }

    it('what is published and withdrawn', async () => {
      await publishStory(app, stories.sport?.[0] ?? '');
      expect(await nowOf('changes-only')).toMatchObject({ name: 'Changes Only', storyCount: 1 });
      expect(await nowOf('sport')).toBeUndefined();
      await withdrawStory(app, stories.energy?.[0] ?? '');
      expect(await nowOf('energy')).toMatchObject({ storyCount: 2 });
      expect((await act(app, stories.energy?.[0] ?? '', 'publish')).status).toBe(200);
      expect(await nowOf('energy')).toMatchObject({ storyCount: 3 });
    });

    it('a new name', async () => {
      const managed = `/v1/manage/${kind}/europe`;
      const read = await app.as.viewer.get(managed).expect(200);
      await app.as.publisher.patch(managed, { name: 'Europe & more' }).set(matching(read)).expect(200);
      expect(await nowOf('europe')).toMatchObject({ name: 'Europe & more', storyCount: 2 });
    });
  });
});
