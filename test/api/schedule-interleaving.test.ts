// What others do at each step of a schedule's firing, and what fires at each step of what others do.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firing } from '../../src/publishing/schedules/firing.js';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { act, changeResource, createResource, editSection, editStory, type Members } from '../support/editing.js';
import { requireFresh } from '../support/freshness.js';
import { Gate } from '../support/gate.js';
import { heldBy, minuteMs, publicationsOf, type Schedule, schedule, scheduleAsItIs } from '../support/schedules.js';
import { createStory, image, liveStory, publishStory, shortStory } from '../support/stories.js';

const gate = new Gate();
let app: TestApp;
let fire: (id: string) => Promise<void>;
beforeAll(async () => {
  app = await startApp({ wrapStore: gate.wrap });
  fire = firing(app.store, app.clock, app.services.publishing);
});
afterAll(() => app.close());

const managed = async (id: string) => (await app.as.viewer.get(`/v1/manage/articles/${id}`).expect(200)).body.data;
const shown = async (id: string) => (await app.anybody.get(`/v1/articles/${id}`)).body.data as Members | undefined;

interface Plan {
  story: Awaited<ReturnType<typeof createStory>>;
  made: Schedule;
}

/** A story planned as it is, and due. */
async function due(body: Members = {}, make: () => Promise<Plan['story']> = () => createStory(app)): Promise<Plan> {
  const story = await make();
  const made = await schedule(app, story.id, body);
  app.clock.advance(2 * minuteMs);
  return { story, made };
}

/** Something that happens at each step of a firing, and what holds afterwards. */
const whileFiring = (
  meanwhile: (plan: Plan) => Promise<unknown>,
  after: (plan: Plan & { settled: Schedule; publications: string[] }) => Promise<void>,
  plan = () => due(),
) =>
  gate.meetAtEachStep(async () => {
    const { story, made } = await plan();
    return {
      operation: () => fire(made.id),
      meanwhile: () => meanwhile({ story, made }),
      after: async () => {
        const publications = (await publicationsOf(app, story.id)).map(({ action }) => action);
        const settled = await scheduleAsItIs(app, made.id);
        expect(await heldBy(app, story.id)).toBe(0);
        expect((await managed(story.id)).publication.scheduledFor).toBeNull();
        await after({ story, made, settled, publications });
      },
    };
  });

describe('while a publication fires', () => {
  it('another process fires it: it is published once', async () => {
    await whileFiring(
      ({ made }) => fire(made.id),
      async ({ story, settled, publications }) => {
        expect([settled.state, publications]).toEqual(['done', ['publish']]);
        await requireFresh(app, story.id);
      },
    );
  });

  it('the working copy is edited: readers get the version that was planned', async () => {
    await whileFiring(
      async ({ story }) => {
        await editStory(app, story.id, { headline: 'Edited' });
        await editSection(app, story.sections[1]?.id ?? '', { heading: 'Edited' });
      },
      async ({ story, settled, publications }) => {
        expect([settled.state, publications]).toEqual(['done', ['publish']]);
        expect(JSON.stringify(await shown(story.id))).not.toContain('Edited');
        expect((await managed(story.id)).publication.hasUnpublishedChanges).toBe(true);
      },
    );
  });

  it('what it shows is changed: readers get the change', async () => {
    await whileFiring(
      ({ story }) =>
        changeResource(app, 'images', String(story.sections[0]?.blocks[0]?.imageId), { caption: 'Changed.' }),
      async ({ story, settled }) => {
        expect(settled.state).toBe('done');
        expect(JSON.stringify(await requireFresh(app, story.id))).toContain('Changed.');
      },
    );
  });

  it('somebody publishes by hand: readers have that, whichever came first', async () => {
    await whileFiring(
      async ({ story }) => {
        await editStory(app, story.id, { headline: 'By hand' });
        await publishStory(app, story.id);
      },
      async ({ story, settled, publications }) => {
        expect((await shown(story.id))?.headline).toBe('By hand');
        expect([settled.state, publications]).toEqual(
          settled.state === 'done' ? ['done', ['publish', 'publish']] : ['failed', ['publish']],
        );
        await requireFresh(app, story.id);
      },
    );
  });

  it('somebody withdraws the story: it stays down', async () => {
    await whileFiring(
      async ({ story }) => expect((await act(app, story.id, 'withdraw')).status).toBe(200),
      async ({ story, settled, publications }) => {
        await app.anybody.get(`/v1/articles/${story.id}`).expect(410);
        expect([settled.state, publications]).toEqual(
          settled.state === 'done'
            ? ['done', ['publish', 'publish', 'withdraw']]
            : ['cancelled', ['publish', 'withdraw']],
        );
      },
      () =>
        due({}, async () => {
          const story = await liveStory(app);
          await editStory(app, story.id, { headline: 'Next' });
          return story;
        }),
    );
  });

  it('somebody cancels it: either it is cancelled and never seen, or it was too late', async () => {
    await whileFiring(
      async ({ made }) => {
        const read = await app.as.viewer.get(`/v1/manage/schedules/${made.id}`);
        const { status } = await app.as.publisher.delete(`/v1/manage/schedules/${made.id}`).set(matching(read));
        expect([200, 409]).toContain(status);
      },
      async ({ story, settled, publications }) => {
        expect(publications).toEqual(settled.state === 'cancelled' ? [] : ['publish']);
        expect((await managed(story.id)).publication.state).toBe(
          settled.state === 'cancelled' ? 'unpublished' : 'live',
        );
        await requireFresh(app, story.id);
      },
    );
  });

  it('the story comes under embargo: it is published before that, or not at all', async () => {
    await whileFiring(
      async ({ story }) => {
        const path = `/v1/manage/articles/${story.id}`;
        const body = { until: new Date(app.clock.now().getTime() + 60 * minuteMs).toISOString(), reason: 'Not yet.' };
        await app.as.editor
          .post(`${path}/embargo`, body)
          .set(matching(await app.as.viewer.get(path)))
          .expect(200);
      },
      async ({ story, settled, publications }) => {
        expect(publications).toEqual(settled.state === 'done' ? ['publish'] : []);
        if (settled.state !== 'done') expect(JSON.stringify(settled.failure)).toContain('embargo_in_force');
        await requireFresh(app, story.id);
      },
    );
  });
});

