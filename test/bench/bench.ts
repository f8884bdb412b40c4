// What the product does as a share of the floor, which is bare Fastify sending the same bytes with the same headers from memory, in the
// same run, round by round.
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureAgainstFloor, median, type Reading } from './against-floor.js';
import { makeCorpus, slugOf } from './corpus.js';
import type { LoadJob } from './load.js';
import { ask, makeLoad, startPeer, type Usage } from './peers.js';
import { measureColdPictures, warmPicture } from './pictures.js';
import { openBenchDatabase } from './postgres.js';
import { measureSaveBytes } from './save-bytes.js';
import { measureSearches, readsPerSecond } from './searches.js';
import { startTime } from './start-time.js';
import { measureStorageBytes } from './storage-bytes.js';
import { measureTransfers } from './transfers.js';
import { measureWorkers } from './workers.js';
import { measureWrites } from './writers.js';

const usage = `usage: npm run bench [-- [--only NAME] [--stories N] [--seconds N] [--rounds N] [--data FOLDER] [--postgres] [--json]]

Measures the product in turn with bare Fastify that sends the same bytes, and tells its share of what that does.
  --only NAME    one of by-slug, by-slug-zipf, by-slug-one, not-modified, list, list-deep, rendition, search, writes, cold-renditions,
                 workers, start, save-bytes, storage-bytes, and transfers, which is measured by this alone
  --stories N    how many there are: 10000
  --seconds N    of each round: 4
  --rounds N     of each work: 5
  --data FOLDER  keeps the stories there for further runs
  --postgres     keeps them in PostgreSQL; DATABASE_URL says in which, an empty one
  --json         prints all figures as one object`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    stories: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    /** Keeps the stories for further runs. */
    data: { type: 'string' },
    postgres: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit();
}
const stories = Number(values.stories);
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);

const say = (line: string) => void (values.json || console.log(line));

async function deepPath(address: string): Promise<string> {
  let cursor = '';
  for (let page = 1; page < Math.min(500, Math.floor(stories / 20)); page++) {
    const answer = (await (await fetch(`${address}/v1/articles?limit=20${cursor}`)).json()) as {
      page: { next: string };
    };
    cursor = `&cursor=${answer.page.next}`;
  }
  return `/v1/articles?limit=20${cursor}`;
}

/** What a save of one section keeps of a story of 300 blocks, in sections of ten and in a single one. */
async function tellSaveBytes(): Promise<Record<string, unknown>> {
  const told: Record<string, unknown> = {};
  say(
    '\n| a save, of 300 blocks | the story | the section | its revision | the database grows by |\n|---|---|---|---|---|',
  );
  for (const perSection of [10, 300]) {
    const bytes = await measureSaveBytes(perSection);
    told[`saveBytes${perSection}`] = bytes;
    const { storyBytes, sectionBytes, revisionBytes, fileBytes } = bytes;
    const kB = (n: number) => `${Math.round(n / 100) / 10} kB`;
    say(`| ${perSection} a section | ${[storyBytes, sectionBytes, revisionBytes, fileBytes].map(kB).join(' | ')} |`);
  }
  return told;
}

/** What a story and a save keep on disk, on either engine. */
async function tellStorageBytes(): Promise<Record<string, unknown>> {
  say(
    '\n| engine | a story as readers get it | kept of it | and of each save with its publication | in the log of each |\n|---|---|---|---|---|',
  );
  const bytes = await measureStorageBytes();
  const kB = (n: number | undefined) => (n === undefined ? '' : `${Math.round(n / 100) / 10} kB`);
  for (const [engine, of] of Object.entries(bytes)) {
    const log = of.storyLogBytes === undefined ? '' : `${kB(of.storyLogBytes)}, ${kB(of.revisionLogBytes)}`;
    say(`| ${engine} | ${[of.deliveredBytes, of.storyBytes, of.revisionBytes].map(kB).join(' | ')} | ${log} |`);
  }
  return { storageBytes: bytes };
}

