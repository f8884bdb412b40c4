import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reindex } from '../../src/publishing/reindexing/service.js';
import type { Store } from '../../src/storage/store.js';
import { startApp, type TestApp } from '../support/app.js';
import { editStory, withdrawStory } from '../support/editing.js';
import { Gate } from '../support/gate.js';
import { run } from '../support/processes.js';
import { found, storyOf } from '../support/searching.js';
import { publishStory, quote } from '../support/stories.js';
import { requireTrueIndex } from '../support/true-index.js';

const gate = new Gate();
let app: TestApp;
let id: string;
beforeEach(async () => {
  app = await startApp({ wrapStore: gate.wrap });
  const said = { type: 'quote', quote: { ...quote, text: 'Sloths!' } };
  id = await storyOf(app, { headline: 'Tapir', sections: [{ blocks: [said] }] });
  await storyOf(app, { headline: 'Another' });
  await withdrawStory(app, await storyOf(app, { headline: 'Withdrawn' }));
});
afterEach(() => app.close());

const command = () => run('src/cli/reindex.ts', [], { DATA_DIR: dirname(app.path) });

/** Damages the index, as no statement of the product does. */
async function damage(sql: string): Promise<void> {
  const file = new Database(app.path);
  file.pragma('foreign_keys = OFF');
  file.unsafeMode();
  file.exec(sql);
  file.close();
  await expect(requireTrueIndex(app.raw)).rejects.toThrow(/not true/);
}

describe('npm run reindex', () => {
  it('makes the index anew beside a running server, which goes on finding', async () => {
    expect(await command()).toEqual({ code: 0, stdout: 'indexed: 2 stories, 1 quotes\n', stderr: '' });
    await requireTrueIndex(app.raw);
    expect(await found(app, 'tapir sloths')).toEqual([id]);
    await editStory(app, id, { headline: 'Okapi' });
    await publishStory(app, id);
    expect([await found(app, 'tapir'), await found(app, 'okapi')]).toEqual([[], [id]]);
  });

  it.each([
    ['what is missing', 'DELETE FROM story_documents; DELETE FROM quote_documents'],
    ['words that are not what readers see', "UPDATE story_texts SET texts = '{}'"],
    ['rows without words', 'DELETE FROM story_index; DELETE FROM quote_index'],
    [
      'what readers see no more',
      "INSERT INTO story_documents SELECT 99, article_id, '', '', '', '' FROM snapshots WHERE withdrawn_at IS NOT NULL",
    ],
  ])('mends %s', async (_what, sql) => {
    await damage(sql);
    expect(await command()).toMatchObject({ code: 0, stdout: 'indexed: 2 stories, 1 quotes\n' });
    await requireTrueIndex(app.raw);
    expect([await found(app, 'tapir'), await found(app, 'sloths', {}, 'quotes')]).toEqual([[id], [expect.any(String)]]);
  });

  it.each([
    ['torn', 'UPDATE story_index_data SET block = zeroblob(40) WHERE id > 10'],
    ['gone in part', 'DELETE FROM story_index_data WHERE id > 10'],
  ])('empties an index first that is %s', async (_what, sql) => {
    await damage(sql);
    const { code, stdout } = await command();
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'The index was damaged, and has been emptied first.\nindexed: 2 stories, 1 quotes\n',
    });
    await requireTrueIndex(app.raw);
    expect(await found(app, 'tapir')).toEqual([id]);
  });

  it('says so when it cannot', async () => {
    const { code, stderr } = await run('src/cli/reindex.ts', [], { DATA_DIR: app.path });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^copydesk: Cannot open the database .*\n$/)]);
  });
});

describe('reindexing', () => {
  it.each<[string, (app: TestApp) => Promise<unknown>]>([
    ['is published anew', (at) => editStory(at, id, { headline: 'Okapi' }).then(() => publishStory(at, id))],
    ['is withdrawn', (at) => withdrawStory(at, id)],
    ['comes', (at) => storyOf(at, { headline: 'Newcomer' })],
  ])('takes every story as readers see it, also when one %s meanwhile, at whatever step', async (_what, meanwhile) => {
    const store: Store = app.store;
    for (let k = 1; k < 30; k++) {
      const { wasInterrupted } = await gate.run(
        k,
        () => reindex(store),
        () => meanwhile(app),
      );
      await requireTrueIndex(app.raw);
      if (!wasInterrupted) {
        expect(k).toBeGreaterThan(3);
        return;
      }
      await publishStory(app, id);
    }
    throw new Error('It came to no end.');
  });
});
