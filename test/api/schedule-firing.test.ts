import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { act, changeResource, createResource, editSection, editStory, patchResource } from '../support/editing.js';
import { requireFresh } from '../support/freshness.js';
import {
  actionsOn,
  ahead,
  comeDue,
  heldBy,
  minuteMs,
  publicationsOf,
  type Schedule,
  schedule,
  scheduleAsItIs,
} from '../support/schedules.js';
import { startBeside } from '../support/second-server.js';
import { createStory, image, liveStory, publishStory, shortStory } from '../support/stories.js';

const articles = '/v1/manage/articles';
const hourMs = 60 * minuteMs;

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const managed = async (id: string) => (await app.as.viewer.get(`${articles}/${id}`).expect(200)).body.data;
const delivered = async (id: string) => (await app.anybody.get(`/v1/articles/${id}`).expect(200)).body.data;
/** A story of one picture, whose id is told. */
const pictured = async () => {
  const { id: imageId } = await createResource(app, 'images', image);
  const { id } = await createStory(app, shortStory({ sections: [{ blocks: [{ type: 'image', imageId }] }] }));
  return { id, imageId };
};

describe('a publication that comes due', () => {
  it('takes exactly the version to readers that was named; later edits wait', async () => {
    const story = await createStory(app, shortStory({ headline: 'As planned', slug: 'as-planned' }));
    const [opening, middle, end] = story.sections;
    const made = await schedule(app, story.id);
    await editStory(app, story.id, { headline: 'Edited', slug: 'edited', tags: ['russia'] });
    await editSection(app, middle?.id ?? '', { heading: 'Another heading' });
    await app.as.editor.delete(`/v1/manage/sections/${end?.id}`).set('if-match', '"1"').expect(204);
    await app.as.editor
      .post(`${articles}/${story.id}/sections`, {
        heading: 'New',
        blocks: [{ type: 'paragraph', text: 'New.' }],
        after: opening?.id,
      })
      .expect(201);
    expect(await comeDue(app, made.id)).toMatchObject({ state: 'done', failure: null, version: 2 });

    const shown = await delivered(story.id);
    expect(shown).toMatchObject({ slug: 'as-planned', headline: 'As planned', tags: [{ key: 'belarus' }] });
    expect(shown.sections.map(({ heading, anchor }: { heading: string; anchor: string }) => [heading, anchor])).toEqual(
      story.sections.map(({ heading, anchor }) => [heading, anchor]),
    );
    const { version, headline, publication } = await managed(story.id);
    expect([version, headline]).toEqual([7, 'Edited']);
    expect(publication).toMatchObject({
      state: 'live',
      liveVersion: 1,
      hasUnpublishedChanges: true,
      scheduledFor: null,
    });
    expect(await publicationsOf(app, story.id)).toMatchObject([{ version: 7, contentVersion: 1, action: 'publish' }]);
    expect(await heldBy(app, story.id)).toBe(0);

    // What readers have is compiled anew from what was published, and the working copy goes out when it is published itself.
    const imageId = String(opening?.blocks[0]?.imageId);
    await changeResource(app, 'images', imageId, { caption: 'Changed since.' });
    const again = await delivered(story.id);
    expect(again).toMatchObject({ headline: 'As planned', leadImage: { caption: 'Changed since.' } });
    expect(again.sections).toHaveLength(3);
    await publishStory(app, story.id);
    await app.anybody.get('/v1/articles/as-planned').expect(308);
    expect(await delivered(story.id)).toMatchObject({ slug: 'edited', headline: 'Edited' });
    // The anchors that readers saw stay, whatever the headings have become.
    expect((await delivered(story.id)).sections.map(({ anchor }: { anchor: string }) => anchor)).toContain(
      middle?.anchor,
    );
    await requireFresh(app, story.id);
  });

  it('leaves nothing unpublished when nothing was edited, and bears the time at which readers got it', async () => {
    const { id } = await createStory(app);
    const made = await schedule(app, id, { at: ahead(app, minuteMs) });
    await comeDue(app, made.id, hourMs);
    const { publication } = await managed(id);
    expect(publication).toMatchObject({ state: 'live', hasUnpublishedChanges: false, liveVersion: 1 });
    expect(publication.publishedAt > made.at).toBe(true);
    const [row] = await publicationsOf(app, id);
    expect([row?.at, row?.publishedAt]).toEqual([publication.publishedAt, publication.publishedAt]);
    await requireFresh(app, id);
  });

  it('is by who planned it last, and in the log', async () => {
    const { id } = await createStory(app);
    const { body } = await app.as.publisher
      .post(`${articles}/${id}/schedule`, { action: 'publish', at: ahead(app) })
      .set('if-match', '"1"')
      .set('x-actor', 'jane.doe')
      .expect(201);
    await comeDue(app, body.data.id);
    expect(await managed(id)).toMatchObject({ updatedBy: { actor: 'jane.doe', key: body.data.createdBy.key } });
    expect(await actionsOn(app, id)).toEqual(['create', 'schedule', 'publish']);
  });

  it('carries what else was asked for: an earlier date, a minor change', async () => {
    const { id } = await createStory(app);
    const archived = await schedule(app, id, { publishedAt: '2022-12-19T17:05:00.000Z' });
    await comeDue(app, archived.id);
    const first = (await managed(id)).publication;
    expect(first).toMatchObject({ publishedAt: '2022-12-19T17:05:00.000Z', firstPublishedAt: first.publishedAt });
    await editStory(app, id, { deck: 'A comma.' });
    await comeDue(app, (await schedule(app, id, { minor: true })).id);
    const second = (await managed(id)).publication;
    expect(second.contentUpdatedAt).toBe(first.contentUpdatedAt);
    expect(await delivered(id)).toMatchObject({ deck: 'A comma.', publishedAt: first.publishedAt });
  });

  it('reaches the stories that point at it', async () => {
    const target = await createStory(app, shortStory({ headline: 'Pointed at' }));
    const pointing = await liveStory(app, shortStory({ related: [target.id] }));
    expect((await delivered(pointing.id)).related).toEqual([]);
    const made = await schedule(app, target.id);
    await editStory(app, target.id, { headline: 'Not yet' });
    await comeDue(app, made.id);
    expect((await delivered(pointing.id)).related).toMatchObject([{ id: target.id, headline: 'Pointed at' }]);
  });

  it('keeps the corrections that readers were told of before, and one issued since shows nothing of later edits', async () => {
    const { id } = await liveStory(app, shortStory({ headline: 'First' }));
    const correct = async (text: string) =>
      app.as.publisher
        .post(`${articles}/${id}/corrections`, { kind: 'correction', text })
        .set(matching(await app.as.viewer.get(`${articles}/${id}`).expect(200)))
        .expect(201);
    await editStory(app, id, { headline: 'Planned' });
    const made = await schedule(app, id);
    await correct('Before.');
    await editStory(app, id, { headline: 'Later' });
    expect((await delivered(id)).headline).toBe('First');
    expect(await comeDue(app, made.id)).toMatchObject({ state: 'done' });
    await correct('Since.');
    const shown = await delivered(id);
    expect(shown.headline).toBe('Planned');
    expect(shown.corrections.map(({ text }: { text: string }) => text).sort()).toEqual(['Before.', 'Since.']);
    expect((await managed(id)).publication).toMatchObject({ liveVersion: 3, hasUnpublishedChanges: true });
  });

  it('does nothing for readers when they have it already, and is done', async () => {
    const { id } = await createStory(app);
    const made = await schedule(app, id);
    await publishStory(app, id);
    await editStory(app, id, { internalNote: 'For us.' });
    expect((await managed(id)).publication).toMatchObject({ state: 'live', scheduledFor: made.at });
    expect(await comeDue(app, made.id)).toMatchObject({ state: 'done' });
    expect(await publicationsOf(app, id)).toHaveLength(1);
    expect(await actionsOn(app, id)).toEqual(['create', 'schedule', 'publish', 'update', 'schedule.done']);
    expect((await managed(id)).publication).toMatchObject({ scheduledFor: null, scheduleFailure: null });
  });

  it('brings back what was withdrawn when it was planned', async () => {
    const { id } = await liveStory(app);
    expect((await act(app, id, 'withdraw')).status).toBe(200);
    const made = await schedule(app, id);
    expect((await managed(id)).publication.state).toBe('scheduled');
    await app.anybody.get(`/v1/articles/${id}`).expect(410);
    await comeDue(app, made.id);
    await requireFresh(app, id);
    expect((await managed(id)).publication).toMatchObject({ state: 'live', withdrawnAt: null });
  });
});

