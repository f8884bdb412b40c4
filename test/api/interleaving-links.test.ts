import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { act, editStory, type Members } from '../support/editing.js';
import { requireFresh } from '../support/freshness.js';
import { Gate } from '../support/gate.js';
import { createStory, liveStory } from '../support/stories.js';

const gate = new Gate();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: gate.wrap });
});
afterAll(() => app.close());

const story = (fields: Members = {}) => ({ headline: 'A story', language: 'en', desk: 'world', ...fields });
const draft = (fields?: Members) => createStory(app, story(fields));
const live = (fields?: Members) => liveStory(app, story(fields));
const publish = async (id: string) => expect((await act(app, id, 'publish')).status).toBe(200);
const withdraw = async (id: string) => expect((await act(app, id, 'withdraw')).status).toBe(200);

interface Arranged {
  /** The story to publish or withdraw. */
  id: string;
  meanwhile: () => Promise<unknown>;
  /** Another story, which is fresh afterwards as this one is. */
  other: string;
}

/** Acts on a story anew for each step of doing so, something happening to another just before that step. */
const meetAtEachStep = (action: 'publish' | 'withdraw', arrange: () => Promise<Arranged>) =>
  gate.meetAtEachStep(async () => {
    const { id, meanwhile, other } = await arrange();
    const read = await app.as.publisher.get(`/v1/manage/articles/${id}`);
    return {
      operation: () => app.as.publisher.post(`/v1/manage/articles/${id}/${action}`, {}).set(matching(read)).expect(200),
      meanwhile,
      after: async () => {
        await requireFresh(app, id);
        await requireFresh(app, other);
      },
    };
  });

describe.each(['related', 'translationOf'] as const)('publishing a story whose %s', (field) => {
  const linking = (id: string) => draft({ [field]: field === 'related' ? [id] : id });

  it.each<[string, () => Promise<string>, (id: string) => Promise<unknown>]>([
    ['goes live meanwhile', async () => (await draft()).id, publish],
    ['is withdrawn meanwhile', async () => (await live()).id, withdraw],
    [
      'gets another headline and slug meanwhile',
      async () => {
        const { id, slug } = await live();
        await editStory(app, id, { headline: 'Another headline', slug: `${slug}-moved` });
        return id;
      },
      publish,
    ],
    [
      'gets another language meanwhile',
      async () => {
        const { id } = await live();
        await editStory(app, id, { language: 'be' });
        return id;
      },
      publish,
    ],
  ])('%s, links to it as it is then', async (_what, target, change) => {
    await meetAtEachStep('publish', async () => {
      const other = await target();
      return { id: (await linking(other)).id, meanwhile: () => change(other), other };
    });
  });
});

describe('a story that others begin to link to', () => {
  it('is linked to when it goes live', async () => {
    await meetAtEachStep('publish', async () => {
      const { id } = await draft();
      const other = (await draft({ related: [id] })).id;
      return { id, meanwhile: () => publish(other), other };
    });
  });

  it('is linked to by its new headline', async () => {
    await meetAtEachStep('publish', async () => {
      const { id } = await live();
      await editStory(app, id, { headline: 'Another headline' });
      const other = (await draft({ related: [id] })).id;
      return { id, meanwhile: () => publish(other), other };
    });
  });

  it('is not linked to when it is withdrawn', async () => {
    await meetAtEachStep('withdraw', async () => {
      const { id } = await live();
      const other = (await draft({ related: [id] })).id;
      return { id, meanwhile: () => publish(other), other };
    });
  });
});

describe('a story that others link to', () => {
  it('may be withdrawn while one of them is published with other words', async () => {
    await meetAtEachStep('withdraw', async () => {
      const { id } = await live();
      const other = (await live({ related: [id] })).id;
      await editStory(app, other, { deck: 'Other words.' });
      return { id, meanwhile: () => publish(other), other };
    });
  });

  it('may go live while one of them is withdrawn', async () => {
    await meetAtEachStep('publish', async () => {
      const { id } = await draft();
      const other = (await live({ related: [id] })).id;
      return { id, meanwhile: () => withdraw(other), other };
    });
  });

  it('may link to them in turn, both going live at once', async () => {
    await meetAtEachStep('publish', async () => {
      const { id } = await draft();
      const other = (await draft({ related: [id], translationOf: id })).id;
      await editStory(app, id, { related: [other] });
      return { id, meanwhile: () => publish(other), other };
    });
  });
});

describe('GET /v1/articles', () => {
  it('shows a story that goes live while the list is being made, the next time at the latest', async () => {
    for (const k of [1, 2]) {
      await live();
      const { id } = await draft();
      const { wasInterrupted } = await gate.run(
        k,
        () => app.anybody.get('/v1/articles').expect(200),
        () => publish(id),
      );
      expect(wasInterrupted).toBe(k === 1);
      if (wasInterrupted) await requireFresh(app, id);
    }
  });
});
