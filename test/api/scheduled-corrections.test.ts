import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { act, editStory, type Members } from '../support/editing.js';
import { erase } from '../support/erasing.js';
import { requireFresh } from '../support/freshness.js';
import { actionsOn, ahead, askSchedule, comeDue, minuteMs, schedule, scheduleAsItIs } from '../support/schedules.js';
import { createStory, liveStory, publishStory, shortStory } from '../support/stories.js';

const articles = '/v1/manage/articles';
const correction = { kind: 'correction', text: 'An earlier version misstated the month.' };

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const delivered = async (id: string) => (await app.anybody.get(`/v1/articles/${id}`).expect(200)).body.data;
const codes = ({ errors }: { errors?: { pointer: string; code: string }[] }) =>
  errors?.map(({ pointer, code }) => `${pointer} ${code}`);
const change = async (id: string, body: Members) => {
  const path = `/v1/manage/schedules/${id}`;
  return app.as.publisher.patch(path, body).set(matching(await app.as.viewer.get(path).expect(200)));
};

describe('POST /v1/manage/articles/{id}/schedule with a correction', () => {
  it('tells readers with the version, when they get it, by whom it was planned', async () => {
    const { id } = await liveStory(app);
    await editStory(app, id, { deck: 'As it was.' });
    const read = await app.as.publisher.get(`${articles}/${id}`).expect(200);
    const body = { action: 'publish', at: ahead(app), correction };
    const planned = await app.as.publisher
      .post(`${articles}/${id}/schedule`, body)
      .set({ ...matching(read), 'x-actor': 'jane.doe' })
      .expect(201);
    expect(planned.body.data).toMatchObject({ correction, state: 'pending' });
    expect(await delivered(id)).toMatchObject({ deck: null, corrections: [] });
    await editStory(app, id, { deck: 'Edited since.' });

    expect(await comeDue(app, planned.body.data.id)).toMatchObject({ state: 'done', correction });
    const shown = await delivered(id);
    expect(shown).toMatchObject({ deck: 'As it was.', corrections: [correction] });
    expect(shown.contentUpdatedAt).toBe(shown.corrections[0].at);
    expect(shown.corrections[0].at > body.at).toBe(true);
    const { data } = (await app.as.viewer.get(`${articles}/${id}/corrections`).expect(200)).body;
    expect(data).toMatchObject([{ ...correction, by: { actor: 'jane.doe' } }]);
    const [version] = (await app.as.viewer.get(`${articles}/${id}/revisions?action=publish`).expect(200)).body.data;
    expect(version.fields).toEqual(['/publication', '/corrections']);
    await publishStory(app, id);
    expect((await requireFresh(app, id))?.corrections).toHaveLength(1);
  });

  it('tells them once of a version that they have already, and retracts everywhere', async () => {
    const { id } = await liveStory(app);
    const { id: linking } = await liveStory(app, shortStory({ related: [id] }));
    const retraction = { kind: 'retraction', text: 'All of it.' };
    const { id: made } = await schedule(app, id, { correction: retraction });
    await comeDue(app, made);
    expect(await delivered(id)).toMatchObject({ retracted: true, corrections: [retraction] });
    expect((await delivered(linking)).related).toMatchObject([{ id, retracted: true }]);
    expect((await actionsOn(app, id)).slice(-2)).toEqual(['schedule', 'publish']);
    await requireFresh(app, id);
  });

  it('tells nothing when the version would set readers back', async () => {
    const { id } = await liveStory(app);
    const { id: made } = await schedule(app, id, { correction });
    await editStory(app, id, { headline: 'A later one' });
    await publishStory(app, id);
    expect(await comeDue(app, made)).toMatchObject({ state: 'failed', failure: { code: 'superseded' } });
    expect(await delivered(id)).toMatchObject({ headline: 'A later one', corrections: [] });
  });

  it('is none when the publication is cancelled by a withdrawal', async () => {
    const { id } = await liveStory(app);
    const { id: made } = await schedule(app, id, { correction });
    expect((await act(app, id, 'withdraw')).status).toBe(200);
    expect(await comeDue(app, made)).toMatchObject({ state: 'cancelled' });
    const { data } = (await app.as.viewer.get(`${articles}/${id}/corrections`).expect(200)).body;
    expect(data).toEqual([]);
  });

  it('answers 400 when it is wrong, minor, or goes with a withdrawal; the plan is looked at, not the firing', async () => {
    const { id } = await liveStory(app);
    const ask = async (body: Members) => {
      const answer = await askSchedule(app, id, { action: 'publish', at: ahead(app), ...body });
      return [answer.status, ...(codes(answer.body) ?? [])];
    };
    expect(await ask({ correction: { kind: 'apology', text: ' ' } })).toEqual([
      400,
      '/correction/kind invalid_value',
      '/correction/text blank',
    ]);
    expect(await ask({ correction: { ...correction, at: '2022' } })).toEqual([400, '/correction/at unknown_field']);
    expect(await ask({ correction, minor: true })).toEqual([400, '/minor not_minor']);
    expect(await ask({ correction, action: 'withdraw' })).toEqual([400, '/correction not_applicable']);
    expect((await app.as.viewer.get(`${articles}/${id}/schedules`).expect(200)).body.data).toEqual([]);
    const { status, body } = await askSchedule(app, id, { action: 'publish', at: ahead(app), correction: null });
    expect([status, body.data.correction]).toEqual([201, null]);
  });
});

