// Every snippet of README is run as it stands there, or is named here with the reason why not.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settingNames } from '../../src/config.js';
import { seedFiles, seedStories } from '../../src/seeding.js';
import { startApp, type TestApp } from '../support/app.js';
import { createResource, editStory } from '../support/editing.js';
import { jpeg } from '../support/pictures.js';
import { temporaryFolder } from '../support/processes.js';
import { readme, scriptOf, sectionsOf, snippetsOf } from '../support/readme.js';
import { createStory } from '../support/stories.js';

/** Where else it is run, or what it would take. */
const notHere: Record<string, string> = {
  'Copydesk sh 1': 'CI does it in a fresh clone.',
  'Typed client ts 1': 'client.test.ts runs it.',
  'A day with Copydesk js': 'readme.test.ts runs it.',
  'Mirrors js': 'readme.test.ts runs it.',
  'Webhooks js 1': 'webhook-processes.test.ts runs it.',
  'Keys and roles sh 1': 'keys-command.test.ts does it; the ids are made up.',
  'Stories from elsewhere sh 1': 'imports-command.test.ts, imports-markdown.test.ts and imports-ninjs.test.ts do it.',
  'Export and import sh 1': 'export-import.test.ts and import-filled.test.ts do it.',
  'On PostgreSQL sh 1': 'It takes a server of PostgreSQL; test:postgres brings its own.',
  'Replica and failover sh 1': 'It takes two of them; replica.test.ts and promotion.test.ts bring their own.',
  'From one engine to the other sh 1': 'It takes a server of PostgreSQL; test/postgres/transfers.test.ts does it.',
  'Backups of PostgreSQL sh 1': 'It takes a server of PostgreSQL and its client; what it tells was done by hand.',
  'Docker sh': 'It takes a container engine; CI builds and starts what the image holds.',
  'More than one server sh 1': 'It takes a container engine.',
  'Backups sh 1': 'backup-command.test.ts and restore-command.test.ts do it.',
  'Every second, by Litestream sh 1': 'It takes Litestream.',
  'Is all well? sh 1': 'doctor-command.test.ts and recompile-command.test.ts do it.',
};
const after = [
  'A first look',
  'Lists',
  'Search',
  'Previews',
  'What was, and having it back',
  'Sending a request again',
];
const alone = ['Corrections', 'Uploading pictures', 'Deleting', 'Webhooks', 'Erasing for good'];

const snippets = snippetsOf(readme, ['sh', 'js', 'ts']);
const isElsewhere = (name: string) => Object.keys(notHere).some((known) => `${name} `.startsWith(`${known} `));

let app: TestApp;
const folder = temporaryFolder();
async function start(): Promise<void> {
  app = await startApp();
  await seedStories(app.services, await seedFiles());
}

/** Runs the commands of a section, each of which must succeed. @returns how many requests they made */
async function runShell(heading: string, ids: readonly string[] = []): Promise<number> {
  const [code = ''] = snippets.flatMap(({ name, code }) => (name === `${heading} sh 1` ? code : []));
  let next = 0;
  const here = code
    .replaceAll('http://127.0.0.1:3000', app.app.listeningOrigin)
    .replaceAll(/\/ID\b/g, () => `/${ids[Math.min(next++, ids.length - 1)]}`);
  const told =
    'curl() { command curl --silent --output answer --write-out "%{http_code} " "$@"; echo "$*"; cat answer >&2; }\n';
  const env = { PATH: process.env.PATH ?? '', KEY: app.keys.admin };
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', told + here], { cwd: folder, env });
  const lines = stdout
    .trimEnd()
    .split('\n')
    .filter((line) => /^\d{3} /.test(line));
  expect(
    lines.filter((line) => !/^2\d\d /.test(line)),
    stderr,
  ).toEqual([]);
  return lines.length;
}

