// What a write is answered with is what it has made, though others write to the same before the answer is sent.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { BehindCommit } from '../support/behind-commit.js';
import { matching } from '../support/client.js';
import type { Members } from '../support/editing.js';
import { issueKey, keysPath } from '../support/keys.js';
import { ahead, minuteMs } from '../support/schedules.js';
import { createStory, liveStory } from '../support/stories.js';

const behind = new BehindCommit();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: behind.wrap });
});
afterAll(() => app.close());

/** Changes what a list of an admin has first, as somebody else does behind a commit. */
async function changeFirst(list: string, pathOf: (id: string) => string, change: Members): Promise<void> {
  const { data } = (await app.as.admin.get(`${list}?limit=1`).expect(200)).body;
  await app.as.admin.patch(pathOf(data[0].id), change).set('if-match', '"1"').expect(200);
}

/** Sends a write that another follows at once. @returns what the write was answered */
async function followed(write: () => PromiseLike<{ body: Members }>, other: () => Promise<unknown>): Promise<Members> {
  behind.next(other);
  const { body } = await write();
  expect(behind.hasHappened).toBe(true);
  return body.data as Members;
}

describe('a write that another follows before its answer is sent', () => {
  it.each([
    ['desks', 'culture'],
    ['tags', 'gas'],
  ])('answers POST /v1/manage/%s with what it has made', async (plural, key) => {
    const path = `/v1/manage/${plural}`;
    const rename = () => app.as.admin.patch(`${path}/${key}`, { name: 'Another’s' }).set('if-match', '"1"').expect(200);
    const made = await followed(
      () => app.as.editor.post(path, { key }).expect(201).expect('etag', '"1"'),
      async () => rename(),
    );
    expect(made).toMatchObject({ key, version: 1, liveStories: 0, createdBy: { actor: null } });
    expect(made.name).not.toBe('Another’s');
    expect((await app.as.viewer.get(`${path}/${key}`).expect(200)).body.data).toEqual({
      ...made,
      version: 2,
      name: 'Another’s',
      updatedAt: expect.any(String),
      updatedBy: { key: app.keys.admin.split('_')[1], actor: null },
    });
  });

  it('answers POST /v1/manage/keys and …/rotate with the key that it has made', async () => {
    const old = await issueKey(app, 'viewer', { name: 'Old' });
    const rename = () => changeFirst(keysPath, (id) => `${keysPath}/${id}`, { name: 'Another’s' });
    const draft = { name: 'Mine', role: 'viewer' };
    const made = await followed(() => app.as.admin.post(keysPath, draft).expect(201).expect('etag', '"1"'), rename);
    expect(made).toMatchObject({ name: 'Mine', version: 1, state: 'active' });
    const { key: _told, ...written } = made;
    const read = (await app.as.admin.get(`${keysPath}/${made.id}`).expect(200)).body.data;
    expect(read).toEqual({ ...written, name: 'Another’s', version: 2, updatedAt: expect.any(String) });
    const rotated = await followed(
      () => app.as.admin.post(`${keysPath}/${old.id}/rotate`).set('if-match', '"1"').expect(201),
      rename,
    );
    expect(rotated).toMatchObject({ name: 'Old', version: 1, state: 'active', rotatedFrom: old.id, rotatedTo: null });
  });

  it.each(['publish', 'withdraw'])(
    'answers POST /v1/manage/articles/{id}/schedule (%s) with its plan',
    async (action) => {
      const { id, slug, version } = await liveStory(app);
      const at = ahead(app);
      const list = `/v1/manage/articles/${id}/schedules`;
      const later = ahead(app, 5 * minuteMs);
      const schedule = await followed(
        () =>
          app.as.publisher
            .post(`/v1/manage/articles/${id}/schedule`, { action, at })
            .set('if-match', `"${version}"`)
            .expect(201)
            .expect('etag', '"1"'),
        () => changeFirst(list, (of) => `/v1/manage/schedules/${of}`, { at: later }),
      );
      expect(schedule).toMatchObject({ action, at, version: 1, articleVersion: version, state: 'pending' });
      expect(schedule.article).toMatchObject({ slug, version: version + 1 });
      const read = await app.as.viewer.get(`/v1/manage/schedules/${schedule.id}`).expect(200);
      expect(read.body.data).toEqual({
        ...schedule,
        at: later,
        version: 2,
        article: { ...(schedule.article as Members), version: version + 2 },
        updatedAt: expect.any(String),
        updatedBy: expect.anything(),
      });
      await app.as.publisher.delete(`/v1/manage/schedules/${schedule.id}`).set(matching(read)).expect(200);
    },
  );

  it('answers POST /v1/manage/articles/{id}/sections with the version of the article that it has made', async () => {
    const { id, sections } = await createStory(app);
    const made = await followed(
      () => app.as.editor.post(`/v1/manage/articles/${id}/sections`, { heading: 'New' }).expect(201),
      async () =>
        app.as.editor
          .patch(`/v1/manage/sections/${sections[0]?.id}`, { heading: 'Another’s' })
          .set('if-match', '"1"')
          .expect(200),
    );
    expect(made).toMatchObject({ heading: 'New', version: 1, articleVersion: 2 });
  });
});
