import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../src/kernel/actor.js';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { act, editStory, type Members, withdrawStory } from '../support/editing.js';
import { actionsOn, ahead, askSchedule, comeDue, minuteMs, publicationsOf, schedule } from '../support/schedules.js';
import { createStory, liveStory, publishStory } from '../support/stories.js';

const articles = '/v1/manage/articles';
const reason = 'The report is public at noon.';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const read = (id: string) => app.as.viewer.get(`${articles}/${id}`).expect(200);
const managed = async (id: string) => (await read(id)).body.data;
const codes = (body: { errors?: Members[] }) => body.errors?.map(({ pointer, code }) => `${pointer} ${code}`);
const embargo = async (id: string, body: Members, role: Role = 'editor') =>
  app.as[role].post(`${articles}/${id}/embargo`, body).set(matching(await read(id)));
const lift = async (id: string, body: Members = { reason: 'It is out.' }, role: Role = 'publisher') =>
  app.as[role].post(`${articles}/${id}/embargo/lift`, body).set(matching(await read(id)));
const revisionsOf = async (id: string) => {
  const { revisions } = app.store.tables;
  const rows = await app.store.all(app.store.db.select().from(revisions));
  return rows.filter((row) => row.kind === 'article' && row.resourceId === id).sort((a, b) => a.version - b.version);
};

describe('POST /v1/manage/articles/{id}/embargo', () => {
  it('keeps everybody from publishing the story before its end, and not after', async () => {
    const { id, slug } = await createStory(app);
    const until = ahead(app, 10 * minuteMs);
    const { status, body, headers } = await embargo(slug, { until, reason });
    expect([status, headers.etag]).toEqual([200, '"2"']);
    expect(await managed(id)).toEqual(body.data);
    expect(body.data.publication).toMatchObject({ state: 'unpublished', embargoedUntil: until, embargoReason: reason });
    for (const role of ['publisher', 'admin'] as const) {
      const refused = await app.as[role].post(`${articles}/${id}/publish`).set(matching(await read(id)));
      expect([refused.status, refused.body.type]).toEqual([422, '/problems/preflight-failed']);
      expect(codes(refused.body)).toEqual(['/publication/embargoedUntil embargo_in_force']);
    }
    app.clock.advance(9 * minuteMs);
    expect((await act(app, id, 'publish')).status).toBe(422);
    app.clock.advance(minuteMs);
    expect((await act(app, id, 'publish')).status).toBe(200);
    expect((await managed(id)).publication).toMatchObject({ state: 'live', embargoedUntil: until });
  });

  it('is prolonged by an editor, and ended sooner by a publisher alone', async () => {
    const { id } = await createStory(app);
    const [sooner, until, later] = [5, 10, 20].map((minutes) => ahead(app, minutes * minuteMs)) as [
      string,
      string,
      string,
    ];
    expect((await embargo(id, { until, reason })).status).toBe(200);
    expect((await embargo(id, { until: later, reason })).body.data.publication.embargoedUntil).toBe(later);
    expect((await embargo(id, { until: sooner, reason })).status).toBe(403);
    // What the key may not do comes before what it has read.
    await app.as.editor.post(`${articles}/${id}/embargo`, { until: sooner, reason }).set('if-match', '"1"').expect(403);
    expect((await managed(id)).publication.embargoedUntil).toBe(later);
    expect((await embargo(id, { until: sooner, reason }, 'publisher')).status).toBe(200);
    app.clock.advance(6 * minuteMs);
    // One that is past binds nobody, so an editor may set another.
    expect((await embargo(id, { until, reason: 'Again.' })).status).toBe(200);
  });

  it('leaves what is live live, and keeps the next publication back, a return after a withdrawal as well', async () => {
    const { id } = await liveStory(app);
    await editStory(app, id, { headline: 'Next' });
    expect((await embargo(id, { until: ahead(app), reason })).body.data.publication.state).toBe('live');
    await app.anybody.get(`/v1/articles/${id}`).expect(200);
    expect((await act(app, id, 'publish')).status).toBe(422);
    await withdrawStory(app, id);
    expect((await act(app, id, 'publish')).status).toBe(422);
    app.clock.advance(2 * minuteMs);
    await publishStory(app, id);
  });

  it('keeps why with the revision, in the log, and nowhere for readers', async () => {
    const { id } = await createStory(app);
    await embargo(id, { until: ahead(app), reason });
    await lift(id, { reason: 'The minister has told it himself.' });
    expect(await actionsOn(app, id)).toEqual(['create', 'embargo', 'embargo.lift']);
    expect((await revisionsOf(id)).map(({ action, reason: why }) => [action, why])).toEqual([
      ['create', null],
      ['embargo', reason],
      ['embargo.lift', 'The minister has told it himself.'],
    ]);
    await publishStory(app, id);
    const { text } = await app.anybody.get(`/v1/articles/${id}`).expect(200);
    expect(text).not.toMatch(/embargo|report|minister/);
  });

  it('writes nothing when it is so already', async () => {
    const { id } = await createStory(app);
    const until = ahead(app);
    await embargo(id, { until, reason });
    expect((await embargo(id, { until, reason })).body.data.version).toBe(2);
    expect((await embargo(id, { until, reason: 'Other.' })).body.data.version).toBe(3);
  });

  it('answers 400 for an end that is past or none, and for no reason; 412, 428, 403 and 404 as it must', async () => {
    const { id } = await createStory(app);
    const wrong = async (body: Members) => {
      const { status, body: problem } = await embargo(id, body);
      return [status, ...(codes(problem) ?? [])];
    };
    expect(await wrong({ until: app.clock.now().toISOString(), reason })).toEqual([400, '/until in_the_past']);
    expect(await wrong({ reason: ' ' })).toEqual([400, '/until required', '/reason blank']);
    expect(await wrong({ until: ahead(app), reason, stage: 'ready' })).toEqual([400, '/stage unknown_field']);
    const body = { until: ahead(app), reason };
    await app.as.editor.post(`${articles}/${id}/embargo`, body).expect(428);
    await app.as.viewer.post(`${articles}/${id}/embargo`, body).set('if-match', '"1"').expect(403);
    await app.as.editor.post(`${articles}/none/embargo`, body).set('if-match', '"1"').expect(404);
    await editStory(app, id, { deck: 'New.' });
    const stale = await app.as.editor.post(`${articles}/${id}/embargo`, body).set('if-match', '"1"').expect(412);
    expect(stale.body).toMatchObject({ currentVersion: 2, changed: ['/deck'] });
  });
});