/** An export and an import of all stories, each with the folder of its own that it takes. */
async function tellTransfers(): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(values.data ?? tmpdir(), 'copydesk-transfers-'));
  const transfers = await measureTransfers(folder, stories);
  rmSync(folder, { recursive: true });
  say(`\n| ${stories} stories | wall time | CPU time (user) | resident memory, at most |\n|---|---|---|---|`);
  for (const name of ['export', 'import'] as const) {
    const { seconds: took, userSeconds, peakBytes } = transfers[name];
    say(`| ${name} | ${took.toFixed(1)} s | ${userSeconds.toFixed(1)} s | ${Math.round(peakBytes / 1e6)} MB |`);
  }
  const { exportBytes, otherFiles } = transfers;
  say(
    `\n${Math.round(exportBytes / 1e6)} MB; exported again, other than before: ${otherFiles.join(', ') || 'nothing'}`,
  );
  return { transfers };
}

const wanted = (name: string) => values.only === undefined || values.only === name;
const { DATABASE_URL: givenUrl } = process.env;
const onPostgres = values.postgres || Boolean(givenUrl);
// What a save keeps is measured by the size of a file.
const results: Record<string, unknown> = wanted('save-bytes') && !onPostgres ? await tellSaveBytes() : {};
if (wanted('storage-bytes')) Object.assign(results, await tellStorageBytes());
// Only when asked for: it takes minutes, and room for the stories four times over.
if (values.only === 'transfers') Object.assign(results, await tellTransfers());
if (values.only?.endsWith('-bytes') || values.only === 'transfers') {
  if (values.json) console.log(JSON.stringify(results, null, 2));
  process.exit();
}

const dataDir = values.data ?? mkdtempSync(join(tmpdir(), 'copydesk-bench-'));
mkdirSync(dataDir, { recursive: true });
const databasePath = join(dataDir, 'copydesk.db');
say(
  `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}, ${stories} stories${onPostgres ? ', on PostgreSQL' : ''}`,
);
if (!existsSync(databasePath)) await makeCorpus(databasePath, stories);
const postgres = onPostgres ? await openBenchDatabase(databasePath, givenUrl || undefined) : undefined;
const place: Record<string, string> = { DATA_DIR: dataDir, ...(postgres && { DATABASE_URL: postgres.url }) };
const product = await startPeer('product.ts', [], { ...place, LOG_LEVEL: 'info' });
const deep = await deepPath(product.address);
const picture = await warmPicture(product.address);
// As the load is: not compressed.
const plain = { headers: { 'accept-encoding': 'identity' } };
/** Every story is read once, so that what is measured is serving and not the first look at each. */
async function warmUp(): Promise<void> {
  for (let i = 0; i < stories; i += 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, stories - i) }, (_, n) =>
        fetch(`${product.address}/v1/articles/${slugOf(i + n)}`, plain).then((answer) => answer.arrayBuffer()),
      ),
    );
  }
}
const { headers } = await fetch(`${product.address}/v1/articles/${slugOf(7)}`, plain);

const readings: Reading[] = [
  { name: 'by-slug', goal: 0.9, path: '/v1/articles/{slug}', pick: 'uniform' },
  { name: 'by-slug-zipf', goal: 0.9, path: '/v1/articles/{slug}', pick: 'zipf' },
  { name: 'by-slug-one', goal: 0.9, path: '/v1/articles/{slug}', pick: 'one' },
  {
    name: 'not-modified',
    goal: 0.9,
    path: '/v1/articles/{slug}',
    floorPath: '/known/{slug}',
    pick: 'one',
    headers: { 'if-none-match': headers.get('etag') ?? '' },
  },
  { name: 'list', goal: 0.8, path: '/v1/articles', pick: 'one' },
  { name: 'list-deep', goal: 0.8, path: deep, pick: 'one' },
  { name: 'rendition', goal: 0.7, path: picture, pick: 'one' },
];
const wantedReadings = readings.filter(({ name }) => wanted(name));
if (wanted('search') || wantedReadings.some(({ pick }) => pick !== 'one')) await warmUp();
if (wantedReadings.length > 0) {
  const floor = await startPeer('floor.ts', [databasePath, product.address, deep, picture], {});
  say(
    '\n| work | requests/s | floor | share of requests/s | share of CPU | goal | memory |\n|---|---|---|---|---|---|---|',
  );
  for (const reading of wantedReadings)
    results[reading.name] = await measureAgainstFloor(reading, product, floor, { stories, seconds, rounds }, say);
  floor.process.disconnect();
}

