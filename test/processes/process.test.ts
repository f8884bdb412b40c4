import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request as openRequest } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import DatabaseFile from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { copyOfTheProgram, RunningServer, run, send, temporaryFolder } from '../support/processes.js';
import { shortStory } from '../support/stories.js';

const minsk = 'putin-lukashenko-minsk-december-2022';
const keyPattern = /copydesk_[0-9a-f]{12}_[0-9a-f]{64}_[0-9a-f]{8}/g;

/** Only its document is asked. */
let reference: TestApp;
beforeAll(async () => {
  reference = await startApp();
});
afterAll(() => reference.close());

/** The key that a first start prints. */
function keyOf({ stdout }: RunningServer): string {
  return stdout.match(keyPattern)?.[0] ?? '';
}

/** Begins to post a story. Resolves once the server has read the headers; the result sends the body and gives the status. */
async function openPost(server: RunningServer, story: unknown, agent: Agent): Promise<() => Promise<number>> {
  const body = JSON.stringify(story);
  const posting = openRequest(`${server.address}/v1/manage/articles`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${keyOf(server)}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      expect: '100-continue',
    },
    agent,
  });
  const answered = once(posting, 'response') as Promise<[IncomingMessage]>;
  posting.flushHeaders();
  await once(posting, 'continue');
  return async () => {
    posting.end(body);
    const [answer] = await answered;
    await text(answer);
    return answer.statusCode ?? 0;
  };
}

