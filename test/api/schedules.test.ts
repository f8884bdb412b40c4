import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { act, createResource, editStory, type Members } from '../support/editing.js';
import {
  actionsOn,
  ahead,
  askSchedule,
  heldBy,
  minuteMs,
  type Schedule,
  schedule,
  scheduleAsItIs,
} from '../support/schedules.js';
import { createStory, image, liveStory, shortStory } from '../support/stories.js';

const articles = '/v1/manage/articles';
const path = '/v1/manage/schedules';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const managed = async (id: string) => (await app.as.viewer.get(`${articles}/${id}`).expect(200)).body.data;
const codes = (body: { errors?: Members[] }) => body.errors?.map(({ pointer, code }) => `${pointer} ${code}`);
const change = async (id: unknown, body: Members) =>
  app.as.publisher.patch(`${path}/${id}`, body).set(matching(await app.as.viewer.get(`${path}/${id}`).expect(200)));
const cancel = async (id: unknown) =>
  app.as.publisher.delete(`${path}/${id}`).set(matching(await app.as.viewer.get(`${path}/${id}`).expect(200)));

describe('POST /v1/manage/articles/{id}/schedule', () => {
  it('plans the publication of the version that was named, and shows it on the article', async () => {
    const { id, slug } = await createStory(app);
    const at = ahead(app);
    const answer = await app.as.publisher
      .post(`${articles}/${slug}/schedule`, { action: 'publish', at })
      .set('if-match', '"1"')
      .set('x-actor', 'jane.doe')
      .expect(201)
      .expect('etag', '"1"');
    const { data } = answer.body;
    expect(answer.headers.location).toBe(`${path}/${data.id}`);
    expect(data).toMatchObject({
      articleId: id,
      action: 'publish',
      articleVersion: 1,
      at,
      state: 'pending',
      version: 1,
    });
    expect(data).toMatchObject({ failure: null, settledAt: null, publishedAt: null, minor: false });
    expect(data.article).toEqual({ slug, headline: 'A short story', version: 2 });
    expect(data.createdBy.actor).toBe('jane.doe');
    const { version, publication, updatedBy } = await managed(id);
    expect([version, updatedBy.actor]).toEqual([2, 'jane.doe']);
    expect(publication).toMatchObject({
      state: 'scheduled',
      scheduledFor: at,
      scheduleFailure: null,
      liveVersion: null,
    });
    expect(await actionsOn(app, id)).toEqual(['create', 'schedule']);
    await app.anybody.get(`/v1/articles/${slug}`).expect(404);
  });

  it('leaves a live story live, and plans its update', async () => {
    const { id } = await liveStory(app);
    const { at } = await schedule(app, id);
    expect((await managed(id)).publication).toMatchObject({ state: 'live', scheduledFor: at });
  });

  it('answers 400 for a time that is past, too far or none, and for what does not go together', async () => {
    const { id } = await createStory(app);
    const ask = async (body: Members) => {
      const { status, body: problem } = await askSchedule(app, id, body);
      return [status, ...(codes(problem) ?? [])];
    };
    const at = ahead(app);
    expect(await ask({ action: 'publish', at: app.clock.now().toISOString() })).toEqual([400, '/at in_the_past']);
    expect(await ask({ action: 'publish', at: ahead(app, 11 * 366 * 1440 * minuteMs) })).toEqual([400, '/at too_far']);
    expect(await ask({ action: 'publish', at: 'tomorrow' })).toEqual([400, '/at invalid_format']);
    expect(await ask({})).toEqual([400, '/action invalid_value', '/at required']);
    expect(await ask({ action: 'delete', at, stage: 'ready' })).toEqual([
      400,
      '/action invalid_value',
      '/stage unknown_field',
    ]);
    expect(await ask({ action: 'publish', at, publishedAt: ahead(app, 2 * minuteMs) })).toEqual([
      400,
      '/publishedAt in_the_future',
    ]);
    expect(await ask({ action: 'withdraw', at, publishedAt: '2022-12-19T17:05:00Z', minor: true })).toEqual([
      400,
      '/publishedAt not_applicable',
      '/minor not_applicable',
    ]);
    expect((await managed(id)).version).toBe(1);
  });

  it('answers 412 with what has changed when the version is stale, 428 without one, 404 for no article', async () => {
    const { id } = await createStory(app);
    await editStory(app, id, { deck: 'New.' });
    const body = { action: 'publish', at: ahead(app) };
    const stale = await app.as.publisher.post(`${articles}/${id}/schedule`, body).set('if-match', '"1"').expect(412);
    expect(stale.body).toMatchObject({ currentVersion: 2, changed: ['/deck'] });
    await app.as.publisher.post(`${articles}/${id}/schedule`, body).expect(428);
    await app.as.publisher.post(`${articles}/none/schedule`, body).set('if-match', '"1"').expect(404);
  });

  it('answers 422 with every place that is not fit, as publish does', async () => {
    const { id } = await createStory(
      app,
      shortStory({ headline: null, sections: [{ blocks: [{ type: 'image', image: {} }] }] }),
    );
    const { status, body } = await askSchedule(app, id, { action: 'publish', at: ahead(app) });
    expect([status, body.type]).toEqual([422, '/problems/preflight-failed']);
    expect(codes(body)).toEqual(expect.arrayContaining(['/headline missing_headline']));
    expect(codes(body)).toEqual(expect.arrayContaining(['/sections/0/blocks/0/imageId missing_alt']));
    expect((await managed(id)).publication.state).toBe('unpublished');
  });

  it('tells what should be looked at all the same, and once more when it is changed', async () => {
    const { id } = await createStory(app, shortStory({ deck: null, headline: 'Long '.repeat(30).trim() }));
    const found = ({ body }: { body: { warnings: Members[] } }) => body.warnings.map(({ code }) => code);
    const planned = await askSchedule(app, id, { action: 'publish', at: ahead(app) });
    expect(found(planned)).toEqual(expect.arrayContaining(['long_headline', 'missing_deck']));
    const changed = await change(planned.body.data.id, { at: ahead(app, 2 * minuteMs) });
    expect(found(changed)).toEqual(found(planned));
  });

  it('answers 409 when one of the kind waits already, and names it', async () => {
    const { id } = await liveStory(app);
    const first = await schedule(app, id);
    const { status, body } = await askSchedule(app, id, { action: 'publish', at: ahead(app) });
    expect(status).toBe(409);
    expect(body.detail).toContain(first.id);
    await schedule(app, id, { action: 'withdraw' });
    expect((await askSchedule(app, id, { action: 'withdraw', at: ahead(app) })).status).toBe(409);
  });

  it('lets exactly one of 20 with the same version win', async () => {
    const { id } = await createStory(app);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        app.as.publisher
          .post(`${articles}/${id}/schedule`, { action: 'publish', at: ahead(app) })
          .set('if-match', '"1"'),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(19);
  });

  it('plans a withdrawal only of what is live, or will be before', async () => {
    const { id } = await createStory(app);
    const withdrawal = (ms: number) => ({ action: 'withdraw', at: ahead(app, ms) });
    expect((await askSchedule(app, id, withdrawal(10 * minuteMs))).status).toBe(409);
    await schedule(app, id, { at: ahead(app, 5 * minuteMs) });
    expect((await askSchedule(app, id, withdrawal(minuteMs))).status).toBe(409);
    expect((await askSchedule(app, id, withdrawal(10 * minuteMs))).status).toBe(201);
    expect((await managed(id)).publication.state).toBe('scheduled');
  });

  it('writes down what the version uses, for as long as it waits', async () => {
    const { id: imageId } = await createResource(app, 'images', image);
    const { id } = await createStory(app, shortStory({ leadImageId: imageId }));
    const { id: scheduleId } = await schedule(app, id);
    // The lead image, and the image, the quote and the embed of the text.
    expect(await heldBy(app, id)).toBe(4);
    await editStory(app, id, { leadImageId: null });
    expect(await heldBy(app, id)).toBe(4);
    await cancel(scheduleId);
    expect(await heldBy(app, id)).toBe(0);
  });

  it('keeps the slug of the version from others, though the working copy has given it up', async () => {
    const { id, slug } = await createStory(app, shortStory({ slug: 'kept-for-later' }));
    const { id: scheduleId } = await schedule(app, id);
    await editStory(app, id, { slug: 'another-for-now' });
    const taken = await app.as.editor.post(articles, shortStory({ slug })).expect(409);
    expect(taken.body.errors).toMatchObject([{ pointer: '/slug', code: 'slug_taken' }]);
    expect((await cancel(scheduleId)).status).toBe(200);
    await app.as.editor.post(articles, shortStory({ slug })).expect(201);
    expect((await managed(id)).slug).toBe('another-for-now');
  });
});

