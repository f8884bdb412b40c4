// What a publication asks of its store costs the same however many stories there are.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { correct, editStory } from '../support/editing.js';
import { QueryLog, wholeReads } from '../support/queries.js';
import { createStory, liveStory, publishStory, shortStory } from '../support/stories.js';

const log = new QueryLog();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: log.wrap });
  // Nothing that is looked into is empty.
  expect((await correct(app, (await liveStory(app)).id)).status).toBe(201);
  await app.raw.run("INSERT INTO erasures VALUES ('e', '', NULL, NULL, 'quote', 'x', 'A court said so.', true)");
});
afterAll(() => app.close());

/** Steps that go through a table, or through all that live stories show, instead of looking for what was named. */
const longSteps = (plans: string[][]) => {
  const steps = plans.flat();
  return [...wholeReads(steps), ...steps.filter((step) => /^read |\(scope(, user_kind(, user_id…)?)?\)$/.test(step))];
};

describe('POST /v1/manage/articles/{id}/publish', () => {
  it('finds all by an index, of a new story that links to another', async () => {
    const { id: target } = await liveStory(app);
    const { id } = await createStory(app, shortStory({ related: [target], tags: ['one', 'two'] }));
    const plans = await log.plansOf(app, () => publishStory(app, id));
    expect(plans.length).toBeGreaterThan(30);
    expect(longSteps(plans)).toEqual([]);
  });

  it('finds all by an index, of a story whose link changes', async () => {
    const { id } = await liveStory(app);
    const pointing = await createStory(app, shortStory({ related: [id], translationOf: id, language: 'fr' }));
    await publishStory(app, pointing.id);
    await editStory(app, id, { headline: 'Another headline' });
    const plans = await log.plansOf(app, () => publishStory(app, id));
    expect(plans.length).toBeGreaterThan(30);
    expect(longSteps(plans)).toEqual([]);
  });
});
