// What readers get is the same to the byte on either engine.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { mediaOf } from '../../src/opening.js';
import { recompile } from '../../src/publishing/recompiling/service.js';
import { seedFiles, seedStories } from '../../src/seeding.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import type { Store } from '../../src/storage/store.js';
import { makeExport } from '../../src/transfer/exporting/making.js';
import { checkExport, importAll } from '../../src/transfer/importing/import.js';
import { Report } from '../../src/transfer/importing/report.js';
import { TestClock } from '../support/app.js';
import { newDatabase, type TestDatabase } from '../support/engine.js';
import { servicesIn } from '../support/services.js';

let folder: string;
let database: TestDatabase;
let [sqlite, postgres]: Store[] = [];

/** Takes everything over, as the commands do. */
async function takeOver(from: Store, to: Store): Promise<void> {
  const clock = new TestClock();
  const { files } = mediaOf({ dataDir: folder, s3: undefined, uploadBytesMax: 1 }, from, clock);
  const [place, signal] = [join(folder, 'export'), AbortSignal.timeout(60_000)];
  const onProgress = () => undefined;
  await makeExport({ store: from, files, clock }, { folder: place, scope: {}, signal, onProgress });
  const report = await Report.open(undefined);
  const told = { checking: onProgress, lines: onProgress, mending: onProgress };
  const request = { folder: place, isDry: false, report, signal, onProgress: told };
  await importAll({ store: to, files, clock }, await checkExport(request), request);
  await report.close();
  expect(report.told).toEqual([]);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'copydesk-bytes-'));
  database = await newDatabase(folder);
  const one = openSqlite({ path: join(folder, 'copydesk.db'), cacheBytesMax: 1_000_000 });
  await seedStories(servicesIn(folder, one, new TestClock()), await seedFiles());
  const other = await database.open();
  await takeOver(one, other);
  [sqlite, postgres] = [one, other];
});

afterAll(async () => {
  await sqlite?.close();
  await postgres?.close();
  await database.discard();
  rmSync(folder, { recursive: true });
});

/** Everything that readers can ask for about a story, with its tag. */
async function readAll(store: Store): Promise<Record<string, unknown>> {
  const config = readConfig({ NODE_ENV: 'test', DATA_DIR: folder, PUBLIC_URL: 'https://copydesk.example' });
  const clock = new TestClock();
  const app = await buildApp({ config, store, clock, services: servicesIn(folder, store, clock) });
  const listed = (await app.inject('/v1/articles')).json().data;
  const slug = String(listed[0].slug);
  const paths = [
    ...['', '?format=html', '?format=markdown', '?format=text', '?format=jsonld', '?format=ninjs'].map(
      (format) => `/v1/articles/${slug}${format}`,
    ),
    `/v1/articles/${slug}/sections`,
    `/v1/articles/${slug}/history`,
    '/v1/articles',
    '/v1/articles?desk=world&language=en',
    '/v1/images',
    '/v1/quotes',
    '/v1/quotes?q=expediency',
    '/v1/embeds',
    '/v1/speakers',
    '/v1/tags',
    '/v1/desks',
    '/v1/feeds/rss.xml',
    '/v1/feeds/feed.json',
  ];
  const answers: Record<string, unknown> = {};
  for (const path of paths) {
    const { statusCode, headers, body } = await app.inject(path);
    expect({ path, statusCode }).toEqual({ path, statusCode: 200 });
    answers[path] = { etag: headers.etag, modified: headers['last-modified'], body };
  }
  await app.close();
  return answers;
}

describe('what readers get', () => {
  it('has the same bytes and the same ETag on both engines', async () => {
    if (!sqlite || !postgres) throw new Error('not opened');
    const [ours, theirs] = [await readAll(sqlite), await readAll(postgres)];
    expect(theirs).toEqual(ours);
  });

  it('comes out the same when it is compiled anew from what the other engine keeps', async () => {
    if (!postgres) throw new Error('not opened');
    const done = await recompile(postgres, new TestClock(), () => undefined);
    expect(done).toEqual({ stories: expect.any(Number), stale: 0, failed: [] });
    expect(done.stories).toBeGreaterThan(0);
  });
});
