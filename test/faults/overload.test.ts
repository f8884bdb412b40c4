// More work than the server can do, and clients that cost more than they should: memory stays bounded, and others are served.
import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { establishedAt } from '../support/connections.js';
import { residentBytes, residentBytesMax } from '../support/memory.js';
import { type Asked, ask, capacityOf, openLoop } from '../support/open-loop.js';
import { RunningServer, temporaryFolder } from '../support/processes.js';
import { rounds } from '../support/rounds.js';
import { shortStory } from '../support/stories.js';

const keyPattern = /copydesk_[0-9a-f]{12}_[0-9a-f]{64}_[0-9a-f]{8}/;
const minsk = '/v1/articles/putin-lukashenko-minsk-december-2022';
const MB = 1024 * 1024;
const loadMs = rounds({ quick: 5000, short: 8000, long: 30_000 });

let server: RunningServer;
let key: string;

async function start(settings: Record<string, string> = {}): Promise<void> {
  server = await RunningServer.start({ DATA_DIR: temporaryFolder(), LOG_LEVEL: 'fatal', ...settings });
  key = keyPattern.exec(server.stdout)?.[0] ?? '';
}
afterEach(() => server.kill());

let count = 0;
/** What takes its time: stories to store, words that nobody has looked for, a story in parts. */
function next(): Asked {
  count += 1;
  if (count % 3 === 0) return { method: 'GET', path: `/v1/articles?q=minsk+-never${count}` };
  if (count % 3 === 1) return { method: 'GET', path: `${minsk}?fields=headline,sections.blocks.text` };
  return newStory();
}

function newStory(): Asked {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const body = JSON.stringify(shortStory({ headline: `Story ${count}` }));
  return { method: 'POST', path: '/v1/manage/articles', headers, body };
}

/** Asks again and again whether the server lives, until told to stop. @returns how long the answers took */
function watchHealth(): () => Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const took: number[] = [];
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const { status, ms } = await ask(agent, server.address, { method: 'GET', path: '/healthz' }, 60_000);
      expect(status).toBe(200);
      took.push(ms);
      await wait(200);
    }
  })();
  watching.catch(() => undefined);
  return async () => {
    isOver = true;
    await watching;
    agent.destroy();
    return took.sort((a, b) => a - b);
  };
}

/** Whether the server does its work as ever. */
async function requireNormal(): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  for (let i = 0; i < 12; i++) {
    const { status, text, ms } = await ask(agent, server.address, next(), 60_000);
    expect([status < 300, text.slice(0, 200)]).toEqual([true, text.slice(0, 200)]);
    expect(ms).toBeLessThan(20_000);
  }
  agent.destroy();
}

describe('three times as much as the server can do', () => {
  it('is answered, or refused with Retry-After, while it says that it lives; seconds later all is as ever', async () => {
    // As it runs with its own settings, and not with the tests' patience.
    await start({ EVENT_LOOP_DELAY_MAX_MS: '' });
    const capacity = await capacityOf(server.address, next, 16, 4000);
    const before = residentBytesMax(server.pid);
    const health = watchHealth();
    const load = { perSecond: 3 * capacity, connections: 1000, ms: loadMs, patienceMs: 30_000 };
    const outcomes = await openLoop(server.address, next, load);
    const healthMs = await health();
    const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
    const answers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const refused = answers.filter(({ status }) => status === 503);
    const ms = answers.map((answer) => answer.ms).sort((a, b) => a - b);
    console.log(
      `${capacity.toFixed(0)} requests/s it can; of ${outcomes.length} at three times that ${refused.length} refused, ${failed.length} failed; at most ${ms.at(-1)?.toFixed(0)} ms, median ${ms[ms.length >> 1]?.toFixed(0)} ms; health within ${healthMs.at(-1)?.toFixed(0)} ms; memory ${(before / MB).toFixed(0)} MB, then at most ${(residentBytesMax(server.pid) / MB).toFixed(0)} MB`,
    );
    expect([...new Set(failed)]).toEqual([]);
    for (const { status } of answers) expect([200, 201, 503]).toContain(status);
    for (const { headers, text } of refused) {
      expect(headers['retry-after']).toMatch(/^\d+$/);
      expect(JSON.parse(text)).toMatchObject({ type: '/problems/unavailable', status: 503 });
    }
    expect(residentBytesMax(server.pid) - before).toBeLessThan(300 * MB);
    await wait(5000);
    await requireNormal();
  });
});

/** Opens connections on which something is sent, and whose clients never close them. */
function connections(many: number, sent: string): Promise<Socket[]> {
  return Promise.all(
    Array.from({ length: many }, async () => {
      const socket = connect({ port: Number(new URL(server.address).port), host: '127.0.0.1', allowHalfOpen: true });
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.once('connect', resolve));
      if (sent !== '') socket.write(sent);
      return socket;
    }),
  );
}