describe('a publication that cannot be', () => {
  it('fails with the reason, which the article and the log show, and is not tried again', async () => {
    const { id, imageId } = await pictured();
    const made = await schedule(app, id);
    expect((await patchResource(app, 'images', imageId, { alt: null })).status).toBe(200);
    const failed = await comeDue(app, made.id);
    expect(failed).toMatchObject({ state: 'failed', settledAt: expect.any(String) });
    expect(failed.failure).toMatchObject({
      code: 'preflight_failed',
      errors: [{ pointer: '/sections/0/blocks/0/imageId', code: 'missing_alt' }],
    });
    const { version, publication } = await managed(id);
    expect(version).toBe(3);
    expect(publication).toMatchObject({ state: 'unpublished', scheduledFor: null });
    expect(publication.scheduleFailure).toMatchObject({
      scheduleId: made.id,
      action: 'publish',
      code: 'preflight_failed',
    });
    expect(publication.scheduleFailure.reason).toMatch(/blocks\/0\/imageId .*alt text/);
    expect(await actionsOn(app, id)).toEqual(['create', 'schedule', 'schedule.fail']);
    expect(await heldBy(app, id)).toBe(0);
    await changeResource(app, 'images', imageId, { alt: 'Told.' });
    app.clock.advance(hourMs);
    const next = await schedule(app, id);
    expect((await managed(id)).publication.scheduleFailure).toBeNull();
    await comeDue(app, next.id);
    expect(await scheduleAsItIs(app, made.id)).toEqual({ ...failed, article: expect.anything() });
    await requireFresh(app, id);
  });

  it('never sets readers back to a version before the one they have', async () => {
    const { id } = await createStory(app, shortStory({ headline: 'Planned' }));
    const made = await schedule(app, id);
    await editStory(app, id, { headline: 'Newer' });
    await publishStory(app, id);
    expect(await comeDue(app, made.id)).toMatchObject({ state: 'failed', failure: { code: 'superseded' } });
    expect((await delivered(id)).headline).toBe('Newer');
    expect((await managed(id)).publication).toMatchObject({ state: 'live', scheduleFailure: { code: 'superseded' } });
    await editStory(app, id, { deck: 'More.' });
    await publishStory(app, id);
    expect((await managed(id)).publication.scheduleFailure).toBeNull();
  });

  it('is not kept back by a story that points at it and is unfit by now', async () => {
    const { id: imageId } = await createResource(app, 'images', image);
    const target = await createStory(app);
    const pointing = await liveStory(app, shortStory({ related: [target.id], leadImageId: imageId }));
    const made = await schedule(app, target.id);
    // As a rule that came with an upgrade would find it.
    const { db, tables, commit } = app.store;
    await commit([{ query: db.update(tables.images).set({ alt: null }).where(eq(tables.images.id, imageId)) }]);
    expect(await comeDue(app, made.id)).toMatchObject({ state: 'done' });
    expect((await delivered(pointing.id)).related).toMatchObject([{ id: target.id }]);
  });
});

