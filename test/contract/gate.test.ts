// Tests that let something happen at a chosen step stand on this: that only what they ask for takes steps.
import { setTimeout as passing } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { Gate } from '../support/gate.js';
import { createStory } from '../support/stories.js';

const gate = new Gate();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: gate.wrap });
});
afterAll(() => app.close());

const nothing = async () => {};

describe('the gate between server and store', () => {
  it('counts the steps of a request', async () => {
    const { id } = await createStory(app);
    const { wasInterrupted } = await gate.run(1, () => app.as.editor.get(`/v1/manage/articles/${id}`), nothing);
    expect(wasInterrupted).toBe(true);
  });

  it('does not count what the server does by the clock', async () => {
    const { wasInterrupted } = await gate.run(1, () => passing(1500), nothing);
    expect(wasInterrupted).toBe(false);
  });
});
