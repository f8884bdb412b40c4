import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { editStory } from '../support/editing.js';
import { run, temporaryFolder } from '../support/processes.js';
import { liveStory, minskStory, publishStory, shortStory } from '../support/stories.js';

/** A server that runs while the commands work on its database. */
let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

function seed(...args: string[]) {
  return run('src/cli/seed.ts', args, { DATA_DIR: dirname(app.path) });
}

/** A story file. */
function fileOf(content: unknown): string {
  const path = join(temporaryFolder(), 'story.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function storedSlugs(): Promise<string[]> {
  const { body } = await app.as.viewer.get('/v1/manage/articles?limit=100').expect(200);
  return body.data.map(({ slug }: { slug: string }) => slug);
}

describe('npm run seed', () => {
  it('loads the story, which readers of a running server get at once, and leaves it alone the next time', async () => {
    const { slug } = minskStory();
    await app.anybody.get(`/v1/articles/${slug}`).expect(404);
    const first = await seed();
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining(`loaded: ${slug} (`), stderr: '' });
    const story = await app.anybody.get(`/v1/articles/${slug}`).expect(200);
    expect(story.body.data.publishedAt).toMatch(/^2022-12-19T/);
    const second = await seed();
    expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining(`there already: ${slug} (`), stderr: '' });
    await app.anybody.get(`/v1/articles/${slug}`).set('if-none-match', String(story.headers.etag)).expect(304);
    expect((await storedSlugs()).filter((stored) => stored.startsWith(slug))).toEqual([slug]);
  });

  it('loads the files that it is given', async () => {
    const first = fileOf(shortStory({ slug: 'first-file' }));
    const second = fileOf(shortStory({ slug: 'second-file' }));
    const { code, stdout } = await seed(first, second);
    expect(code).toBe(0);
    expect(stdout).toBe(`loaded: first-file (${first})\nloaded: second-file (${second})\n`);
    await app.anybody.get('/v1/articles/first-file').expect(200);
    await app.anybody.get('/v1/articles/second-file').expect(200);
  });

  it('loads a file that names no slug only once', async () => {
    const file = fileOf(shortStory({ headline: 'Told only once' }));
    await seed(file);
    const { code, stdout } = await seed(file);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `there already: told-only-once (${file})\n` });
    expect((await storedSlugs()).filter((slug) => slug.startsWith('told-only-once'))).toEqual(['told-only-once']);
  });
});

describe('npm run seed with a bad file', () => {
  /** Loads a file, which must be refused and leave nothing behind. */
  async function refusal(file: string): Promise<string> {
    const before = await storedSlugs();
    const { code, stdout, stderr } = await seed(file);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.startsWith(`${file}: `)).toBe(true);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(await storedSlugs()).toEqual(before);
    return stderr;
  }

  it('names the line of what is not JSON', async () => {
    expect(await refusal(fileOf('{\n  "headline": "A story",\n  oops\n}\n'))).toContain('line 3: ');
  });

  it('names the last line when the file ends too early', async () => {
    expect(await refusal(fileOf('{\n  "headline":'))).toContain('line 2: ');
  });

  it('says so when there is no such file', async () => {
    expect(await refusal(join(temporaryFolder(), 'none.json'))).toContain('no such file');
  });

  it('names every field that is wrong by its pointer', async () => {
    const wrong = [
      { type: 'paragraph', text: 1, size: 'large' },
      { type: 'image', image: { alt: 'A', creditLine: 3 } },
    ];
    const message = await refusal(
      fileOf(shortStory({ slug: 'bad-fields', sections: [{ blocks: [] }, { blocks: wrong }] })),
    );
    expect(message).toContain('/sections/1/blocks/0/text: ');
    expect(message).toContain('/sections/1/blocks/0/size: ');
    expect(message).toContain('/sections/1/blocks/1/image/creditLine: ');
  });

  it('names the block whose image has no alt text', async () => {
    const blocks = [{ type: 'image', image: { alt: '', creditLine: 'Example Agency' } }];
    const message = await refusal(fileOf(shortStory({ slug: 'no-alt', sections: [{ blocks }] })));
    expect(message).toContain('/sections/0/blocks/0/image/alt: ');
    expect(message).toContain('alt text');
  });

  it('names every other thing that keeps the story from being published, and no warning', async () => {
    const blocks = [
      { type: 'quote', quote: { text: 'Words.' } },
      { type: 'paragraph', text: 'Here.', spans: [{ start: 0, end: 4, type: 'link', href: 'http://localhost/' }] },
    ];
    const story = shortStory({ slug: 'unfit', deck: null, tags: [], sections: [{ blocks }, { blocks: [] }] });
    const lines = (await refusal(fileOf(story))).trimEnd().split('\n').slice(1);
    expect(lines.map((line) => line.trim().split(': ')[0])).toEqual([
      '/sections/0/blocks/0/quote/speaker',
      '/sections/0/blocks/1/spans/0/href',
      '/sections/1',
    ]);
  });

  it('names the slug that another story had when readers saw it', async () => {
    const { id } = await liveStory(app, shortStory({ slug: 'had-before' }));
    await editStory(app, id, { slug: 'has-now' });
    await publishStory(app, id);
    expect(await refusal(fileOf(shortStory({ slug: 'had-before' })))).toContain(
      `/slug: is or was the slug of article ${id}`,
    );
  });

  it('loads it once it is mended', async () => {
    const storyWith = (alt: string) =>
      shortStory({
        slug: 'mended',
        sections: [{ blocks: [{ type: 'image', image: { alt, creditLine: 'Example Agency' } }] }],
      });
    expect((await seed(fileOf(storyWith('')))).code).toBe(1);
    expect(await seed(fileOf(storyWith('A handshake.')))).toMatchObject({ code: 0, stderr: '' });
    const { body } = await app.anybody.get('/v1/articles/mended').expect(200);
    expect(body.data.sections[0].blocks[0].image.alt).toBe('A handshake.');
  });
});

describe('every command', () => {
  const commands = readdirSync(new URL('../../src/cli', import.meta.url)).filter((file) => file !== 'openapi.ts');

  it.each(commands)('%s tells its use by --help, and opens nothing', async (file) => {
    const DATA_DIR = temporaryFolder();
    const { code, stdout, stderr } = await run(`src/cli/${file}`, ['--help'], { DATA_DIR });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^usage: npm run ${file.replace('.ts', '')}\\b[^]*\\n\\n[A-Za-z]`));
    expect(existsSync(join(DATA_DIR, 'copydesk.db'))).toBe(false);
  });

  it.each(['sweep', 'reindex'])('%s refuses what it does not take with 2, its usage and why', async (name) => {
    const { code, stdout, stderr } = await run(`src/cli/${name}.ts`, ['--all'], { DATA_DIR: temporaryFolder() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`usage: npm run ${name}`);
  });
});
