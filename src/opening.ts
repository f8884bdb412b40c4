// What the server and the commands begin with: the store that the settings name, or one line that says why not.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError } from './config.js';
import type { DatabaseFiles } from './storage/database-files.js';
import { sqliteFiles } from './storage/sqlite/database-files.js';
import { openSqlite } from './storage/sqlite/engine.js';
import { NewerDatabase, type Store } from './storage/store.js';

/** Where the database is that the settings name. */
export function databasePathOf({ dataDir }: Pick<Config, 'dataDir'>): string {
  return join(dataDir, 'copydesk.db');
}

/** What can be done with it as a file. */
export const databaseFiles: DatabaseFiles = sqliteFiles;

/** A start that cannot succeed, in words for who started it. */
export class StartError extends Error {}

/**
 * Opens the store that the settings name.
 * @param isMigrated whether another process has just seen to its schema
 * @throws StartError
 */
export function openStore(config: Config, isMigrated = false): Store {
  const path = databasePathOf(config);
  try {
    mkdirSync(config.dataDir, { recursive: true });
    return openSqlite({ path, cacheBytesMax: config.snapshotCacheBytesMax, isMigrated });
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof NewerDatabase) throw new StartError(`${path}: ${message}`, { cause: error });
    throw new StartError(`Cannot open the database ${path}: ${message}. ${cureFor(message)}`, { cause: error });
  }
}

function cureFor(message: string): string {
  return /not a database|malformed|broken references/.test(message)
    ? 'Restore it from a backup, or set DATA_DIR to another folder.'
    : 'Set DATA_DIR to a folder that can be written.';
}

/** Ends the process with one line that says why. */
export function exitWith(error: unknown): never {
  const isExpected = error instanceof StartError || error instanceof ConfigError;
  console.error(`copydesk: ${isExpected ? (error as Error).message : ((error as Error).stack ?? error)}`);
  process.exit(1);
}