describe('a withdrawal', () => {
  it('takes the story down when it comes due, whatever is live then', async () => {
    const { id } = await liveStory(app);
    const made = await schedule(app, id, { action: 'withdraw' });
    await editStory(app, id, { headline: 'Newer' });
    await publishStory(app, id);
    expect((await managed(id)).publication).toMatchObject({ state: 'live', scheduledFor: null });
    expect(await comeDue(app, made.id)).toMatchObject({ state: 'done' });
    await app.anybody.get(`/v1/articles/${id}`).expect(410);
    expect((await publicationsOf(app, id)).map(({ action }) => action)).toEqual(['publish', 'publish', 'withdraw']);
  });

  it('leaves what is down already, and fails where nothing was ever up', async () => {
    const { id } = await liveStory(app);
    const moot = await schedule(app, id, { action: 'withdraw' });
    expect((await act(app, id, 'withdraw')).status).toBe(200);
    expect(await comeDue(app, moot.id)).toMatchObject({ state: 'done' });
    expect(await publicationsOf(app, id)).toHaveLength(2);

    const draft = await createStory(app);
    const publication = await schedule(app, draft.id);
    const vain = await schedule(app, draft.id, { action: 'withdraw', at: ahead(app, 2 * minuteMs) });
    await app.as.publisher.delete(`/v1/manage/schedules/${publication.id}`).set('if-match', '"1"').expect(200);
    expect(await comeDue(app, vain.id, 3 * minuteMs)).toMatchObject({ state: 'failed', failure: { code: 'not_live' } });
    expect((await managed(draft.id)).publication).toMatchObject({
      state: 'unpublished',
      scheduleFailure: { action: 'withdraw', code: 'not_live' },
    });
  });

  it('by hand cancels the publication that waits, so that nothing brings the story back by itself', async () => {
    const { id } = await liveStory(app);
    await editStory(app, id, { headline: 'Next' });
    const made = await schedule(app, id);
    expect((await act(app, id, 'withdraw')).body.data.publication).toMatchObject({
      state: 'withdrawn',
      scheduledFor: null,
    });
    expect(await scheduleAsItIs(app, made.id)).toMatchObject({ state: 'cancelled', version: 2 });
    expect((await actionsOn(app, id)).slice(-2)).toEqual(['schedule.cancel', 'withdraw']);
    expect(await heldBy(app, id)).toBe(0);

    const back = await schedule(app, id);
    expect((await act(app, id, 'withdraw')).body.data.publication).toMatchObject({
      state: 'withdrawn',
      scheduledFor: null,
    });
    expect((await scheduleAsItIs(app, back.id)).state).toBe('cancelled');
    expect((await actionsOn(app, id)).at(-1)).toBe('schedule.cancel');
    app.clock.advance(hourMs);
    await app.anybody.get(`/v1/articles/${id}`).expect(410);
  });

  it('and a publication follow each other as they were planned, also when both were missed', async () => {
    const { id } = await liveStory(app);
    const down = await schedule(app, id, { action: 'withdraw', at: ahead(app, minuteMs) });
    const up = await schedule(app, id, { at: ahead(app, 2 * minuteMs) });
    await comeDue(app, up.id, hourMs);
    expect(await scheduleAsItIs(app, down.id)).toMatchObject({ state: 'done' });
    expect((await publicationsOf(app, id)).map(({ action }) => action)).toEqual(['publish', 'withdraw', 'publish']);
    await requireFresh(app, id);
  });
});

