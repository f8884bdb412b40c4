// The corpus on PostgreSQL: what the file has, taken over, so that both engines serve the same bytes.
import { reindex } from '../../src/publishing/reindexing/service.js';
import { openPostgres } from '../../src/storage/postgres/engine.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import { startPostgres } from '../support/postgres-server.js';
import { takeOver } from './take-over.js';

export interface BenchDatabase {
  url: string;
  stop(): Promise<void>;
}

/**
 * Takes the corpus over into PostgreSQL.
 * @param path of the corpus
 * @param given of an empty database; a server with PostgreSQL's own settings is started when left out
 */
export async function openBenchDatabase(path: string, given: string | undefined): Promise<BenchDatabase> {
  const database = given === undefined ? await startOwn() : { url: given, stop: async () => undefined };
  const [from, to] = [
    openSqlite({ path, cacheBytesMax: 0, isMigrated: true }),
    await openPostgres({ url: database.url, cacheBytesMax: 0 }),
  ];
  await takeOver(from, database.url);
  await reindex(to);
  await from.close();
  await to.close();
  return database;
}

async function startOwn(): Promise<BenchDatabase> {
  const { server, stop } = await startPostgres([]);
  await server.createDatabase('bench');
  return { url: `${server.url}/bench`, stop };
}