describe('a schedule that fires in another process', () => {
  /** What somebody asks for while the schedule of a story is fired at each step of it. */
  const whileAsking = (
    ask: (plan: Plan) => Promise<() => PromiseLike<{ status: number }>>,
    after: (plan: Plan & { status: number }) => Promise<void>,
    plan = () => due(),
  ) =>
    gate.meetAtEachStep(async () => {
      const { story, made } = await plan();
      const operation = await ask({ story, made });
      return {
        operation,
        meanwhile: () => fire(made.id),
        after: async ({ status }) => {
          await after({ story, made, status });
          await requireFresh(app, story.id);
        },
      };
    }, 2);

  it('and who publishes by hand: readers get it once, and the later one is told or has nothing to do', async () => {
    await whileAsking(
      async ({ story: { id } }) => {
        const read = await app.as.viewer.get(`/v1/manage/articles/${id}`);
        return () => app.as.publisher.post(`/v1/manage/articles/${id}/publish`).set(matching(read));
      },
      async ({ story, made, status }) => {
        expect([200, 412]).toContain(status);
        expect((await scheduleAsItIs(app, made.id)).state).toBe('done');
        expect(await publicationsOf(app, story.id)).toHaveLength(1);
      },
    );
  });

  it.each(['patch', 'delete'] as const)('and who takes it back by %s: it does one or the other', async (method) => {
    await whileAsking(
      async ({ made: { id } }) => {
        const at = new Date(app.clock.now().getTime() + 60 * minuteMs).toISOString();
        const body = method === 'patch' ? { at } : undefined;
        return () => app.as.publisher[method](`/v1/manage/schedules/${id}`, body).set('if-match', '"1"');
      },
      async ({ status, story, made }) => {
        const { state } = await scheduleAsItIs(app, made.id);
        const publications = await publicationsOf(app, story.id);
        const isLate = state === 'done';
        expect([status, publications.length]).toEqual(isLate ? [412, 1] : [200, 0]);
        if (!isLate) expect(state).toBe(method === 'patch' ? 'pending' : 'cancelled');
      },
    );
  });

  it('does not keep an editor’s change from being made to what it shows', async () => {
    await whileAsking(
      async ({ story }) => {
        const path = `/v1/manage/images/${story.sections[0]?.blocks[0]?.imageId}`;
        const read = await app.as.viewer.get(path);
        return () => app.as.publisher.patch(path, { caption: 'Changed.' }).set(matching(read));
      },
      async ({ story, made, status }) => {
        expect(status).toBe(200);
        expect((await scheduleAsItIs(app, made.id)).state).toBe('done');
        expect(JSON.stringify(await shown(story.id))).toContain('Changed.');
      },
    );
  });
});

describe('while a withdrawal fires', () => {
  it('somebody publishes a change: either that comes first and goes down as well, or its version is stale', async () => {
    await whileFiring(
      async ({ story }) => {
        await editStory(app, story.id, { headline: 'Newer' });
        expect([200, 412]).toContain((await act(app, story.id, 'publish')).status);
      },
      async ({ story, settled, publications }) => {
        expect(settled.state).toBe('done');
        expect(publications.filter((action) => action === 'withdraw')).toHaveLength(1);
        const { state } = (await managed(story.id)).publication;
        expect(state).toBe(publications.at(-1) === 'withdraw' ? 'withdrawn' : 'live');
      },
      () => due({ action: 'withdraw' }, () => liveStory(app)),
    );
  });
});

describe('planning a publication', () => {
  it('knows of what the version shows as it is, while that loses its alt text', async () => {
    await gate.meetAtEachStep(async () => {
      const { id: imageId } = await createResource(app, 'images', image);
      const { id } = await createStory(app, shortStory({ leadImageId: imageId }));
      const body = { action: 'publish', at: new Date(app.clock.now().getTime() + minuteMs).toISOString() };
      let isPlanned = false;
      return {
        operation: () => app.as.publisher.post(`/v1/manage/articles/${id}/schedule`, body).set('if-match', '"1"'),
        meanwhile: async () => {
          isPlanned = (await managed(id)).publication.scheduledFor !== null;
          await changeResource(app, 'images', imageId, { alt: null });
        },
        after: async ({ status }) => {
          expect(status).toBe(isPlanned ? 201 : 422);
          expect(await heldBy(app, id)).toBe(isPlanned ? 4 : 0);
        },
      };
    });
  });

  it('plans the version that was named or nothing, while the story is edited', async () => {
    await gate.meetAtEachStep(async () => {
      const { id, sections } = await createStory(app);
      const body = { action: 'publish', at: new Date(app.clock.now().getTime() + minuteMs).toISOString() };
      return {
        operation: () => app.as.publisher.post(`/v1/manage/articles/${id}/schedule`, body).set('if-match', '"1"'),
        meanwhile: () => editSection(app, sections[0]?.id ?? '', { heading: 'Edited' }),
        after: async ({ status }) => {
          const { version, publication } = await managed(id);
          expect([status, version, publication.state]).toEqual(
            status === 201 ? [201, 3, 'scheduled'] : [412, 2, 'unpublished'],
          );
        },
      };
    });
  });
});
