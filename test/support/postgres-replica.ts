// A primary with a streaming replica, on this machine.
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { freePort } from './ports.js';
import { onDatabase } from './postgres.js';
import { PostgresServer, startPostgres } from './postgres-server.js';

/** Enough of the log is kept for a replica that was away for a moment. */
const flags = ['-c', 'wal_keep_size=256MB'];
const patience = { timeout: 30_000, interval: 20 };

/** Starts both, with a database of this name; everything is synced to disk. */
export async function startReplicated(name: string) {
  const { server: primary } = await startPostgres(flags);
  await primary.createDatabase(name);
  const replica = await copyOf(primary);
  const url = (server: PostgresServer) => `${server.url}/${name}`;
  return {
    primary,
    replica,
    primaryUrl: url(primary),
    replicaUrl: url(replica),
    /** As libpq takes it: whichever of the two can be written to. */
    eitherUrl: url(primary).replace(/@([^/]+)/, `@$1,127.0.0.1:${replica.port}`),
    async stop() {
      await replica.discard();
      await primary.discard();
    },
  };
}

/** Commits are answered once they are on the disk of the replica as well. */
export async function makeSynchronous({ url }: PostgresServer): Promise<void> {
  await onDatabase(`${url}/postgres`, async (client) => {
    await client.query("ALTER SYSTEM SET synchronous_standby_names = 'replica'");
    await client.query('SELECT pg_reload_conf()');
    const state = async () => (await client.query('SELECT sync_state FROM pg_stat_replication')).rows;
    await vi.waitFor(async () => expect(await state()).toEqual([{ sync_state: 'sync' }]), patience);
  });
}

/** Makes a replica the primary. */
export async function promote({ url }: PostgresServer): Promise<void> {
  await onDatabase(`${url}/postgres`, (client) => client.query('SELECT pg_promote()'));
}

async function copyOf(primary: PostgresServer): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'copydesk-replica-'));
  await primary.stop();
  rmSync(folder, { recursive: true });
  const copied = spawnSync('cp', ['-a', primary.folder, folder]);
  if (copied.status !== 0) throw new Error(String(copied.stderr));
  await primary.start();
  const source = `host=127.0.0.1 port=${primary.port} user=postgres password=postgres application_name=replica`;
  appendFileSync(join(folder, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`);
  writeFileSync(join(folder, 'standby.signal'), '');
  const replica = new PostgresServer(folder, await freePort(), flags);
  await startReplica(replica);
  return replica;
}

/** Starts it, and waits until it can be read. */
export async function startReplica(replica: PostgresServer): Promise<void> {
  // Says that it takes connections only once it takes writes.
  replica.start().catch(() => undefined);
  const isReplica = () =>
    onDatabase(`${replica.url}/postgres`, async (client) => {
      const { rows } = await client.query('SELECT pg_is_in_recovery() AS is');
      return rows[0]?.is;
    }).catch(() => undefined);
  await vi.waitFor(async () => expect(await isReplica()).toBe(true), patience);
}
