import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { act, editStory, type Members } from '../support/editing.js';
import { requireFreshGroup } from '../support/freshness.js';
import { Gate } from '../support/gate.js';
import { createStory, publishStory } from '../support/stories.js';

const articles = '/v1/manage/articles';
const gate = new Gate();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: gate.wrap });
});
afterAll(() => app.close());

const draft = async (language: string, fields: Members = {}) =>
  (await createStory(app, { headline: `In ${language}`, language, desk: 'world', ...fields })).id;
const publish = async (id: string) => expect((await act(app, id, 'publish')).status).toBe(200);
const withdraw = async (id: string) => expect((await act(app, id, 'withdraw')).status).toBe(200);

type Member = 'original' | 'be' | 'fr';
type Group = Record<Member, string>;

/** An original and two translations, those of them live that are named. */
async function newGroup(live: readonly Member[]): Promise<Group> {
  const original = await draft('en');
  const [be, fr] = [await draft('be', { translationOf: original }), await draft('fr', { translationOf: original })];
  const group = { original, be, fr };
  for (const member of live) await publishStory(app, group[member]);
  return group;
}

/** Acts on one member anew for each step of doing so, something happening to another just before that step. */
const meetAtEachStep = (
  arrange: () => Promise<{ all: string[]; id: string; meanwhile: () => Promise<unknown> }>,
  action: 'publish' | 'withdraw',
) =>
  gate.meetAtEachStep(async () => {
    const { all, id, meanwhile } = await arrange();
    const read = await app.as.publisher.get(`${articles}/${id}`).expect(200);
    return {
      operation: () => app.as.publisher.post(`${articles}/${id}/${action}`, {}).set(matching(read)).expect(200),
      meanwhile,
      after: () => requireFreshGroup(app, all),
    };
  });

const pairs: [Member, Member][] = [
  ['original', 'be'],
  ['be', 'original'],
  ['be', 'fr'],
];

describe.each(pairs)('while the %s is published, and the %s', (acting, other) => {
  const others = (['original', 'be', 'fr'] as const).filter((member) => member !== acting);

  it('goes live as well, each lists the other', async () => {
    const third = others.filter((member) => member !== other);
    await meetAtEachStep(async () => {
      const group = await newGroup(third);
      return { all: Object.values(group), id: group[acting], meanwhile: () => publish(group[other]) };
    }, 'publish');
  });

  it('is withdrawn, nobody lists it', async () => {
    await meetAtEachStep(async () => {
      const group = await newGroup(others);
      return { all: Object.values(group), id: group[acting], meanwhile: () => withdraw(group[other]) };
    }, 'publish');
  });
});

describe.each(pairs)('while the %s is withdrawn, and the %s', (acting, other) => {
  it('goes live, nobody lists the one that went', async () => {
    await meetAtEachStep(async () => {
      const group = await newGroup((['original', 'be', 'fr'] as const).filter((member) => member !== other));
      return { all: Object.values(group), id: group[acting], meanwhile: () => publish(group[other]) };
    }, 'withdraw');
  });
});

describe('while a translation', () => {
  it('is published, and another gets another headline, all list it by that', async () => {
    await meetAtEachStep(async () => {
      const group = await newGroup(['original', 'fr']);
      await editStory(app, group.fr, { headline: 'Another headline' });
      return { all: Object.values(group), id: group.be, meanwhile: () => publish(group.fr) };
    }, 'publish');
  });

  it('is withdrawn, and another is as well, the original lists neither', async () => {
    await meetAtEachStep(async () => {
      const group = await newGroup(['original', 'be', 'fr']);
      return { all: Object.values(group), id: group.be, meanwhile: () => withdraw(group.fr) };
    }, 'withdraw');
  });
});

describe('a translation that changes its original', () => {
  it.each(['leaves', 'joins'])('while another one comes to the one it %s, is listed where it is', async (which) => {
    await meetAtEachStep(async () => {
      // The original that it leaves is not live, so that nobody but those who come would notice.
      const group = await newGroup(['be']);
      const next = await draft('en');
      await publish(next);
      await editStory(app, group.be, { translationOf: next });
      const coming = which === 'leaves' ? group.fr : await draft('ru', { translationOf: next });
      const all = which === 'leaves' ? [group.original, coming] : [next, group.be, coming];
      return { all, id: group.be, meanwhile: () => publish(coming) };
    }, 'publish');
  });
});

describe('two articles that are made translations at once', () => {
  it.each([
    ['of each other', (one: string, two: string) => [one, two, two, one]],
    ['the first of the second, that of a third', (one: string, two: string, third: string) => [one, two, two, third]],
    ['the second of the first, that of a third', (one: string, two: string, third: string) => [one, third, two, one]],
  ])('%s, never both become so', async (_what, plan) => {
    await gate.meetAtEachStep(async () => {
      const [first, original, second, other] = plan(await draft('en'), await draft('be'), await draft('fr'));
      const make = async (id = '', translationOf = '') => {
        const read = await app.as.editor.get(`${articles}/${id}`).expect(200);
        return () => app.as.editor.patch(`${articles}/${id}`, { translationOf }).set(matching(read));
      };
      const [become, alsoBecome] = [await make(first, original), await make(second, other)];
      let also = 0;
      return {
        operation: become,
        meanwhile: async () => {
          also = (await alsoBecome()).status;
        },
        after: async ({ status }) => expect([status, also].sort()).toEqual([200, 422]),
      };
    });
  });
});