describe('PATCH /v1/manage/schedules/{id}', () => {
  it('changes when it fires and what it asks for, and the article with it', async () => {
    const { id } = await createStory(app);
    const made = await schedule(app, id);
    const at = ahead(app, 5 * minuteMs);
    const answer = await change(made.id, { at, minor: true, publishedAt: '2022-12-19T17:05:00.000Z' });
    expect(answer.status).toBe(200);
    expect(answer.headers.etag).toBe('"2"');
    expect(answer.body.data).toMatchObject({
      at,
      minor: true,
      publishedAt: '2022-12-19T17:05:00.000Z',
      articleVersion: 1,
    });
    expect(await managed(id)).toMatchObject({ version: 3, publication: { scheduledFor: at } });
    expect((await change(made.id, { publishedAt: null, minor: null })).body.data).toMatchObject({
      publishedAt: null,
      minor: false,
      at,
    });
    expect(await actionsOn(app, id)).toEqual(['create', 'schedule', 'schedule.change', 'schedule.change']);
  });

  it('writes nothing when nothing changes, as when what was read is sent back', async () => {
    const { id } = await createStory(app);
    const made = await schedule(app, id);
    const answer = await change(made.id, await scheduleAsItIs(app, made.id));
    expect([answer.status, answer.body.data]).toEqual([200, made]);
    expect((await managed(id)).version).toBe(2);
  });

  it('takes the article’s current version in, so that later edits go out as well, and no other', async () => {
    const { id: imageId } = await createResource(app, 'images', image);
    const { id } = await createStory(app);
    const made = await schedule(app, id);
    await editStory(app, id, { deck: 'Edited.' });
    await editStory(app, id, { leadImageId: imageId });
    const wrong = await change(made.id, { articleVersion: 3 });
    expect([wrong.status, codes(wrong.body)]).toEqual([422, ['/articleVersion stale_version']]);
    expect((await change(made.id, { articleVersion: 9 })).status).toBe(422);
    const held = await heldBy(app, id);
    const right = await change(made.id, { articleVersion: 4 });
    expect(right.body.data).toMatchObject({ articleVersion: 4, article: { version: 5 } });
    expect(await heldBy(app, id)).toBe(held + 1);
  });

  it('answers 422 when the rules of preflight fail by now', async () => {
    const { id } = await createStory(app);
    const made = await schedule(app, id);
    await editStory(app, id, { headline: null });
    expect((await change(made.id, { at: ahead(app, 2 * minuteMs) })).status).toBe(200);
    const { version } = await managed(id);
    const refused = await change(made.id, { articleVersion: version });
    expect([refused.status, codes(refused.body)]).toEqual([422, ['/headline missing_headline']]);
  });

  it('answers 400 for what is read-only, past or unknown', async () => {
    const { id } = await createStory(app);
    const made = await schedule(app, id);
    const wrong = async (body: Members) => {
      const { status, body: problem } = await change(made.id, body);
      return [status, ...(codes(problem) ?? [])];
    };
    expect(await wrong({ action: 'withdraw', state: 'done' })).toEqual([400, '/action read_only', '/state read_only']);
    expect(await wrong({ at: '2022-12-19T17:05:00.000Z' })).toEqual([400, '/at in_the_past']);
    expect(await wrong({ at: null })).toEqual([400, '/at invalid_type']);
    expect(await wrong({ headline: 'x' })).toEqual([400, '/headline unknown_field']);
  });

  it('answers 412 when it is stale, 428 without a version, 409 once it is settled, 404 when there is none', async () => {
    const { id } = await createStory(app);
    const made = await schedule(app, id);
    const body = { at: ahead(app, 2 * minuteMs) };
    expect((await change(made.id, body)).status).toBe(200);
    const stale = await app.as.publisher.patch(`${path}/${made.id}`, body).set('if-match', '"1"').expect(412);
    expect(stale.body.currentVersion).toBe(2);
    await app.as.publisher.patch(`${path}/${made.id}`, body).expect(428);
    expect((await cancel(made.id)).status).toBe(200);
    expect((await change(made.id, { at: ahead(app, 3 * minuteMs) })).status).toBe(409);
    await app.as.publisher
      .patch(`${path}/01852a5c-0000-7000-8000-00000000dead`, body)
      .set('if-match', '"1"')
      .expect(404);
  });
});