describe('PATCH /v1/manage/schedules/{id} of the correction', () => {
  it('adds, changes and takes it away, by merging', async () => {
    const { id } = await liveStory(app);
    const { id: made } = await schedule(app, id);
    expect((await change(made, { correction })).body.data).toMatchObject({ correction, version: 2 });
    const changed = await change(made, { correction: { text: 'Better said.' } });
    expect(changed.body.data.correction).toEqual({ ...correction, text: 'Better said.' });
    expect((await change(made, await scheduleAsItIs(app, made))).body.data.version).toBe(3);
    expect((await change(made, { correction: null })).body.data).toMatchObject({ correction: null, version: 4 });
    await change(made, { correction: { kind: 'update', text: 'Told.' } });
    await comeDue(app, made);
    expect((await delivered(id)).corrections).toMatchObject([{ kind: 'update', text: 'Told.' }]);
  });

  it('answers 400 for what is no correction when it is merged, or is minor', async () => {
    const { id } = await liveStory(app);
    const { id: made } = await schedule(app, id);
    const wrong = async (body: Members) => {
      const answer = await change(made, body);
      return [answer.status, ...(codes(answer.body) ?? [])];
    };
    expect(await wrong({ correction: { text: 'Of what kind?' } })).toEqual([400, '/correction/kind invalid_value']);
    expect(await wrong({ correction: { kind: null, text: 'x' } })).toEqual([400, '/correction/kind invalid_value']);
    expect(await wrong({ correction: { ...correction, by: 'me' } })).toEqual([400, '/correction/by unknown_field']);
    expect(await wrong({ correction, minor: true })).toEqual([400, '/minor not_minor']);
    await change(made, { minor: true });
    expect(await wrong({ correction })).toEqual([400, '/minor not_minor']);
    expect(await scheduleAsItIs(app, made)).toMatchObject({ correction: null, minor: true, version: 2 });
  });
});

describe('an erasure of the story', () => {
  it('leaves nothing of the correction that waited, and the schedule can be read', async () => {
    const { id } = await createStory(app);
    const text = 'Zq7waited';
    const { id: made } = await schedule(app, id, {
      correction: { kind: 'update', text },
      at: ahead(app, 9 * minuteMs),
    });
    expect(await app.raw.tablesWith(text)).toContain('schedules');
    await erase(app, 'article', id);
    expect(await app.raw.tablesWith(text)).toEqual([]);
    expect(await scheduleAsItIs(app, made)).toMatchObject({
      state: 'cancelled',
      publishedAt: null,
      minor: false,
      correction: null,
    });
  });
});