describe('a thousand connections on which nothing happens', () => {
  it('cost little memory and nobody else any time; those that never send anything are closed', async () => {
    await start();
    await requireNormal();
    const before = residentBytes(server.pid);
    const silent = await connections(500, '');
    const idle = await connections(500, `GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n`);
    await requireNormal();
    const grown = residentBytes(server.pid) - before;
    console.log(`1,000 connections: ${(grown / MB).toFixed(0)} MB more`);
    expect(grown).toBeLessThan(100 * MB);
    await expect.poll(() => establishedAt(server), { timeout: 30_000, interval: 500 }).toBeLessThanOrEqual(510);
    await requireNormal();
    for (const socket of [...silent, ...idle]) socket.destroy();
  });
});

describe('more connections than there are files for', () => {
  it('are closed at once, while those that are there are served with all that it takes; then all is as ever', async () => {
    server = await RunningServer.start({ DATA_DIR: temporaryFolder(), LOG_LEVEL: 'warn' }, undefined, 'ulimit -n 200');
    key = keyPattern.exec(server.stdout)?.[0] ?? '';
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const asked = (path: string) => ask(agent, server.address, { method: 'GET', path }, 10_000);
    const { renditions } = JSON.parse((await asked('/v1/images?limit=1')).text).data[0];
    const many = await connections(300, '');
    await expect.poll(() => establishedAt(server)).toBe(36);
    // A thread, a rendition and a commit need files of their own.
    for (const path of ['/v1/articles?q=minsk', renditions.src, '/healthz', '/readyz'])
      expect([path, (await asked(path)).status]).toEqual([path, 200]);
    const { status } = await ask(agent, server.address, newStory(), 10_000);
    expect(status).toBe(201);
    for (const socket of many) socket.destroy();
    await requireNormal();
    expect(server.stdout.match(/"connectionsMax":36,/g)).toHaveLength(1);
    agent.destroy();
  });
});

/** A story of half a megabyte, live. */
async function longStory(n: number): Promise<string> {
  const agent = new Agent();
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const blocks = Array.from({ length: 70 }, (_, i) => ({
    type: 'paragraph',
    text: `${n} ${i} `.padEnd(7000, 'long '),
  }));
  const story = JSON.stringify(shortStory({ slug: `long-${n}`, sections: [{ heading: null, blocks }] }));
  const posting = { method: 'POST', path: '/v1/manage/articles', headers, body: story };
  const { id } = JSON.parse((await ask(agent, server.address, posting, 60_000)).text).data;
  const path = `/v1/manage/articles/${id}/publish`;
  const publishing = { method: 'POST', path, headers: { ...headers, 'if-match': '"1"' }, body: '{}' };
  const { status, text } = await ask(agent, server.address, publishing, 60_000);
  expect([status, status === 200 ? '' : text]).toEqual([200, '']);
  return `long-${n}`;
}

describe('clients that read what they asked for a byte a second', () => {
  it('are cut off, cost no more memory than is there for all of them, and hold nobody up', async () => {
    await start();
    for (let i = 0; i < 10; i++) await longStory(i);
    await requireNormal();
    const before = residentBytes(server.pid);
    // Of 4 MB each, as much again in parts of stories and of the document, and what is small.
    const paths = ['/v1/sync?limit=100', '/v1/articles/long-1', '/openapi.json', '/v1/articles?limit=100', minsk];
    const asked = paths.map((path) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
    const [sync = '', long = '', ...others] = asked;
    const sockets = [
      ...(await connections(60, sync)),
      ...(await connections(60, long.repeat(10))),
      ...(await Promise.all(others.map((request) => connections(30, request)))).flat(),
    ];
    for (const socket of sockets) socket.on('readable', () => undefined);
    const sip = setInterval(() => {
      for (const socket of sockets) socket.read(1);
    }, 1000);
    const health = watchHealth();
    // To make so many large answers at once takes its time.
    await wait(15_000);
    await requireNormal();
    const healthMs = await health();
    const grown = residentBytesMax(server.pid) - before;
    console.log(
      `${sockets.length} slow readers: at most ${(grown / MB).toFixed(0)} MB more; health within ${healthMs.at(-1)?.toFixed(0)} ms`,
    );
    expect(grown).toBeLessThan(450 * MB);
    // Left are those to whom the operating system could take everything off the server's hands.
    await expect.poll(() => establishedAt(server), { timeout: 60_000, interval: 1000 }).toBeLessThanOrEqual(100);
    await requireNormal();
    clearInterval(sip);
    for (const socket of sockets) socket.destroy();
  });
});