describe('a server from its first start to its third', () => {
  const folder = temporaryFolder();
  let server: RunningServer;
  let key: string;

  beforeAll(async () => {
    server = await RunningServer.start({ DATA_DIR: folder });
    key = keyOf(server);
  });

  function get(path: string) {
    return send(reference.app, server, 'get', path, { key });
  }

  it('prints its address, that of its documentation, and one key', async () => {
    expect(server.stdout).toContain(`\nCopydesk is at ${server.address}/v1/articles\n`);
    expect(server.stdout).toContain(`\nIts documentation is at ${server.address}/docs\n`);
    expect(server.stdout.match(keyPattern)).toHaveLength(1);
    expect(server.stderr).toBe('');
    const docs = await fetch(`${server.address}/docs`);
    expect(docs.status).toBe(200);
    expect(await docs.text()).toContain('swagger-ui');
  });

  it('serves the story at once', async () => {
    const { body } = await send(reference.app, server, 'get', `/v1/articles/${minsk}`).expect(200);
    expect(body.data.sections).toHaveLength(4);
    expect(body.data.publishedAt).toMatch(/^2022-12-19T/);
  });

  it('lets its key in as an admin', async () => {
    const read = await get(`/v1/manage/articles/${minsk}`).expect(200);
    const change = { key, body: { slug: 'talks-in-minsk' }, ifMatch: String(read.headers.etag) };
    await send(reference.app, server, 'patch', `/v1/manage/articles/${minsk}`, change).expect(200);
  });

  it('answers what is not HTTP with a 400 problem', async () => {
    const socket = connect(Number(new URL(server.address).port), '127.0.0.1');
    socket.end('MAKE ME A STORY\r\n\r\n');
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    expect(head).toContain('content-type: application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ type: '/problems/malformed', status: 400 });
    await get('/healthz').expect(200);
  });

  it('finishes an open request after SIGTERM, takes no new one, and exits with 0', async () => {
    const finish = await openPost(server, shortStory({ slug: 'posted-while-closing' }), new Agent());
    server.terminate();
    await server.printed(/"msg":"closing/);
    await expect
      .poll(() =>
        fetch(`${server.address}/healthz`).then(
          () => 'up',
          () => 'down',
        ),
      )
      .toBe('down');
    expect(await finish()).toBe(201);
    expect(await server.exitCode).toBe(0);
    expect(server.stderr).toBe('');
  });

  it('leaves the whole database in one file when it has ended, beside the pictures', () => {
    expect(readdirSync(folder)).toEqual(['copydesk.db', 'media']);
  });

  it('neither loads the story again nor prints a key at its second start', async () => {
    server = await RunningServer.start({ DATA_DIR: folder });
    expect(server.stdout).toContain(`Its documentation is at ${server.address}/docs\n`);
    expect(server.stdout).not.toMatch(keyPattern);
    const { body } = await get('/v1/manage/articles').expect(200);
    const slugs = body.data.map(({ slug }: { slug: string }) => slug);
    expect(slugs.sort()).toEqual(['posted-while-closing', 'talks-in-minsk']);
  });

  it('has every story that it acknowledged before it was killed', async () => {
    const slugs = ['first', 'second', 'third'];
    for (const slug of slugs)
      await send(reference.app, server, 'post', '/v1/manage/articles', { key, body: shortStory({ slug }) }).expect(201);
    await server.kill();
    server = await RunningServer.start({ DATA_DIR: folder });
    for (const slug of slugs) {
      const { body } = await get(`/v1/manage/articles/${slug}`).expect(200);
      expect(body.data.sections).toHaveLength(3);
    }
  });
});

describe('a server that is asked to stop', () => {
  it('does not wait for clients that would keep their connections', async () => {
    const server = await RunningServer.start({ DATA_DIR: temporaryFolder() });
    const finish = await openPost(server, shortStory(), new Agent({ keepAlive: true }));
    server.terminate();
    await server.printed(/"msg":"closing/);
    expect(await finish()).toBe(201);
    expect(await server.exitCode).toBe(0);
  });
});

describe('a server in a folder whose name has spaces and accents', () => {
  it('finds its migrations and its story', async () => {
    const place = copyOfTheProgram('Où est la copie');
    const server = await RunningServer.start({ DATA_DIR: 'my data' }, place);
    await send(reference.app, server, 'get', `/v1/articles/${minsk}`).expect(200);
    expect(readdirSync(join(place, 'my data'))).toContain('copydesk.db');
  });
});

describe('a server in production', () => {
  it('neither loads the story nor prints a key; its log names the command that makes one', async () => {
    const DATA_DIR = temporaryFolder();
    const server = await RunningServer.start({ DATA_DIR, NODE_ENV: 'production' });
    await server.printed(/(?:npm run keys --|node dist\/cli\/keys\.js) create --role admin --name NAME/);
    expect(server.stdout).not.toMatch(keyPattern);
    await send(reference.app, server, 'get', `/v1/articles/${minsk}`).expect(404);
    const made = await run('src/cli/keys.ts', ['create', '--role', 'admin', '--name', 'NAME'], { DATA_DIR });
    const key = made.stdout.trimEnd().split('\n').at(-1) ?? '';
    const { body } = await send(reference.app, server, 'get', '/v1/manage/articles', { key }).expect(200);
    expect(body.data).toEqual([]);
  });

  it('says where it is by PUBLIC_URL', async () => {
    const server = new RunningServer({ DATA_DIR: temporaryFolder(), PUBLIC_URL: 'https://api.news.example/' });
    await server.printed(/Its documentation is at https:\/\/api\.news\.example\/docs\n/);
  });
});

describe.concurrent('a start that cannot succeed', { timeout: 60_000 }, () => {
  /** Starts the server, which must end with 1 and one line. */
  async function refusal(settings: Record<string, string>): Promise<string> {
    const { code, stdout, stderr } = await run('src/server.ts', [], { PORT: '0', ...settings });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^copydesk: [^\n]+\n$/);
    return stderr;
  }

  it.each([
    ['PORT', 'abc'],
    ['LOG_LEVEL', 'x'],
    ['PUBLIC_URL', 'ftp://x'],
  ])('names %s and its value when it is %s', async (name, value) => {
    const line = await refusal({ DATA_DIR: temporaryFolder(), [name]: value });
    expect(line).toContain(`${name} must be `);
    expect(line).toContain(JSON.stringify(value));
  });

  it('names every wrong setting in the one line', async () => {
    const line = await refusal({ DATA_DIR: temporaryFolder(), PORT: 'abc', LOG_LEVEL: 'x' });
    expect(line).toMatch(/PORT must be .*LOG_LEVEL must be /);
  });

  it('names the port that is taken, and the setting', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      const line = await refusal({ DATA_DIR: temporaryFolder(), PORT: String(port) });
      expect(line).toContain(`Port ${port} of 127.0.0.1 is taken.`);
      expect(line).toContain('set PORT');
    } finally {
      other.close();
    }
  });

  it('names the file that cannot be written, and the setting', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const line = await refusal({ DATA_DIR: join(file, 'data') });
    expect(line).toContain(join(file, 'data', 'copydesk.db'));
    expect(line).toContain('Set DATA_DIR to a folder that can be written.');
  });

  it('names the file that is no file', async () => {
    const DATA_DIR = temporaryFolder();
    mkdirSync(join(DATA_DIR, 'copydesk.db'));
    expect(await refusal({ DATA_DIR })).toContain(join(DATA_DIR, 'copydesk.db'));
  });

  it('names the file that is not a database, and leaves it alone', async () => {
    const DATA_DIR = temporaryFolder();
    writeFileSync(join(DATA_DIR, 'copydesk.db'), 'Once upon a time. '.repeat(1000));
    const line = await refusal({ DATA_DIR });
    expect(line).toContain(`${join(DATA_DIR, 'copydesk.db')}: file is not a database.`);
    expect(line).toContain('Restore it from a backup');
    expect(readdirSync(DATA_DIR)).toEqual(['copydesk.db']);
  });

  it('names the database that a newer version has made', async () => {
    const DATA_DIR = temporaryFolder();
    await run('src/cli/keys.ts', ['create', '--role', 'admin', '--name', 'NAME'], { DATA_DIR });
    const file = new DatabaseFile(join(DATA_DIR, 'copydesk.db'));
    file.exec("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('of a later version', 4000000000000)");
    file.close();
    const line = await refusal({ DATA_DIR });
    expect(line).toContain(join(DATA_DIR, 'copydesk.db'));
    expect(line).toContain('newer');
  });
});
