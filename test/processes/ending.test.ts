// Servers that are asked to end while they are busy: what they have taken on they finish, and nobody can keep them for ever.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RunningServer, temporaryFolder } from '../support/processes.js';
import { RestlessClients } from '../support/restless-clients.js';
import { rounds } from '../support/rounds.js';
import { shortStory } from '../support/stories.js';
import { pidsIn } from '../support/workers.js';

const keyPattern = /copydesk_[0-9a-f]{12}_[0-9a-f]{64}_[0-9a-f]{8}/;
const keyOf = ({ stdout }: RunningServer) => keyPattern.exec(stdout)?.[0] ?? '';
const minsk = '/v1/articles/putin-lukashenko-minsk-december-2022';
const ready = 'a worker is ready';
const clientCount = 8;
const handovers = rounds({ quick: 3, short: 3, long: 30 });
const workersEnded = rounds({ quick: 4, short: 4, long: 40 });

/** A connection on which something was sent that does not end, and which the client leaves open whatever comes. */
async function stuck({ address }: RunningServer, sent: string): Promise<Socket> {
  const socket = connect({ port: Number(new URL(address).port), host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(sent);
  socket.pause();
  return socket;
}

/** How long a server takes to end once it is asked to. */
async function timeToEnd(server: RunningServer): Promise<number> {
  const began = performance.now();
  server.terminate();
  expect(await server.exitCode).toBe(0);
  return performance.now() - began;
}

describe('a server that is asked to end', () => {
  it('soon does though there are connections on which nothing was ever sent', async () => {
    const server = await RunningServer.start({ DATA_DIR: temporaryFolder() });
    const sockets = await Promise.all(Array.from({ length: 20 }, () => stuck(server, '')));
    expect(await timeToEnd(server)).toBeLessThan(10_000);
    for (const socket of sockets) socket.destroy();
  });

  it('does in time though clients send half a request, or do not read what they asked for', async () => {
    const server = await RunningServer.start({ DATA_DIR: temporaryFolder() });
    const authorization = `authorization: Bearer ${keyOf(server)}\r\n`;
    const upload = `POST /v1/manage/images HTTP/1.1\r\nhost: x\r\n${authorization}content-type: image/png\r\ncontent-length: 1000\r\n\r\nx`;
    const sockets = await Promise.all([
      stuck(server, `GET ${minsk} HTTP/1.1\r\nhost: x\r\nx-half`),
      stuck(server, upload),
      stuck(server, `GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(50)),
      stuck(server, 'GET /v1/stream HTTP/1.1\r\nhost: x\r\n\r\n'),
    ]);
    await wait(500);
    expect(await timeToEnd(server)).toBeLessThan(29_000);
    for (const socket of sockets) socket.destroy();
  });

  it('answers what comes in behind a request that it finishes, and then closes the connection', async () => {
    const server = await RunningServer.start({ DATA_DIR: temporaryFolder() });
    const body = JSON.stringify(shortStory({ slug: 'the-last-but-one' }));
    const socket = connect({ port: Number(new URL(server.address).port), host: '127.0.0.1' });
    let text = '';
    socket.setEncoding('utf8').on('data', (told: string) => {
      text += told;
    });
    const over = once(socket, 'close');
    const head = `authorization: Bearer ${keyOf(server)}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`;
    socket.write(`POST /v1/manage/articles HTTP/1.1\r\nhost: x\r\n${head}\r\nexpect: 100-continue\r\n\r\n`);
    await expect.poll(() => text).toContain('100 Continue');
    server.terminate();
    await server.printed(/"msg":"closing/);
    socket.write(`${body}GET ${minsk} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await over;
    expect(text.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['100', '201', '200'].map((status) => `HTTP/1.1 ${status}`));
    expect(text).toMatch(/"slug":"putin-lukashenko-minsk-december-2022"[\s\S]*\}\}$/);
    expect(await server.exitCode).toBe(0);
  });
});

describe.each(['1', '2'])('servers that take over from each other, with WORKERS=%s', (WORKERS) => {
  it('lose nothing that one of them has taken on', async () => {
    const settings = { DATA_DIR: temporaryFolder(), WORKERS };
    let server = await RunningServer.start(settings);
    const clients = new RestlessClients([server.address], keyOf(server));
    clients.begin(clientCount);
    for (let handover = 0; handover < handovers; handover++) {
      const next = await RunningServer.start(settings);
      const before = clients.acknowledged.size;
      await expect.poll(() => clients.acknowledged.size).toBeGreaterThan(before + 20);
      clients.turnTo([server.address, next.address]);
      expect(await timeToEnd(server)).toBeLessThan(29_000);
      server = next;
    }
    await expect.poll(() => clients.answers).toBeGreaterThan(clientCount * 10);
    await clients.end();
    await clients.requireNothingLost(server.address);
    clients.tell(`${handovers} handovers with WORKERS=${WORKERS}`);
  });
});

describe('a worker that is asked to end', () => {
  it('loses nothing that it has taken on, and another takes its place', async () => {
    const workers = 2;
    const server = await RunningServer.start({ DATA_DIR: temporaryFolder(), WORKERS: String(workers) });
    await expect.poll(() => pidsIn(server, ready).length).toBe(workers);
    const clients = new RestlessClients([server.address], keyOf(server));
    clients.begin(clientCount);
    for (let ended = 0; ended < workersEnded; ended++) {
      const before = clients.acknowledged.size;
      await expect.poll(() => clients.acknowledged.size).toBeGreaterThan(before + 20);
      process.kill(pidsIn(server, ready)[ended] ?? 0, 'SIGTERM');
      await expect.poll(() => pidsIn(server, ready).length).toBe(workers + ended + 1);
    }
    await clients.end();
    await clients.requireNothingLost(server.address);
    clients.tell(`${workersEnded} workers ended`);
    expect(await timeToEnd(server)).toBeLessThan(29_000);
  });
});