if (wanted('search')) {
  const { address } = product;
  const job: LoadJob = { address, path: '/v1/articles/{slug}', pick: 'uniform', stories, headers: {}, seconds };
  const search = await measureSearches(address, () => makeLoad({ ...job, rate: readsPerSecond }));
  Object.assign(results, { search });
  const { rssBytes } = await ask<Usage>(product.process, {});
  say(
    `\n| search for, while ${readsPerSecond} stories/s are read | p50 of reads | p99 of reads | goal | searches/s | p50 of searches |\n|---|---|---|---|---|---|`,
  );
  for (const [name, figures] of Object.entries(search)) {
    const { readsP50Ms, readsP99Ms, searchesPerSecond, searchP50Ms } = figures;
    say(`| ${name} | ${readsP50Ms} ms | ${readsP99Ms} ms | p99 < 25 ms | ${searchesPerSecond} | ${searchP50Ms} ms |`);
  }
  say(`\nMemory with the thread of the searches: ${Math.round(rssBytes / 1e6)} MB`);
}

if (wanted('cold-renditions')) {
  const times = await measureColdPictures(product.address);
  results.coldRenditionMs = times;
  say(
    `\nA picture of 1,280 pixels, made: ${Object.entries(times)
      .map((one) => `${one.join(' ')} ms`)
      .join(', ')}`,
  );
}

if (wanted('writes')) {
  const story = JSON.parse(readFileSync(new URL('../../seed/putin-lukashenko-minsk.json', import.meta.url), 'utf8'));
  const { save, publish, both } = await measureWrites(product.address, product.key, story, seconds * 2);
  Object.assign(results, { save, publish, saveAndPublish: both });
  say('\n| work, 10 writers | per second | p50 | p99 | goal |\n|---|---|---|---|---|');
  const rows = {
    save,
    'publish, each after a save that is not counted': publish,
    'these saves and publications': both,
  };
  for (const [name, figures] of Object.entries(rows)) {
    const goal = figures === both ? '' : '≥ 300/s, p99 < 100 ms';
    say(`| ${name} | ${figures.perSecond} | ${figures.p50Ms} ms | ${figures.p99Ms} ms | ${goal} |`);
  }
}
product.process.disconnect();
await once(product.process, 'exit');

if (wanted('workers')) {
  const job: LoadJob = { address: '', path: '/v1/articles/{slug}', pick: 'uniform', stories, headers: {}, seconds };
  say('\n| by-slug, processes | requests/s | p99 | CPU a request, all together |\n|---|---|---|---|');
  for (const count of [1, 2]) {
    const told = await measureWorkers(place, count, (address) => makeLoad({ ...job, address }));
    results[`workers${count}`] = told;
    say(`| ${count} | ${told.rps} | ${told.p99Ms} ms | ${told.cpuUs} µs |`);
  }
}

if (wanted('start')) {
  // The first start of an installation has nothing compiled to begin with, and is not counted.
  await startTime(place);
  const times = [];
  for (let i = 0; i < rounds; i++) times.push(await startTime(place));
  results.startMs = median(times);
  say(`\nStart on an existing database to the first 200: ${results.startMs} ms (goal: < 700 ms)`);
}
await postgres?.stop();
if (values.data === undefined) rmSync(dataDir, { recursive: true });
if (values.json) console.log(JSON.stringify(results, null, 2));
