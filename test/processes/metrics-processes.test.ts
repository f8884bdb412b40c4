// Metrics of real processes: one, several, and such as die.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { readMetrics } from '../support/metrics.js';
import { RunningServer, run, temporaryFolder, tidyUp } from '../support/processes.js';
import { connectToEach, pidsIn } from '../support/workers.js';

const settings = (more: Record<string, string> = {}) => ({
  DATA_DIR: temporaryFolder(),
  NODE_ENV: 'production',
  ...more,
});
const ready = 'a worker is ready';
const metricsPattern = /^Its metrics are at (\S+)$/m;
afterAll(tidyUp);

/** How many stories were not found, by the worker that looked. */
async function missesByWorker(address: string): Promise<Record<string, number>> {
  const { numberOf, labelsOf } = await readMetrics(address);
  const name = 'http_request_duration_seconds_count';
  const misses = labelsOf(name).filter(({ route, status }) => route === '/v1/articles/{slug}' && status === '404');
  return Object.fromEntries(misses.map((labels) => [labels.worker, numberOf(name, labels) ?? 0]));
}

describe('METRICS_PORT', () => {
  it('is needed for metrics to be anywhere', async () => {
    const server = await RunningServer.start(settings());
    expect(server.stdout).not.toMatch(metricsPattern);
    expect((await fetch(`${server.address}/metrics`)).status).toBe(404);
    server.terminate();
    expect(await server.exitCode).toBe(0);
  });

  it('lets them be read there and not beside what is public, by this machine alone', async () => {
    const server = await RunningServer.start(settings({ METRICS_PORT: '0', HOST: '0.0.0.0' }));
    const [, address = ''] = await server.printed(metricsPattern);
    expect(new URL(address).hostname).toBe('127.0.0.1');
    expect((await readMetrics(address)).numberOf('copydesk_webhook_waiting')).toBe(0);
    expect((await fetch(`${server.address.replace('0.0.0.0', '127.0.0.1')}/metrics`)).status).toBe(404);
    server.terminate();
    expect(await server.exitCode).toBe(0);
  });

  it.each(['1', '2'])('says so in one line when it is taken, with WORKERS=%s', async (WORKERS) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const taken = settings({ PORT: '0', METRICS_PORT: String(port), WORKERS, LOG_LEVEL: 'silent' });
    const { code, stdout, stderr } = await run('src/server.ts', [], taken);
    other.close();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `copydesk: Port ${port} of 127.0.0.1 is taken. Stop what uses it, or set METRICS_PORT to another.\n`,
    );
  });

  it('must be a port', async () => {
    const { code, stderr } = await run('src/server.ts', [], settings({ METRICS_PORT: 'nine' }));
    expect(code).toBe(1);
    expect(stderr).toBe('copydesk: METRICS_PORT must be a whole number from 0 to 65535 (it is "nine")\n');
  });
});

describe('metrics of several workers', () => {
  it('are told of each, of what they share once, and go on when one dies', async () => {
    const server = await RunningServer.start(settings({ METRICS_PORT: '0', WORKERS: '2', NODE_ENV: 'development' }));
    const [, address = ''] = await server.printed(metricsPattern);
    const [, key = ''] = await server.printed(/^Admin key, shown only now: (\S+)$/m);
    await expect.poll(() => pidsIn(server, ready).length).toBe(2);
    const connections = await connectToEach(server, key, 2);
    const before = await missesByWorker(address);
    for (const [i, connection] of connections.entries()) for (let n = 0; n <= i; n++) await connection.worker();
    const after = await missesByWorker(address);
    const rises = Object.keys(after).map((worker) => (after[worker] ?? 0) - (before[worker] ?? 0));
    expect(rises.toSorted()).toEqual([1, 2]);

    const whole = await readMetrics(address);
    expect(whole.numberOf('copydesk_workers')).toBe(2);
    for (const name of ['copydesk_wal_bytes', 'copydesk_schedule_lag_seconds', 'copydesk_webhook_waiting'])
      expect(whole.labelsOf(name), name).toEqual([{}]);
    expect(whole.labelsOf('process_resident_memory_bytes').map(({ worker }) => worker)).toEqual(['primary', '1', '2']);

    process.kill(pidsIn(server, ready)[0] ?? 0, 'SIGKILL');
    await expect.poll(async () => (await readMetrics(address)).numberOf('copydesk_worker_ends_total')).toBe(1);
    await expect.poll(async () => (await readMetrics(address)).numberOf('copydesk_workers')).toBe(2);
    expect(Object.keys(await missesByWorker(address))).toEqual(['2']);
    for (const connection of connections) connection.close();
    server.terminate();
    expect(await server.exitCode).toBe(0);
  });

  it('leave one out that does not answer', async () => {
    const server = await RunningServer.start(settings({ METRICS_PORT: '0', WORKERS: '2' }));
    const [, address = ''] = await server.printed(metricsPattern);
    await expect.poll(() => pidsIn(server, ready).length).toBe(2);
    const [stuck = 0] = pidsIn(server, ready);
    process.kill(stuck, 'SIGSTOP');
    const { labelsOf } = await readMetrics(address);
    expect(labelsOf('process_resident_memory_bytes').map(({ worker }) => worker)).toEqual(['primary', '2']);
    process.kill(stuck, 'SIGCONT');
    server.terminate();
    expect(await server.exitCode).toBe(0);
  });
});
