import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { act, editSection, editStory, type Members } from '../support/editing.js';
import { createStory, liveStory, publishStory, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

type Story = Awaited<ReturnType<typeof createStory>>;
const address = (id: string) => `/v1/manage/articles/${id}`;
const read = async (id: string) => (await app.as.viewer.get(address(id)).expect(200)).body.data;
const list = async (id: string, query = '') =>
  (await app.as.viewer.get(`${address(id)}/revisions${query}`).expect(200)).body;
const revision = async (id: string, version: number) =>
  (await app.as.viewer.get(`${address(id)}/revisions/${version}`).expect(200)).body.data;
const added = { type: 'paragraph', text: 'Added.' };
const sectionOf = ({ sections }: Story, i: number) => sections[i]?.id ?? '';

/** The working copy as a revision tells of it. */
function contentOf({ sections, ...story }: Members & { sections: Members[] }) {
  const { id, version, createdAt, createdBy, updatedAt, updatedBy, publication, corrections, ...fields } = story;
  return {
    ...fields,
    sections: sections.map(({ id, version, anchor, heading, blocks }) => ({ id, version, anchor, heading, blocks })),
  };
}

/** Writes of every kind, each by somebody else. @returns the story, and what it was at each of its versions */
async function editedStory() {
  const story = await createStory(app);
  const { id } = story;
  const states = [contentOf(await read(id))];
  const write = async (method: 'post' | 'patch' | 'put' | 'delete', path: string, body?: unknown, by = 'editor') => {
    const of = path.startsWith('/v1/manage/sections') ? path.replace(/\/move$/, '') : address(id);
    await app.as.publisher[method](path, body)
      .set(matching(await app.as.viewer.get(of).expect(200)))
      .set('x-actor', by)
      .expect(({ status }) => expect([200, 201, 204]).toContain(status));
    states.push(contentOf(await read(id)));
  };
  const [first, second, third] = story.sections.map((section) => `/v1/manage/sections/${section.id}`);
  await write('patch', address(id), { headline: 'Changed', deck: 'New.' }, 'jane');
  await write('patch', second ?? '', { heading: 'Changed' }, 'joe');
  await write('post', `${address(id)}/sections`, { heading: 'Added', blocks: [added], after: null });
  await write('post', `${third}/move`, { after: null }, 'jane');
  await write('post', `${address(id)}/publish`, {});
  await write('delete', first ?? '', undefined, 'joe');
  await write('put', address(id), { ...(await read(id)), deck: null, sections: [] });
  await write('post', `${address(id)}/withdraw`);
  return { story, id, states };
}

describe('GET /v1/manage/articles/{id}/revisions', () => {
  it('lists every version, the last first: who, when, by what, which fields, and the sections with their own versions', async () => {
    const { story, id, states } = await editedStory();
    const [opening, middle, end] = [sectionOf(story, 0), sectionOf(story, 1), sectionOf(story, 2)];
    const { data, page } = await list(id);
    expect(
      data.map(({ version, action, fields, sections, by }: Members & { by: Members }) => [
        ...[version, action, by.actor, fields],
        (sections as Members[]).map((section) => [section.id, section.version, section.action, section.fields]),
      ]),
    ).toEqual([
      [9, 'withdraw', 'editor', ['/publication'], []],
      [
        ...[8, 'replace', 'editor', ['/deck', '/sections']],
        expect.toSatisfy((writes: unknown[][]) => {
          expect(writes.map(([, , action]) => action)).toEqual(['delete', 'delete', 'delete']);
          expect(writes.map(([section]) => section)).toEqual(expect.arrayContaining([middle, end]));
          return true;
        }),
      ],
      [7, 'section.delete', 'joe', ['/sections'], [[opening, 2, 'delete', []]]],
      [6, 'publish', 'editor', ['/publication'], []],
      [5, 'section.move', 'jane', ['/sections'], []],
      [4, 'section.create', 'editor', ['/sections'], [[expect.any(String), 1, 'create', []]]],
      [3, 'section.update', 'joe', [], [[middle, 2, 'update', ['/anchor', '/heading']]]],
      [2, 'update', 'jane', ['/headline', '/deck'], []],
      [1, 'create', null, [], [opening, middle, end].map((section) => [section, 1, 'create', []]).sort()],
    ]);
    expect(page).toMatchObject({ next: null, previous: null });
    expect(data).toHaveLength(states.length);
    const ats = data.map(({ at }: Members) => at);
    expect(ats).toEqual([...ats].sort().reverse());
    for (const { by } of data) expect(by.key).toEqual(expect.any(String));
  });

  it('pages both ways', async () => {
    const { id } = await editedStory();
    const versionsOf = ({ data }: { data: Members[] }) => data.map(({ version }) => version);
    const first = await list(id, '?limit=4');
    expect(versionsOf(first)).toEqual([9, 8, 7, 6]);
    const second = await list(id, `?limit=4&cursor=${first.page.next}`);
    expect(versionsOf(second)).toEqual([5, 4, 3, 2]);
    const third = await list(id, `?limit=4&cursor=${second.page.next}`);
    expect([versionsOf(third), third.page.next]).toEqual([[1], null]);
    const back = await list(id, `?limit=3&cursor=${third.page.previous}`);
    expect(versionsOf(back)).toEqual([4, 3, 2]);
    await editStory(app, id, { deck: 'Meanwhile.' });
    expect(versionsOf(await list(id, `?limit=4&cursor=${first.page.next}`))).toEqual([5, 4, 3, 2]);
    const { headers } = await app.as.viewer.get(`${address(id)}/revisions?limit=4`).expect(200);
    expect(headers.link).toContain(`</v1/manage/articles/${id}/revisions?limit=4&cursor=`);
  });

  it('keeps to an action, a person, or both, and its cursors to them', async () => {
    const { id } = await editedStory();
    const versions = async (query: string) => (await list(id, query)).data.map(({ version }: Members) => version);
    expect(await versions('?actor=jane')).toEqual([5, 2]);
    expect(await versions('?action=section.update')).toEqual([3]);
    expect(await versions('?action=publish')).toEqual([6]);
    expect(await versions('?actor=joe&action=section.delete')).toEqual([7]);
    expect(await versions('?actor=nobody')).toEqual([]);
    const { page } = await list(id, '?actor=jane&limit=1');
    expect(await versions(`?actor=jane&limit=1&cursor=${page.next}`)).toEqual([2]);
    await app.as.viewer.get(`${address(id)}/revisions?actor=joe&limit=1&cursor=${page.next}`).expect(400);
    await app.as.viewer.get(`${address(id)}/revisions?nonsense=1`).expect(400);
  });

  it('ends a page of a search early rather than late, and leads on', async () => {
    const { id } = await createStory(app);
    await app.store.commit([
      {
        query: app.store.db.insert(app.store.tables.revisions).values(
          Array.from({ length: 2500 }, (_, i) => ({
            ...{ kind: 'article' as const, resourceId: id, version: i + 2, articleId: id, articleVersion: i + 2 },
            ...{ at: '2026-01-15T10:00:00.000Z', action: 'update', fields: [], content: null },
          })),
        ),
      },
      { query: app.store.db.update(app.store.tables.articles).set({ version: 2501 }) },
    ]);
    const first = await list(id, '?action=create');
    expect(first.data).toEqual([]);
    const second = await list(id, `?action=create&cursor=${first.page.next}`);
    expect(second.data).toMatchObject([{ version: 1, action: 'create' }]);
    expect(second.page.next).toBeNull();
  });

  it('answers 404 for what never was, and tells of a deleted article by its id', async () => {
    await app.as.viewer.get('/v1/manage/articles/nonsense/revisions').expect(404);
    const { id } = await createStory(app);
    const { db, tables, commit } = app.store;
    await commit([{ query: db.update(tables.articles).set({ deletedAt: '2026-01-15T10:00:00.000Z' }) }]);
    await app.as.viewer.get(address(id)).expect(404);
    expect((await list(id)).data).toMatchObject([{ version: 1, action: 'create' }]);
    expect((await revision(id, 1)).content.headline).toBe('A short story');
    await app.as.viewer.get(`${address(id)}/diff?from=1`).expect(200);
    await app.as.editor
      .post(`${address(id)}/revisions/1/restore`)
      .set('if-match', '"1"')
      .expect(404);
    await commit([{ query: db.update(tables.articles).set({ deletedAt: null }) }]);
  });
});

describe('GET /v1/manage/articles/{id}/revisions/{version}', () => {
  it('is the whole story as it was at each version, whatever was written', async () => {
    const { id, states } = await editedStory();
    for (const [i, state] of states.entries()) {
      expect((await revision(id, i + 1)).content).toEqual(state);
    }
  });

  it('tells of the write as the list does', async () => {
    const { id } = await editedStory();
    const { content, ...entry } = await revision(id, 7);
    expect((await list(id)).data).toContainEqual(entry);
  });

  it('answers 404 for a version that there is not', async () => {
    const { id } = await createStory(app);
    for (const version of ['2', '0', '-1', '1.5', 'x', '99999999999999999999']) {
      await app.as.viewer.get(`${address(id)}/revisions/${version}`).expect(404);
    }
    await app.as.viewer.get(`${address(id)}/revisions/1?x=1`).expect(400);
  });

  it('is not changed by what comes after', async () => {
    const story = await liveStory(app);
    const before = await revision(story.id, 2);
    await editSection(app, sectionOf(story, 1), { blocks: [added] });
    await publishStory(app, story.id);
    expect((await act(app, story.id, 'withdraw')).status).toBe(200);
    expect(await revision(story.id, 2)).toEqual(before);
  });

  it('answers 410 for a version that was erased', async () => {
    const { id } = await createStory(app, shortStory({ sections: [] }));
    const { db, tables, commit } = app.store;
    const at = '2026-01-15T10:00:00.000Z';
    const other = { ...(await read(id)), id: '01852a5c-0000-7000-8000-0000000000ff' };
    // A story of which only the numbers were kept.
    const { slug: _slug, sections: _sections, publication: _publication, ...columns } = other;
    await commit([
      {
        query: db.insert(tables.articles).values({
          ...columns,
          ...{ slug: 'erased', contentVersion: 1, sectionIds: [], state: 'unpublished', version: 1 },
        }),
      },
      {
        query: db.insert(tables.revisions).values({
          ...{ kind: 'article', resourceId: other.id, articleId: other.id, version: 1, articleVersion: 1 },
          ...{ at, action: 'create', fields: [], content: null },
        }),
      },
    ]);
    expect((await list(other.id)).data).toMatchObject([{ version: 1 }]);
    await app.as.viewer.get(`${address(other.id)}/revisions/1`).expect(410);
    await app.as.viewer.get(`${address(other.id)}/diff?from=1`).expect(410);
    await app.as.editor
      .post(`${address(other.id)}/revisions/1/restore`)
      .set('if-match', '"1"')
      .expect(410);
  });
});
