// What schedules and the rest of a story's life make of one another.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { createResource, editStory } from '../support/editing.js';
import { cleared, erase } from '../support/erasing.js';
import { requireFresh } from '../support/freshness.js';
import { ahead, comeDue, heldBy, minuteMs, publicationsOf, schedule, scheduleAsItIs } from '../support/schedules.js';
import { createStory, image, liveStory, shortStory } from '../support/stories.js';

const articles = '/v1/manage/articles';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const get = async (path: string) => (await app.as.viewer.get(path).expect(200)).body;
const managed = async (id: string) => (await get(`${articles}/${id}`)).data;
const delivered = async (id: string) => (await app.anybody.get(`/v1/articles/${id}`).expect(200)).body.data;

/** Sends a write of the version that a story has now. The answer is for the caller to judge. */
async function write(id: string, method: 'post' | 'delete', suffix = '') {
  const read = await app.as.viewer.get(`${articles}/${id}`).expect(200);
  return app.as.publisher[method](`${articles}/${id}${suffix}`).set(matching(read));
}

describe('an article with a schedule', () => {
  it.each(['publish', 'withdraw'] as const)('cannot be deleted before it fires or is cancelled: %s', async (action) => {
    const { id } = await createStory(app);
    const planned = await schedule(app, id, { at: ahead(app, minuteMs) });
    const made = action === 'publish' ? planned : await schedule(app, id, { action, at: ahead(app, 2 * minuteMs) });
    if (action === 'withdraw') {
      const cancelled = await app.as.publisher.delete(`/v1/manage/schedules/${planned.id}`).set('if-match', '"1"');
      expect(cancelled.status).toBe(200);
    }
    const refused = await write(id, 'delete');
    expect(refused.status).toBe(409);
    expect(refused.body.errors).toMatchObject([{ code: 'scheduled' }]);
    expect((await scheduleAsItIs(app, made.id)).state).toBe('pending');
    await app.as.publisher.delete(`/v1/manage/schedules/${made.id}`).set('if-match', '"1"').expect(200);
    expect((await write(id, 'delete')).status).toBe(204);
  });

  it('that was cancelled, deleted and undeleted fires only what is planned anew', async () => {
    const { id } = await createStory(app);
    const given = await schedule(app, id);
    await app.as.publisher.delete(`/v1/manage/schedules/${given.id}`).set('if-match', '"1"').expect(200);
    const gone = await write(id, 'delete');
    expect(gone.status).toBe(204);
    app.clock.advance(2 * minuteMs);
    const back = await app.as.editor.post(`${articles}/${id}/undelete`).set(matching(gone)).expect(200);
    expect(back.body.data.publication).toMatchObject({ state: 'unpublished', scheduledFor: null });
    const made = await schedule(app, id);
    expect(await comeDue(app, made.id)).toMatchObject({ state: 'done' });
    expect((await scheduleAsItIs(app, given.id)).state).toBe('cancelled');
    expect(await publicationsOf(app, id)).toHaveLength(1);
    await requireFresh(app, id);
  });
});

describe('a story that is restored to an old revision before its schedule fires', () => {
  it('goes out as it was planned; what was restored waits, and can be planned', async () => {
    const { id } = await createStory(app, shortStory({ headline: 'First' }));
    await editStory(app, id, { headline: 'Second' });
    const made = await schedule(app, id);
    const restored = await write(id, 'post', '/revisions/1/restore');
    expect([restored.status, restored.body.data.headline]).toEqual([200, 'First']);
    expect(restored.body.data.publication.scheduledFor).toBe(made.at);
    expect(await comeDue(app, made.id)).toMatchObject({ state: 'done', articleVersion: 2 });
    expect((await delivered(id)).headline).toBe('Second');
    expect(await managed(id)).toMatchObject({ headline: 'First', publication: { hasUnpublishedChanges: true } });
    const next = await schedule(app, id);
    expect(await comeDue(app, next.id)).toMatchObject({ state: 'done' });
    expect((await delivered(id)).headline).toBe('First');
    await requireFresh(app, id);
  });

  it('keeps what the planned version shows, though the restored one shows it no more', async () => {
    const { id: imageId } = await createResource(app, 'images', image);
    const { id } = await createStory(app, shortStory());
    await editStory(app, id, { leadImageId: imageId });
    const made = await schedule(app, id);
    expect((await write(id, 'post', '/revisions/1/restore')).status).toBe(200);
    const path = `/v1/manage/images/${imageId}`;
    const remove = async () => app.as.editor.delete(path).set(matching(await app.as.viewer.get(path).expect(200)));
    expect((await remove()).status).toBe(409);
    await comeDue(app, made.id);
    expect((await delivered(id)).leadImage.id).toBe(imageId);
    expect(await heldBy(app, id)).toBe(0);
  });
});