describe('POST /v1/manage/articles/{id}/embargo/lift', () => {
  it('lets the story be published at once', async () => {
    const { id } = await createStory(app);
    await embargo(id, { until: ahead(app), reason });
    const { status, body } = await lift(id);
    expect(await managed(id)).toEqual(body.data);
    expect([status, body.data.version]).toEqual([200, 3]);
    expect(body.data.publication).toMatchObject({ embargoedUntil: null, embargoReason: null });
    expect((await act(app, id, 'publish')).status).toBe(200);
  });

  it('tells why, as setting one does, in the versions of the story and in the log; other acts have no reason', async () => {
    const { id } = await createStory(app);
    await embargo(id, { until: ahead(app), reason: 'Not before noon.' });
    await lift(id, { reason: 'The ministry was first.' });
    const path = `${articles}/${id}`;
    const versions = (await app.as.viewer.get(`${path}/revisions`).expect(200)).body.data;
    const told = [
      { action: 'embargo.lift', reason: 'The ministry was first.' },
      { action: 'embargo', reason: 'Not before noon.' },
      { action: 'create', reason: null },
    ];
    expect(versions).toMatchObject(told);
    expect((await app.as.viewer.get(`${path}/revisions/3`).expect(200)).body.data).toMatchObject(told[0] ?? {});
    expect((await app.as.viewer.get(`${path}/diff?from=2&to=3`).expect(200)).body.data).toMatchObject({
      from: told[1],
      to: told[0],
    });
    const log = (await app.as.viewer.get(`/v1/manage/changes?article=${id}&kind=article`).expect(200)).body.data;
    expect(log).toMatchObject(told);
    await app.anybody.get('/v1/manage/changes').expect(401);
  });

  it('is a publisher’s, and needs a reason and an embargo in force', async () => {
    const { id } = await createStory(app);
    expect((await lift(id)).status).toBe(409);
    await embargo(id, { until: ahead(app), reason });
    expect((await lift(id, undefined, 'editor')).status).toBe(403);
    const bare = await lift(id, {});
    expect([bare.status, codes(bare.body)]).toEqual([400, ['/reason required']]);
    await app.as.publisher.post(`${articles}/${id}/embargo/lift`, { reason }).expect(428);
    await app.as.publisher.post(`${articles}/${id}/embargo/lift`, { reason }).set('if-match', '"1"').expect(412);
    app.clock.advance(2 * minuteMs);
    expect((await lift(id)).status).toBe(409);
  });
});

describe('an embargo and a schedule', () => {
  it('are refused together when it would fire before the end, and go together when it fires at the end', async () => {
    const { id } = await createStory(app);
    const until = ahead(app, 10 * minuteMs);
    await embargo(id, { until, reason });
    const early = await askSchedule(app, id, { action: 'publish', at: ahead(app, minuteMs) });
    expect([early.status, codes(early.body)]).toEqual([422, ['/publication/embargoedUntil embargo_in_force']]);
    const made = await schedule(app, id, { at: until });
    const sooner = await app.as.publisher
      .patch(`/v1/manage/schedules/${made.id}`, { at: ahead(app, minuteMs) })
      .set('if-match', '"1"')
      .expect(422);
    expect(codes(sooner.body)).toEqual(['/publication/embargoedUntil embargo_in_force']);
    expect(await comeDue(app, made.id, 11 * minuteMs)).toMatchObject({ state: 'done' });
    await app.anybody.get(`/v1/articles/${id}`).expect(200);
  });

  it('makes the schedule fail, visibly, when it is set later', async () => {
    const { id } = await createStory(app);
    const made = await schedule(app, id);
    await embargo(id, { until: ahead(app, 10 * minuteMs), reason });
    const failed = await comeDue(app, made.id, 2 * minuteMs);
    expect(failed).toMatchObject({ state: 'failed', failure: { errors: [{ code: 'embargo_in_force' }] } });
    expect((await managed(id)).publication).toMatchObject({
      state: 'unpublished',
      scheduleFailure: { scheduleId: made.id, reason: expect.stringContaining('under embargo until') },
    });
    expect(await publicationsOf(app, id)).toEqual([]);
    expect(await actionsOn(app, id)).toEqual(['create', 'schedule', 'embargo', 'schedule.fail']);
  });

  it('lets the schedule fire when it is lifted in time', async () => {
    const { id } = await createStory(app);
    const made = await schedule(app, id);
    await embargo(id, { until: ahead(app, 10 * minuteMs), reason });
    await lift(id);
    expect(await comeDue(app, made.id, 2 * minuteMs)).toMatchObject({ state: 'done' });
  });
});
