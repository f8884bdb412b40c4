// What a publication asks of its store costs the same however many stories there are.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { editStory } from '../support/editing.js';
import { QueryLog } from '../support/queries.js';
import { createStory, liveStory, publishStory, shortStory } from '../support/stories.js';

const log = new QueryLog();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: log.wrap });
});
afterAll(() => app.close());

/**
 * Steps that go through a table, or through all that live stories show, instead of looking for what was named. A row of a full-text
 * index that is looked for by its number is told as a scan with `=`.
 */
const longSteps = (plans: string[][]) =>
  plans
    .flat()
    .filter(
      (step) =>
        (step.startsWith('SCAN') &&
          !/^SCAN (\d+-ROW VALUES CLAUSE|\d+ CONSTANT ROWS?|\w+ VIRTUAL TABLE INDEX 0:=$)/.test(step)) ||
        step.includes('(scope=? AND user_kind=?)') ||
        step.endsWith('(scope=? AND user_kind=? AND user_id>?)'),
    );

describe('POST /v1/manage/articles/{id}/publish', () => {
  it('finds all by an index, of a new story that links to another', async () => {
    const { id: target } = await liveStory(app);
    const { id } = await createStory(app, shortStory({ related: [target], tags: ['one', 'two'] }));
    const plans = await log.plansOf(app.path, () => publishStory(app, id));
    expect(plans.length).toBeGreaterThan(30);
    expect(longSteps(plans)).toEqual([]);
  });

  it('finds all by an index, of a story whose link changes', async () => {
    const { id } = await liveStory(app);
    const pointing = await createStory(app, shortStory({ related: [id], translationOf: id, language: 'fr' }));
    await publishStory(app, pointing.id);
    await editStory(app, id, { headline: 'Another headline' });
    const plans = await log.plansOf(app.path, () => publishStory(app, id));
    expect(plans.length).toBeGreaterThan(30);
    expect(longSteps(plans)).toEqual([]);
  });
});