describe('a publication that a schedule made', () => {
  it('is told by asOf from the instant at which it fired, not from that of planning', async () => {
    const { id } = await liveStory(app, shortStory({ headline: 'Before' }));
    await editStory(app, id, { headline: 'Planned' });
    const made = await schedule(app, id);
    await editStory(app, id, { headline: 'Later' });
    const beforehand = app.clock.now().toISOString();
    const { settledAt } = await comeDue(app, made.id);
    const asOf = async (at: unknown) => (await get(`${articles}/${id}/asOf?at=${at}`)).data.headline;
    expect(await asOf(beforehand)).toBe('Before');
    expect(await asOf(new Date(Date.parse(String(settledAt)) - 1).toISOString())).toBe('Before');
    expect(await asOf(settledAt)).toBe('Planned');
    expect((await get(`${articles}/${id}/asOf`)).data).toEqual(await delivered(id));
  });

  it('is compared by the content that went out, with what was live before and with what waits', async () => {
    const { id, version: first } = await liveStory(app, shortStory({ headline: 'Before' }));
    await editStory(app, id, { headline: 'Planned' });
    const made = await schedule(app, id);
    await editStory(app, id, { headline: 'Later' });
    await comeDue(app, made.id);
    const { version, publication } = await managed(id);
    expect(publication.liveVersion).toBe(made.articleVersion);
    const headline = async (from: unknown, to: unknown) =>
      (await get(`${articles}/${id}/diff?from=${from}&to=${to}`)).data.fields.find(
        ({ pointer }: { pointer: string }) => pointer === '/headline',
      );
    expect(await headline(first, publication.liveVersion)).toMatchObject({ before: 'Before', after: 'Planned' });
    expect(await headline(publication.liveVersion, version)).toMatchObject({ before: 'Planned', after: 'Later' });
    // The version that the firing itself made has the working copy's content.
    expect(await headline(version - 1, version)).toBeUndefined();
  });
});

describe('an erasure of an image before the schedule fires that would show it', () => {
  it('makes it fail, visibly, and what is planned anew goes out without a trace of it', async () => {
    const { id: imageId } = await createResource(app, 'images', { ...image, caption: 'Zq7scheduled.' });
    const blocks = [
      { type: 'image', imageId },
      { type: 'paragraph', text: 'Kept.' },
    ];
    const { id } = await createStory(app, shortStory({ sections: [{ blocks }] }));
    const made = await schedule(app, id);
    const erasure = await erase(app, 'image', imageId, { uses: 'remove' });
    expect(await comeDue(app, made.id)).toMatchObject({ state: 'failed', failure: { code: 'preflight_failed' } });
    await app.anybody.get(`/v1/articles/${id}`).expect(404);
    expect((await managed(id)).publication.scheduleFailure).toMatchObject({ scheduleId: made.id });
    await cleared(app, erasure);
    const next = await schedule(app, id);
    expect(await comeDue(app, next.id)).toMatchObject({ state: 'done' });
    expect((await delivered(id)).sections[0].blocks).toMatchObject([{ type: 'paragraph', text: 'Kept.' }]);
    expect(await app.raw.tablesWith('Zq7scheduled')).toEqual([]);
  });
});