describe('schedules', () => {
  it('fire each once when the clock jumps an hour ahead and back, with two servers on one file', async () => {
    const beside = await startBeside(app);
    const stories: { id: string; made: Schedule }[] = [];
    for (let i = 0; i < 60; i++) {
      const { id } = await createStory(app, shortStory({ headline: `Story ${i}` }));
      stories.push({ id, made: await schedule(app, id, { at: ahead(app, (i + 1) * minuteMs) }) });
    }
    app.clock.advance(61 * minuteMs);
    const states = async () =>
      new Set(await Promise.all(stories.map(async ({ made }) => (await scheduleAsItIs(app, made.id)).state)));
    await expect.poll(states).toEqual(new Set(['done']));
    app.clock.advance(-61 * minuteMs);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    app.clock.advance(61 * minuteMs);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    for (const { id } of stories) {
      expect(await publicationsOf(app, id)).toHaveLength(1);
      expect(await actionsOn(app, id)).toEqual(['create', 'schedule', 'publish']);
    }
    await beside.close();
  });

  it('that were missed while no server ran fire when one starts', async () => {
    const { id } = await createStory(app);
    await app.services.scheduler.stop();
    const made = await schedule(app, id);
    app.clock.advance(hourMs);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect((await scheduleAsItIs(app, made.id)).state).toBe('pending');
    const beside = await startBeside(app);
    await expect.poll(async () => (await scheduleAsItIs(app, made.id)).state).toBe('done');
    await beside.close();
    app.services.scheduler.start(() => undefined);
    await requireFresh(app, id);
  });

  it('are tried again after trouble of their own, which keeps no other from firing', async () => {
    const { id } = await createStory(app);
    const made = await schedule(app, id);
    const other = await createStory(app);
    const next = await schedule(app, other.id, { at: ahead(app, 2 * minuteMs) });
    const trouble: unknown[] = [];
    await app.services.scheduler.stop();
    const cease = await app.raw.refuseRows('publications', `NEW.article_id = '${id}'`);
    const began = performance.now();
    app.services.scheduler.start((error) => trouble.push(error));
    expect(await comeDue(app, next.id, 3 * minuteMs)).toMatchObject({ state: 'done' });
    await new Promise((resolve) => setTimeout(resolve, 1200));
    // It is left alone for five seconds each time, and looked for twice a second.
    expect(trouble.length).toBeGreaterThan(0);
    expect(trouble.length).toBeLessThanOrEqual(1 + Math.floor((performance.now() - began) / 5000));
    expect(await scheduleAsItIs(app, made.id)).toMatchObject({ state: 'pending', failure: null });
    await cease();
    await expect.poll(async () => (await scheduleAsItIs(app, made.id)).state).toBe('done');
    expect(await publicationsOf(app, id)).toHaveLength(1);
  });

  it('are tried again after the store could not be written', async () => {
    const { id } = await createStory(app);
    const made = await schedule(app, id);
    const release = await app.raw.holdCommits();
    const trouble: unknown[] = [];
    await app.services.scheduler.stop();
    app.clock.advance(2 * minuteMs);
    app.services.scheduler.start((error) => trouble.push(error));
    await expect.poll(() => trouble.length).toBeGreaterThan(0);
    await release();
    await expect.poll(async () => (await scheduleAsItIs(app, made.id)).state).toBe('done');
    expect(trouble[0]).toMatchObject({ code: 'unavailable' });
    expect(await publicationsOf(app, id)).toHaveLength(1);
  });
});
