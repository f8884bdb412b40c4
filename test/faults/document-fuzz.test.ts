// Requests to every operation by every role, made from the document: as it has them, and with one thing wrong; on each engine.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { postgresRaw } from '../support/postgres-raw.js';
import { startPostgres } from '../support/postgres-server.js';
import { run } from '../support/processes.js';
import { chanceOf, rounds, seed } from '../support/rounds.js';
import { sqliteRaw } from '../support/sqlite-raw.js';
import { requireTrueIndex } from '../support/true-index.js';
import { type OpenApi, type Operation, operationsOf } from './fuzzing/document.js';
import { Judge, tableNames } from './fuzzing/judging.js';
import { Newsroom } from './fuzzing/newsroom.js';
import type { Request } from './fuzzing/requests.js';
import { type Answer, send } from './fuzzing/sending.js';
import { requestTo } from './fuzzing/spoiling.js';

/** After how many requests the stock is filled up: some of them delete and erase. */
const stockEvery = 250;

/** A database for a server, and what is to be looked at in it once that has ended. */
interface Engine {
  settings: Record<string, string>;
  requireSound(folder: string): Promise<void>;
  stop(): Promise<void>;
}

async function onSqlite(): Promise<Engine> {
  return {
    settings: {},
    async requireSound(folder) {
      const path = join(folder, 'copydesk.db');
      const file = new Database(path);
      expect(file.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(file.pragma('foreign_key_check')).toEqual([]);
      file.close();
      await requireTrueIndex(sqliteRaw(path));
    },
    stop: async () => undefined,
  };
}

async function onPostgres(): Promise<Engine> {
  const { url, server, stop } = await startPostgres();
  await server.createDatabase('newsroom');
  const DATABASE_URL = `${url}/newsroom`;
  return { settings: { DATABASE_URL }, requireSound: () => requireTrueIndex(postgresRaw(DATABASE_URL)), stop };
}

describe.each([
  { name: 'SQLite', start: onSqlite, perOperation: rounds({ quick: 1, short: 8, long: 100 }) },
  { name: 'PostgreSQL', start: onPostgres, perOperation: rounds({ quick: 1, short: 4, long: 100 }) },
])('the server on $name', ({ start, perOperation }) => {
  /** Only its document and the names of its tables are asked. */
  let reference: TestApp;
  let engine: Engine;
  let newsroom: Newsroom;
  let judge: Judge;
  let document: OpenApi;
  let operations: Operation[];
  /** The statuses that each operation has answered. */
  const answered = new Map<string, Set<number>>();

  beforeAll(async () => {
    reference = await startApp();
    engine = await start();
    newsroom = await Newsroom.open(engine.settings);
    judge = new Judge(reference.app, tableNames(reference.path));
    document = (await (await fetch(`${newsroom.server.address}/openapi.json`)).json()) as OpenApi;
    operations = operationsOf(document);
    await newsroom.stock();
    await newsroom.stock();
  });
  afterAll(async () => {
    await newsroom.server.kill();
    await engine.stop();
    await reference.close();
  });

  /** The requests of this round, in an order of chance. */
  function requests(): Request[] {
    const made = operations.flatMap((operation, i) =>
      fc.sample(requestTo(operation, document.components.schemas), { numRuns: perOperation, seed: seed + i }),
    );
    const chance = chanceOf('order of requests');
    return made
      .map((request) => ({ request, at: chance() }))
      .sort((a, b) => a.at - b.at)
      .map(({ request }) => request);
  }

  async function ask(request: Request): Promise<{ line: string; answer: Answer }> {
    const { operation, method, path, pick, query, role, headers, isCurrent, body } = request;
    const filled = newsroom.fill(path, operation.path, pick);
    const line = newsroom.fillText(query === '' ? filled : `${filled}?${query}`.replaceAll('%40', '@'));
    const text = typeof body === 'string' ? newsroom.fillText(body) : body;
    const sent = {
      ...(role && { authorization: `Bearer ${newsroom.keys[role]}` }),
      ...(isCurrent && (await newsroom.currentVersion(request, text))),
      ...headers,
    };
    return { line, answer: await send(newsroom.server.address, { method, path: line, headers: sent, body: text }) };
  }

  /** What is wrong with the answer to a request, with the request. */
  async function faultsOf(request: Request): Promise<string[]> {
    const { method, operation, wrong, role, headers, body } = request;
    const { line, answer } = await ask(request);
    const known = answered.get(operation.operationId) ?? new Set();
    answered.set(operation.operationId, known.add(answer.status));
    const faults = judge.faultsOf(method, line, answer);
    const asked = `${operation.operationId}, wrong is ${wrong}: ${method} ${line.slice(0, 200)} as ${role} ${JSON.stringify(headers).slice(0, 300)} ${String(body ?? '').slice(0, 500)}`;
    return faults.map((fault) => `${fault.slice(0, 600)}\n  asked: ${asked}`);
  }

  it(`answers ${perOperation} requests to each operation as its document says`, async () => {
    const faults: string[] = [];
    let count = 0;
    for (const request of requests()) {
      if (count % stockEvery === stockEvery - 1) await newsroom.stock();
      faults.push(
        ...(await faultsOf(request).catch((error) => [
          `no answer: ${error}\n  asked: ${JSON.stringify(request).slice(0, 800)}`,
        ])),
      );
      count += 1;
    }
    const statuses = [...answered.values()].flatMap((known) => [...known]);
    console.log(
      `${count} requests to ${operations.length} operations; statuses seen: ${[...new Set(statuses)].sort().join(' ')}`,
    );
    expect(faults).toEqual([]);
    expect(count).toBe(perOperation * operations.length);
  });

  it('was asked what is right as well: every operation has done what it is for', () => {
    if (perOperation < 100) return;
    // Only a change to hundreds of stories makes a propagation to ask for.
    const known = operations.map(({ operationId }) => operationId).filter((id) => id !== 'getPropagation');
    const done = (id: string) => [...(answered.get(id) ?? [])].some((status) => status < 400);
    expect(known.filter((id) => !done(id))).toEqual([]);
  });

  it('lives, has logged no failure, and has kept everything sound', async () => {
    expect((await fetch(`${newsroom.server.address}/readyz`)).status).toBe(200);
    const logged = newsroom.server.stdout.split('\n').filter((line) => /"level":[56]0/.test(line));
    expect(logged).toEqual([]);
    newsroom.server.terminate();
    expect(await newsroom.server.exitCode).toBe(0);
    await engine.requireSound(newsroom.settings.DATA_DIR);
    const { code, stdout } = await run('src/cli/doctor.ts', [], newsroom.settings);
    expect([code, stdout]).toEqual([0, expect.any(String)]);
  });
});