describe('DELETE /v1/manage/schedules/{id}', () => {
  it('cancels it, and lets another be made', async () => {
    const { id } = await createStory(app);
    const made = await schedule(app, id);
    const { status, body } = await cancel(made.id);
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ state: 'cancelled', version: 2, settledAt: expect.any(String) });
    expect(await managed(id)).toMatchObject({ version: 3, publication: { state: 'unpublished', scheduledFor: null } });
    expect(await actionsOn(app, id)).toEqual(['create', 'schedule', 'schedule.cancel']);
    expect((await cancel(made.id)).status).toBe(409);
    await app.as.publisher.delete(`${path}/${made.id}`).set('if-match', '"1"').expect(412);
    expect((await schedule(app, id)).articleVersion).toBe(3);
  });
});

describe('GET /v1/manage/schedules', () => {
  it('lists those that are asked for, the soonest first, in pages', async () => {
    const far = 9 * 365 * 1440 * minuteMs;
    const [from, to] = [ahead(app, far), ahead(app, far + 10 * minuteMs)];
    const made: Schedule[] = [];
    for (const minutes of [5, 2, 4, 1, 3, 20]) {
      const { id } = await liveStory(app);
      made.push(await schedule(app, id, { at: ahead(app, far + minutes * minuteMs) }));
    }
    await schedule(app, made[3]?.articleId as string, { action: 'withdraw', at: ahead(app, far + 6 * minuteMs) });
    await cancel(made[2]?.id);
    const idsOf = async (query: string) =>
      (await app.as.viewer.get(`${path}?from=${from}&to=${to}&${query}`).expect(200)).body.data.map(({ id }: Members) =>
        made.findIndex((one) => one.id === id),
      );
    expect(await idsOf('')).toEqual([3, 1, 4, 2, 0, -1]);
    expect(await idsOf('state=pending')).toEqual([3, 1, 4, 0, -1]);
    expect(await idsOf('state=cancelled')).toEqual([2]);
    expect(await idsOf('action=withdraw')).toEqual([-1]);
    const seen: string[] = [];
    let next: string | undefined = `${path}?limit=2&state=pending&from=${from}`;
    while (next) {
      const { body, headers }: { body: { data: Members[] }; headers: Record<string, string> } = await app.as.viewer
        .get(next)
        .expect(200);
      seen.push(...body.data.map(({ at }) => String(at)));
      next = /<([^>]+)>; rel="next"/.exec(headers.link ?? '')?.[1];
    }
    expect(seen).toHaveLength(6);
    expect(seen).toEqual([...seen].sort());
    await app.as.viewer.get(`${path}?state=soon`).expect(400);
    await app.as.viewer.get(`${path}?stage=ready`).expect(400);
  });

  it('reads back what it has read forwards', async () => {
    const first = (await app.as.viewer.get(`${path}?limit=3`).expect(200)).body;
    const second = (await app.as.viewer.get(`${path}?limit=3&cursor=${first.page.next}`).expect(200)).body;
    const back = (await app.as.viewer.get(`${path}?limit=3&cursor=${second.page.previous}`).expect(200)).body;
    expect(back.data).toEqual(first.data);
    await app.as.viewer.get(`${path}?state=done&cursor=${first.page.next}`).expect(400);
  });
});

