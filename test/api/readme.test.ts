// What README tells people to do works as it stands there.
import { execFile, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedFiles, seedStories } from '../../src/seeding.js';
import { startApp, type TestApp } from '../support/app.js';
import { withdrawStory } from '../support/editing.js';
import { temporaryFolder } from '../support/processes.js';
import { scriptOf } from '../support/readme.js';
import { liveStory, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
  await seedStories(app.services, await seedFiles());
});
afterAll(() => app.close());

describe('A day with Copydesk', () => {
  it('goes as README has it', async () => {
    const file = join(temporaryFolder(), 'day.mjs');
    // The server's clock stands in January 2026; the editor's is set to the same day.
    const clock = `const RealDate = Date; globalThis.Date = class extends RealDate {
      constructor(...args) { super(...(args.length > 0 ? args : [Date.now()])); }
      static now() { return ${app.clock.now().getTime()}; }
    };\n`;
    writeFileSync(file, clock + scriptOf('A day with Copydesk'));
    const env = { PATH: process.env.PATH ?? '', KEY: app.keys.admin, COPYDESK: app.app.listeningOrigin };
    const { stdout } = await promisify(execFile)(process.execPath, [file], { env });
    expect(stdout).toContain('It reaches 1 live story: Putin in Belarus');
    expect(stdout).toContain('added: What comes next');
    expect(stdout).toContain("Following Vladimir Putin's first visit to Minsk since 2019");
    expect(stdout).toMatch(/publish at 2026-01-16T06:00:00\.000Z: pending/);

    const story = (await app.anybody.get('/v1/articles/putin-lukashenko-minsk-december-2022').expect(200)).body.data;
    expect(story.sections.at(-1)).toMatchObject({ heading: 'What comes next' });
    expect(story.corrections).toMatchObject([{ kind: 'correction' }]);
    expect(JSON.stringify(story)).toContain('Sputnik/Reuters/Pool');
    expect(JSON.stringify(story)).not.toContain('asdf');
    await app.anybody.get('/v1/articles/minsk-the-day-after').expect(404);
  });
});

describe('Mirrors', () => {
  it('follow what is live as README has it, by the EventSource that Node brings', async () => {
    const file = join(temporaryFolder(), 'mirror.mjs');
    const before = `const server = '${app.app.listeningOrigin}';\n`;
    const after =
      "setInterval(() => console.log([...stories.values()].map(({ headline }) => headline).join('; ')), 20);";
    writeFileSync(file, [before, scriptOf('Mirrors'), after].join('\n'));
    const follower = spawn(process.execPath, ['--experimental-eventsource', file]);
    let last = '';
    follower.stdout.setEncoding('utf8').on('data', (text: string) => {
      last = text.trimEnd().split('\n').at(-1) ?? '';
    });
    await expect.poll(() => last, { timeout: 30_000 }).toMatch(/^Putin in Belarus/);
    const { id } = await liveStory(app, shortStory({ headline: 'Talks go on' }));
    await expect.poll(() => last, { timeout: 10_000 }).toMatch(/; Talks go on$/);
    await withdrawStory(app, id);
    await expect.poll(() => last, { timeout: 10_000 }).not.toContain('Talks go on');
    follower.kill();
  });
});
