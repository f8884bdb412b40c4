import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markdownExample, ninjsExample } from '../../src/content/imports/examples.js';
import { startApp, type TestApp } from '../support/app.js';
import { run, temporaryFolder } from '../support/processes.js';

/** A server that runs while the command works on its database. */
let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const importStories = (...args: string[]) => run('src/cli/import-story.ts', args, { DATA_DIR: dirname(app.path) });

function fileOf(name: string, content: string | object): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function countStories(): Promise<number> {
  return (await app.as.viewer.get('/v1/manage/articles?limit=100').expect(200)).body.data.length;
}

describe('npm run import-story', () => {
  it('makes drafts of Markdown and of ninjs, and tells what was not carried over', async () => {
    const [markdown, ninjs] = [fileOf('a.md', markdownExample), fileOf('b.json', { ...ninjsExample, urgency: 1 })];
    const { code, stdout, stderr } = await importStories(markdown, ninjs);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toEqual([
      `imported: talks-in-minsk (${markdown})`,
      expect.stringMatching(/^ {2}line 10: the picture itself is to be uploaded/),
      `imported: talks-in-minsk-2 (${ninjs})`,
      '  /urgency: urgency has no place in a story',
    ]);
    const { body } = await app.as.viewer.get('/v1/manage/articles/talks-in-minsk').expect(200);
    expect(body.data).toMatchObject({ stage: 'draft', publication: { state: 'unpublished' } });
  });

  it('takes language and desk for files that do not tell them', async () => {
    const file = fileOf('c.markdown', '# Told otherwise\n');
    const { code, stdout } = await importStories('--language', 'be', '--desk', 'sport', file);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `imported: told-otherwise (${file})\n` });
    const { body } = await app.as.viewer.get('/v1/manage/articles/told-otherwise').expect(200);
    expect(body.data).toMatchObject({ language: 'be', desk: 'sport' });
  });

  it('names the file, the place and the reason of what it refuses, and imports the others', async () => {
    const before = await countStories();
    const files = [
      fileOf('wrong.md', `---\nlanguage: en\n---\n# ${'x'.repeat(301)}\n`),
      fileOf('wrong.json', '{"type": '),
      fileOf('picture.json', { type: 'picture' }),
      join(temporaryFolder(), 'none.md'),
      fileOf('right.md', markdownExample),
    ] as const;
    const { code, stdout, stderr } = await importStories(...files);
    expect(code).toBe(1);
    expect(stdout).toContain(`(${files[4]})`);
    expect(stderr).toContain(`${files[0]}: `);
    expect(stderr).toContain('\n  line 4: ');
    expect(stderr).toContain('\n  --desk: is required');
    expect(stderr).toContain(`${files[1]}: line 1: it is not JSON`);
    expect(stderr).toContain(`${files[2]}: `);
    expect(stderr).toContain('\n  /type: must be text');
    expect(stderr).toContain(`${files[3]}: ENOENT`);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(await countStories()).toBe(before + 1);
  });

  it.each([
    [[], 'Name a file.'],
    [['story.txt'], 'story.txt ends with none of'],
    [['--all', 'a.md'], '--all is not known.'],
    [['--language', 'x', 'a.md'], '--language '],
  ])('ends with 2 and how it is used for %j', async (args, words) => {
    const { code, stderr } = await importStories(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
    expect(stderr).toContain('usage: npm run import-story');
  });

  it('tells how it is used', async () => {
    expect(await importStories('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('--language') });
  });
});