describe('GET /v1/manage/articles/{id}/schedules', () => {
  it('lists all of an article, the last made first', async () => {
    const { id, slug } = await liveStory(app);
    const made: string[] = [];
    for (let i = 0; i < 3; i++) {
      const { id: scheduleId } = await schedule(app, id);
      made.unshift(scheduleId);
      await cancel(scheduleId);
    }
    const { body } = await app.as.viewer.get(`${articles}/${slug}/schedules?limit=2`).expect(200);
    expect(body.data.map((one: Members) => one.id)).toEqual(made.slice(0, 2));
    const rest = await app.as.viewer.get(`${articles}/${slug}/schedules?limit=2&cursor=${body.page.next}`).expect(200);
    expect(rest.body.data.map((one: Members) => one.id)).toEqual(made.slice(2));
    await app.as.viewer.get(`${articles}/none/schedules`).expect(404);
  });
});

describe('who may plan', () => {
  it('is a publisher; an editor may look', async () => {
    const { id } = await createStory(app);
    const body = { action: 'publish', at: ahead(app) };
    await app.as.editor.post(`${articles}/${id}/schedule`, body).set('if-match', '"1"').expect(403);
    const made = await schedule(app, id);
    await app.as.editor
      .patch(`${path}/${made.id}`, { at: ahead(app) })
      .set('if-match', '"1"')
      .expect(403);
    await app.as.editor.delete(`${path}/${made.id}`).set('if-match', '"1"').expect(403);
    expect(await scheduleAsItIs(app, made.id)).toEqual(made);
    expect((await act(app, id, 'publish')).status).toBe(200);
  });
});
