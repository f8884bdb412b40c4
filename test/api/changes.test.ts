import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesQuery } from '../../src/content/changes/repository.js';
import type { ChangeFilters } from '../../src/content/changes/schemas.js';
import { roles } from '../../src/kernel/actor.js';
import { examinedMax } from '../../src/storage/keyset.js';
import { startApp, type TestApp } from '../support/app.js';
import { changeResource, createResource, editStory } from '../support/editing.js';
import { image, liveStory, shortStory } from '../support/stories.js';

interface Entry {
  sequence: number;
  at: string;
  by: { key: string | null; actor: string | null };
  action: string;
  kind: string;
  resourceId: string;
  version: number;
  articleId: string | null;
  isPublic: boolean;
}

let app: TestApp;
let story: { id: string };
let imageId: string;
/** The whole log, the last first, as the file has it. */
let log: Entry[];

beforeAll(async () => {
  app = await startApp();
  imageId = (await createResource(app, 'images', image)).id;
  story = await liveStory(app, shortStory({ sections: [{ blocks: [{ type: 'image', imageId }] }] }));
  app.clock.advance(3_600_000);
  await editStory(app, story.id, { deck: 'Changed.' });
  await changeResource(app, 'images', imageId, { caption: 'Changed.' });
  await app.as.editor.post('/v1/manage/tags', { key: 'energy' }).set('x-actor', 'jane.doe').expect(201);
  log = (await list('limit=100')).data;
});
afterAll(() => app.close());

const list = async (query: string) => (await app.as.viewer.get(`/v1/manage/changes?${query}`).expect(200)).body;

/** Every page, to the end. */
async function all(query: string): Promise<Entry[]> {
  const found: Entry[] = [];
  for (let cursor = ''; ; ) {
    const { data, page } = await list(`${query}&limit=2${cursor}`);
    found.push(...data);
    if (page.next === null) return found;
    cursor = `&cursor=${page.next}`;
  }
}

describe('GET /v1/manage/changes', () => {
  it('tells of every accepted write, the last first', () => {
    expect(log.map(({ kind, action }) => `${kind} ${action}`)).toEqual([
      'tag create',
      'article recompile',
      'image update',
      'article update',
      'article publish',
      'article create',
      'tag create',
      'desk create',
      'image create',
      // Those of the tests, one a role.
      ...roles.map(() => 'key create'),
    ]);
    expect(log[0]).toEqual({
      sequence: expect.any(Number),
      at: expect.stringMatching(/^2026-01-15T10:/),
      by: { key: expect.stringMatching(/^[0-9a-f]{12}$/), actor: 'jane.doe' },
      action: 'create',
      reason: null,
      kind: 'tag',
      resourceId: 'energy',
      version: 1,
      articleId: null,
      isPublic: false,
    });
    expect(log.filter(({ isPublic }) => isPublic).map(({ action }) => action)).toEqual(['recompile', 'publish']);
  });

  it.each<[string, () => string, (entry: Entry) => boolean]>([
    ['a kind', () => 'kind=image', ({ kind }) => kind === 'image'],
    ['a resource', () => `kind=image&resource=${imageId}`, ({ resourceId }) => resourceId === imageId],
    ['an article', () => `article=${story.id}`, ({ articleId }) => articleId === story.id],
    ['an action', () => 'action=create', ({ action }) => action === 'create'],
    ['a person', () => 'actor=jane.doe', ({ by }) => by.actor === 'jane.doe'],
    ['a key', () => `key=${log[3]?.by.key}`, ({ by }) => by.key === log[3]?.by.key],
    [
      'times',
      () => `from=${log[3]?.at}&to=${log[1]?.at}`,
      ({ at }) => at >= (log[3]?.at ?? '') && at < (log[1]?.at ?? ''),
    ],
    [
      'all at once',
      () => `from=${log[8]?.at}&kind=article&article=${story.id}&action=update&key=${log[3]?.by.key}`,
      ({ action, kind }) => action === 'update' && kind === 'article',
    ],
  ])('is filtered by %s, page by page', async (_what, query, isWanted) => {
    const wanted = log.filter(isWanted);
    expect(wanted.length).toBeGreaterThan(0);
    expect(await all(query())).toEqual(wanted);
  });

  it('leads back as well', async () => {
    const first = await list('limit=3');
    const second = await list(`limit=3&cursor=${first.page.next}`);
    expect((await list(`limit=3&cursor=${second.page.previous}`)).data).toEqual(first.data);
  });

  it.each([
    ['resource=x', 'kind'],
    ['kind=wish', 'kind'],
    ['from=yesterday', 'from'],
    ['article=x', 'article'],
    ['by=jane', 'by'],
    ['action=', 'action'],
  ])('answers 400 to ?%s, naming the parameter', async (query, parameter) => {
    const { body } = await app.as.viewer.get(`/v1/manage/changes?${query}`).expect(400);
    expect(body.errors).toMatchObject([{ parameter }]);
  });

  it('answers 400 to a cursor of other filters', async () => {
    const { next } = (await list('limit=1&kind=article')).page;
    const { body } = await app.as.viewer.get(`/v1/manage/changes?limit=1&kind=image&cursor=${next}`).expect(400);
    expect(body.errors).toMatchObject([{ parameter: 'cursor', code: 'invalid_cursor' }]);
  });

  it('has nothing of a write that was refused', async () => {
    await app.as.editor.post('/v1/manage/tags', { key: 'energy' }).expect(409);
    await app.as.editor.patch(`/v1/manage/articles/${story.id}`, { deck: 'x' }).set('if-match', '"1"').expect(412);
    expect((await list('limit=1')).data).toEqual([log[0]]);
  });
});

describe('the index', () => {
  it.each<[string, ChangeFilters, RegExp]>([
    ['everything', {}, /^read changes (whole|along its key)$/m],
    ['a resource', { kind: 'image', resource: 'x' }, /changes_of_resource/],
    ['an article', { article: 'x' }, /changes_of_article/],
    ['a person', { actor: 'x' }, /changes_of_actor/],
    ['a key', { key: 'x' }, /changes_of_key/],
    ['an action', { action: 'x' }, /changes_of_action/],
    ['times', { from: '2026', to: '2027' }, /changes_by_time/],
  ])('answers %s without sorting', async (_what, filters, index) => {
    const [steps = []] = await app.raw.plansOf([changesQuery(app.store, filters, 20, undefined).toSQL()]);
    expect(steps.join('\n')).toMatch(index);
    expect(steps).not.toContain('sort');
  });
});

describe('a log with few entries of a kind among many', () => {
  it('ends a page early rather than late, and leads on to what there is', async () => {
    const many = await startApp();
    await createResource(many, 'images', image);
    const entry = { at: '2026-01-16T00:00:00.000Z', action: 'create', kind: 'tag', version: 1, public: false };
    const entries = Array.from({ length: examinedMax * 2 + 10 }, (_, i) => ({ ...entry, resource_id: `tag-${i}` }));
    await many.raw.fill('changes', entries);
    const pages: string[][] = [];
    for (let cursor = ''; ; ) {
      const { body } = await many.as.viewer.get(`/v1/manage/changes?kind=image${cursor}`).expect(200);
      pages.push(body.data.map(({ kind }: Entry) => kind));
      if (body.page.next === null) break;
      cursor = `&cursor=${body.page.next}`;
    }
    expect(pages).toEqual([[], [], ['image']]);
    await many.close();
  });
});
