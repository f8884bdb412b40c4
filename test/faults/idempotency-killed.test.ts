// A real server that is killed between the commit of a write and its answer, and what the request gets that is sent again.
import DatabaseFile from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { RunningServer, run, send, temporaryFolder } from '../support/processes.js';
import { shortStory } from '../support/stories.js';

const DATA_DIR = temporaryFolder();
const path = `${DATA_DIR}/copydesk.db`;
/** Only its document is asked. */
let reference: TestApp;
let server: RunningServer;
let key: string;

const start = () => RunningServer.start({ DATA_DIR, NODE_ENV: 'production' });
beforeAll(async () => {
  reference = await startApp();
  const made = await run('src/cli/keys.ts', ['create', '--role', 'publisher', '--name', 'writer'], { DATA_DIR });
  key = made.stdout.trim().split('\n').at(-1) ?? '';
  server = await start();
});
afterAll(async () => {
  await server.kill();
  await reference.close();
});

const post = (to: string, body: object, idempotencyKey: string, ifMatch?: string) =>
  send(reference.app, server, 'post', to, { key, body, ...(ifMatch !== undefined && { ifMatch }) }).set(
    'idempotency-key',
    idempotencyKey,
  );

function withFile<Result>(work: (file: DatabaseFile.Database) => Result): Result {
  const file = new DatabaseFile(path, { timeout: 30_000 });
  try {
    return work(file);
  } finally {
    file.close();
  }
}

/** How often each thing was written, as the log and the tables have it. */
const written = () =>
  withFile((file) =>
    ['changes', 'revisions', 'articles', 'corrections', 'publications'].map((table) =>
      file.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
    ),
  );

/**
 * Sends a request and kills the server once what it writes is on disk. The answer cannot come before: to be kept, it has to wait
 * for a trigger that counts for minutes.
 */
async function killBehindCommit(request: () => PromiseLike<unknown>, idempotencyKey: string): Promise<void> {
  withFile((file) =>
    file.exec(`CREATE TRIGGER slow BEFORE UPDATE ON idempotent_answers BEGIN
      SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1e10) SELECT i FROM n);
    END`),
  );
  let isAnswered = false;
  const sent = request().then(
    () => {
      isAnswered = true;
    },
    () => undefined,
  );
  const reader = new DatabaseFile(path, { readonly: true });
  const marked = reader.prepare('SELECT count(*) FROM idempotent_answers WHERE idempotency_key = ?').pluck();
  await expect.poll(() => marked.get(idempotencyKey), { timeout: 20_000, interval: 5 }).toBe(1);
  reader.close();
  await server.kill();
  await sent;
  expect(isAnswered).toBe(false);
  withFile((file) => file.exec('DROP TRIGGER slow'));
}

describe('a request whose server was killed between commit and answer', () => {
  it('is answered when it is sent again to the next server, and was done once', async () => {
    const body = shortStory({ slug: 'killed' });
    await killBehindCommit(() => post('/v1/manage/articles', body, 'create'), 'create');
    const before = written();
    server = await start();
    const retried = await post('/v1/manage/articles', body, 'create').expect(201);
    const { data } = retried.body;
    expect(data).toMatchObject({ slug: 'killed', version: 1 });
    expect(retried.headers).toMatchObject({
      'idempotency-replayed': 'true',
      etag: '"1"',
      location: `/v1/manage/articles/${data.id}`,
    });
    expect((await post('/v1/manage/articles', body, 'create').expect(201)).text).toBe(retried.text);
    await post('/v1/manage/articles', { ...body, headline: 'Another' }, 'create').expect(422);
    expect(written()).toEqual(before);

    const publish = `/v1/manage/articles/${data.id}/publish`;
    const request = { correction: { kind: 'update', text: 'Told once.' } };
    await killBehindCommit(() => post(publish, request, 'publish', '"1"'), 'publish');
    const published = written();
    server = await start();
    const answer = await post(publish, request, 'publish', '"1"').expect(200);
    expect(answer.body).toMatchObject({
      data: { version: 2, publication: { state: 'live' } },
      warnings: expect.any(Array),
    });
    expect(written()).toEqual(published);
  }, 120_000);

  it('is answered over a restart as it was before', async () => {
    const body = shortStory({ slug: 'kept' });
    const first = await post('/v1/manage/articles', body, 'kept').expect(201);
    await server.kill();
    server = await start();
    const again = await post('/v1/manage/articles', body, 'kept').expect(201);
    expect([again.text, again.headers['idempotency-replayed']]).toEqual([first.text, 'true']);
  }, 60_000);
});
