import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recompile } from '../../src/publishing/recompiling/service.js';
import { startApp, type TestApp } from '../support/app.js';
import { changeResource, createResource, editStory, withdrawStory } from '../support/editing.js';
import { Gate } from '../support/gate.js';
import { run } from '../support/processes.js';
import { image, liveStory, publishStory, shortStory } from '../support/stories.js';

const gate = new Gate();
let app: TestApp;
let imageId: string;
let id: string;
let otherId: string;
beforeEach(async () => {
  app = await startApp({ wrapStore: gate.wrap });
  imageId = (await createResource(app, 'images', image)).id;
  id = (await liveStory(app, showing('first'))).id;
  otherId = (await liveStory(app, shortStory({ slug: 'other' }))).id;
});
afterEach(() => app.close());

const showing = (slug: string) =>
  shortStory({
    slug,
    sections: [
      {
        blocks: [
          { type: 'image', imageId },
          { type: 'paragraph', text: 'It is so.' },
        ],
      },
    ],
  });
const command = (...args: string[]) => run('src/cli/recompile.ts', args, { DATA_DIR: dirname(app.path) });

/** Changes what is stored, as no statement of the product does. */
function damage(sql: string): void {
  const file = new Database(app.path);
  file.exec(sql);
  file.close();
}
const stale = () => damage(`UPDATE images SET caption = 'What it should say' WHERE id = '${imageId}'`);

async function captionOf(storyId: string): Promise<string> {
  const { body } = await app.anybody.get(`/v1/articles/${storyId}`).expect(200);
  return body.data.sections[0].blocks[0].image.caption;
}

describe('npm run recompile', () => {
  it('leaves everything alone when nothing is stale', async () => {
    const sync = (await app.anybody.get('/v1/sync').expect(200)).body;
    expect(await command()).toEqual({
      code: 0,
      stdout: 'recompiled: 0 of 2 live stories were stale\n',
      stderr: '',
    });
    const after = await app.anybody.get(`/v1/sync?token=${sync.page.next}`).expect(200);
    expect(after.body.data).toEqual([]);
  });

  it('brings a stale story to the readers of a running server at once, and tells mirrors and caches of it', async () => {
    const sync = (await app.anybody.get('/v1/sync').expect(200)).body;
    const before = await app.anybody.get(`/v1/articles/${id}`).expect(200);
    stale();
    expect(await captionOf(id)).toBe(image.caption);
    expect((await command()).stdout).toBe('recompiled: 1 of 2 live stories were stale\n');
    expect(await captionOf(id)).toBe('What it should say');
    expect((await app.anybody.get(`/v1/images/${imageId}`).expect(200)).body.data.caption).toBe('What it should say');
    await app.anybody.get(`/v1/articles/${id}`).set('if-none-match', String(before.headers.etag)).expect(200);
    const { body } = await app.anybody.get(`/v1/sync?token=${sync.page.next}`).expect(200);
    expect(body.data.map((item: { id: string }) => item.id)).toEqual([id]);
    const changes = await app.as.viewer.get('/v1/manage/changes?action=recompile').expect(200);
    expect(changes.body.data).toMatchObject([{ kind: 'article', resourceId: id, isPublic: true }]);
  });

  it('puts bytes right whose entity tag says that they are', async () => {
    const sql = `UPDATE snapshots SET body = CAST(replace(body, 'It is so', 'It is no') AS BLOB) WHERE article_id = '${id}'`;
    damage(sql);
    expect((await app.anybody.get(`/v1/articles/${id}`).expect(200)).text).toContain('It is no');
    expect((await command()).stdout).toBe('recompiled: 1 of 2 live stories were stale\n');
    expect((await app.anybody.get(`/v1/articles/${id}`).expect(200)).text).toContain('It is so');
  });

  it('compiles stories of an older form', async () => {
    damage('UPDATE snapshots SET format = 1');
    expect((await command()).stdout).toBe('recompiled: 2 of 2 live stories were stale\n');
    expect((await command()).stdout).toBe('recompiled: 0 of 2 live stories were stale\n');
  });

  it('publishes nothing that is not published', async () => {
    await editStory(app, id, { headline: 'Not yet' });
    stale();
    await command();
    const { body } = await app.anybody.get(`/v1/articles/${id}`).expect(200);
    expect([body.data.headline, await captionOf(id)]).toEqual(['A short story', 'What it should say']);
  });

  it('names what cannot be compiled, does the rest, and ends with 1', async () => {
    const shown = await app.anybody.get(`/v1/articles/${otherId}`).expect(200);
    const gone = shown.body.data.sections[0].blocks[0].image.id;
    damage(`UPDATE images SET deleted_at = '2026-01-01T00:00:00.000Z' WHERE id = '${gone}'`);
    stale();
    const { code, stdout, stderr } = await command();
    expect([code, stdout]).toEqual([1, 'recompiled: 1 of 2 live stories were stale\n']);
    expect(stderr).toBe(
      `copydesk: story ${otherId} cannot be compiled: image ${gone} was not loaded for compilation\n`,
    );
    expect(await captionOf(id)).toBe('What it should say');
    await app.anybody.get(`/v1/articles/${otherId}`).expect(200);
  });

  it('takes nothing', async () => {
    expect(await command('all')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('usage: npm run recompile'),
    });
    expect(await command('--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('usage: npm run recompile'),
    });
  });
});

describe('recompiling', () => {
  it.each<[string, (k: number) => Promise<unknown>, (k: number) => Promise<void>]>([
    [
      'an editor corrects the picture',
      (k) => changeResource(app, 'images', imageId, { caption: `Corrected ${k}` }),
      async (k) => expect(await captionOf(id)).toBe(`Corrected ${k}`),
    ],
    [
      'an editor publishes the story anew',
      async (k) => {
        await editStory(app, id, { headline: `Headline ${k}` });
        await publishStory(app, id);
      },
      async (k) => {
        const { body } = await app.anybody.get(`/v1/articles/${id}`).expect(200);
        expect([body.data.headline, await captionOf(id)]).toEqual([`Headline ${k}`, `Stale ${k}`]);
      },
    ],
    [
      'an editor withdraws the story',
      () => withdrawStory(app, id),
      async () => {
        await app.anybody.get(`/v1/articles/${id}`).expect(410);
        await publishStory(app, id);
      },
    ],
  ])('comes to what is true when %s meanwhile, at whatever step', async (_what, meanwhile, after) => {
    for (let k = 1; k < 60; k++) {
      damage(`UPDATE images SET caption = 'Stale ${k}' WHERE id = '${imageId}'`);
      const { wasInterrupted } = await gate.run(
        k,
        () => recompile(app.store, app.clock, () => undefined),
        () => meanwhile(k),
      );
      if (!wasInterrupted) {
        expect(k).toBeGreaterThan(10);
        return;
      }
      await after(k);
      const { stale: left, failed } = await recompile(app.store, app.clock, () => undefined);
      expect([left, failed]).toEqual([0, []]);
    }
    throw new Error('It came to no end.');
  });
});