describe('a snippet of README', () => {
  it('is run, or is named here with the reason why not', () => {
    const run = [...after, ...alone].map((heading) => `${heading} sh 1`);
    const known = (name: string) => run.includes(name) || name === 'Fetching a story js 1' || isElsewhere(name);
    expect(snippets.filter(({ name }) => !known(name)).map(({ name }) => name)).toEqual([]);
    const names = snippets.map(({ name }) => name);
    expect(run.filter((name) => !names.includes(name))).toEqual([]);
    expect(Object.keys(notHere).filter((name) => !names.some((one) => `${one} `.startsWith(`${name} `)))).toEqual([]);
  });
});

describe('the commands of README', () => {
  beforeAll(start);
  afterAll(() => app.close());

  it.each(after)('under "%s" work as they stand there, behind those of the first look', async (heading) => {
    expect(await runShell(heading)).toBeGreaterThan(0);
  });

  it('under "Webhooks" and "Erasing for good" work as they stand there', async () => {
    expect(await runShell('Webhooks')).toBe(1);
    expect(await runShell('Erasing for good')).toBe(1);
  });
});

describe('the commands of README that change what the others need', () => {
  beforeAll(start);
  afterAll(() => app.close());

  it('under "Corrections" work behind the first look', async () => {
    await runShell('A first look');
    expect(await runShell('Corrections')).toBe(1);
  });

  it('under "Uploading pictures" work with a picture and an image', async () => {
    writeFileSync(join(folder, 'arrival.jpg'), await jpeg());
    const { id } = await createResource(app, 'images', { alt: 'A', creditLine: 'Example Agency' });
    expect(await runShell('Uploading pictures', [id])).toBe(3);
  });

  it('under "Deleting" work with an article of version 3', async () => {
    const { id } = await createStory(app);
    await editStory(app, id, { deck: 'One' });
    await editStory(app, id, { deck: 'Two' });
    expect(await runShell('Deleting', [id])).toBe(2);
  });

  it('"Fetching a story" is a script that runs', async () => {
    const file = join(folder, 'fetching.mjs');
    writeFileSync(file, scriptOf('Fetching a story'));
    const env = { PATH: process.env.PATH ?? '', COPYDESK: app.app.listeningOrigin };
    const { stdout } = await promisify(execFile)(process.execPath, [file], { env });
    expect(stdout).toContain('Putin in Belarus');
    expect(stdout).toContain('Sanctions hit exports [');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('304');
  });
});

describe('README', () => {
  it('lists every setting, and no others', () => {
    const table = sectionsOf(readme).get('Settings') ?? '';
    const names = [...table.matchAll(/^\| (`[A-Z][A-Z0-9_]+`(?:, `[A-Z0-9_]+`)*) \|/gm)].flatMap(([, cell = '']) =>
      cell.replaceAll('`', '').split(', '),
    );
    expect(names.toSorted()).toEqual(settingNames.toSorted());
  });

  it('sets nothing that is no setting, in the unit and in the compose file', () => {
    const unit = [...readme.matchAll(/^Environment=(.*)$/gm)].flatMap(([, line = '']) => line.split(' '));
    const compose = readFileSync(new URL('../../.docker/compose.yaml', import.meta.url), 'utf8');
    const block = /environment:\n((?: {6}.*\n)+)/.exec(compose)?.[1] ?? '';
    const names = [
      ...unit.map((one) => one.split('=')[0] ?? ''),
      ...[...block.matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name = '']) => name),
    ];
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !settingNames.includes(name))).toEqual([]);
  });

  it('has links within itself, and to files, that lead somewhere', () => {
    const anchors = new Set(
      [...sectionsOf(readme).keys()].map((heading) =>
        heading
          .toLowerCase()
          .replaceAll(/[^\w\- ]/g, '')
          .replaceAll(' ', '-'),
      ),
    );
    const links = [...readme.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(30);
    const isThere = (link: string) => readFileSync(new URL(`../../${link}`, import.meta.url)).length > 0;
    const isDead = (link: string) =>
      link.startsWith('#') ? !anchors.has(link.slice(1)) : !/\/$/.test(link) && !isThere(link);
    expect(links.filter(isDead)).toEqual([]);
  });
});
