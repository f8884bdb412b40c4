// What the server and the commands begin with: the store and the picture files that the settings name, or one line that says why not.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError } from './config.js';
import type { Clock } from './kernel/clock.js';
import { type Media, openMedia } from './media/media.js';
import { folderStore } from './media/store/folder-store.js';
import { s3Store } from './media/store/s3-store.js';
import type { DatabaseFiles, FrozenStore, WholeDatabase } from './storage/database-files.js';
import { placeOf } from './storage/postgres/places.js';
import { sqliteDatabase, sqliteFiles } from './storage/sqlite/database-files.js';
import { openSqlite } from './storage/sqlite/engine.js';
import { NewerDatabase, type Store } from './storage/store.js';

/** Where the picture files are that belong to a store. */
export function mediaOf(config: Pick<Config, 'dataDir' | 's3' | 'uploadBytesMax'>, store: Store, clock: Clock): Media {
  const folder = join(config.dataDir, 'media');
  const files = config.s3
    ? s3Store({ ...config.s3, folder: join(folder, 'incoming') })
    : folderStore(join(folder, 'files'));
  return openMedia(store, clock, { folder, files, uploadBytesMax: config.uploadBytesMax });
}

/** The settings that say where the database is. */
type Place = Pick<Config, 'dataDir' | 'database'>;

/** Where the database is when it is a file. */
function databasePathOf({ dataDir }: Pick<Config, 'dataDir'>): string {
  return join(dataDir, 'copydesk.db');
}

/** What can be done with it as a file. @throws StartError when it is none */
export function databaseFilesOf({ database, dataDir }: Place): DatabaseFiles {
  if (database)
    throw new StartError(
      `DATABASE_URL names a PostgreSQL database: back it up by pg_dump -Fc or pg_basebackup, copy ${join(dataDir, 'media')} behind it, and restore it by pg_restore; README tells how, under Backups.`,
    );
  return sqliteFiles;
}

/** What may be told of where the database is. */
function placeNameOf(config: Place): string {
  return config.database ? placeOf(config.database.url) : databasePathOf(config);
}

/** What PostgreSQL needs is loaded by who uses it: it takes a tenth of a start. */
async function databaseOf(config: Place): Promise<WholeDatabase> {
  if (!config.database) return sqliteDatabase(databasePathOf(config));
  const { postgresDatabase } = await import('./storage/postgres/whole-database.js');
  return postgresDatabase(config.database.url);
}

/** The database that the settings name, as a whole; undefined when there is none. @throws StartError when nobody can tell */
export async function findDatabase(config: Place): Promise<WholeDatabase | undefined> {
  const database = await databaseOf(config);
  try {
    return (await database.isThere()) ? database : undefined;
  } catch (error) {
    throw cannotOpen(config, error);
  }
}

/** The same. @throws StartError when there is none as well */
export async function getDatabase(config: Place): Promise<WholeDatabase> {
  const database = await findDatabase(config);
  if (database) return database;
  const place = placeNameOf(config);
  throw new StartError(
    config.database
      ? `There is nothing of Copydesk in the database ${place}. Start the server on it once, or set DATABASE_URL.`
      : `There is no database at ${place}. Set DATA_DIR to where it is.`,
  );
}

/** Opens a database to read only, as it is at one moment. @throws StartError when it is of another version, or cannot be */
export async function openFrozen(config: Place, database: WholeDatabase): Promise<FrozenStore> {
  try {
    if ((await database.schemaAge()) === 'current') return await database.openFrozen();
  } catch (error) {
    throw cannotOpen(config, error);
  }
  throw new StartError(
    `${database.place} is of another version of Copydesk. Start the server of this version once, or use that one.`,
  );
}

/** A start that cannot succeed, in words for who started it. */
export class StartError extends Error {}

/**
 * Has nobody but the user, and whom its group is for, read the files that this process makes: drafts and the secrets of webhooks are in
 * the database, in backups and in exports. What the environment forbids beside that stays forbidden.
 */
export function keepFilesFromOthers(): void {
  process.umask(process.umask(0o077) | 0o007);
}

/** How long a server that is alone may take to see what a command, or the server that takes its place, has written. */
const commandUnseenMs = 20;

/**
 * Opens the store that the settings name.
 * @param isMigrated whether another process has just seen to its schema
 * @throws StartError
 */
export async function openStore(config: Config, isMigrated = false): Promise<Store> {
  if (config.database) return openServer(config, config.database, isMigrated);
  try {
    mkdirSync(config.dataDir, { recursive: true });
    const path = databasePathOf(config);
    const unseenMs = config.workers > 1 ? 0 : commandUnseenMs;
    return openSqlite({ path, cacheBytesMax: config.snapshotCacheBytesMax, unseenMs, isMigrated });
  } catch (error) {
    throw cannotOpen(config, error);
  }
}

async function openServer(
  config: Config,
  { url, connections }: NonNullable<Config['database']>,
  isMigrated: boolean,
): Promise<Store> {
  try {
    mkdirSync(config.dataDir, { recursive: true });
    const { openPostgres } = await import('./storage/postgres/engine.js');
    return await openPostgres({
      url,
      cacheBytesMax: config.snapshotCacheBytesMax,
      isMigrated,
      connectionsMax: connections,
    });
  } catch (error) {
    throw cannotOpen(config, error);
  }
}

/** What a server works with. */
export interface Stores {
  /** What is edited, and whatever an editor reads. */
  store: Store;
  /** What readers are served from: the same, unless the settings name a replica. */
  delivered: Store;
  close(): Promise<void>;
}

/** Opens them. @throws StartError */
export async function openStores(config: Config, isMigrated = false): Promise<Stores> {
  const store = await openStore(config, isMigrated);
  const hasReplica = config.database?.replicaUrl !== undefined;
  const delivered = hasReplica ? await openReplicaOf(store, config) : store;
  const close = async () => {
    for (const one of new Set([delivered, store])) await one.close();
  };
  return { store, delivered, close };
}

async function openReplicaOf(
  primary: Store,
  { database, snapshotCacheBytesMax: cacheBytesMax }: Config,
): Promise<Store> {
  const { replicaUrl: url = '', connections: connectionsMax = 0 } = database ?? {};
  try {
    const { openReplica } = await import('./storage/postgres/replica.js');
    return await openReplica({ url, cacheBytesMax, connectionsMax, primary });
  } catch (error) {
    await primary.close();
    throw cannotReach('replica', placeOf(url), 'READ_DATABASE_URL', error);
  }
}

function cannotOpen(config: Place, error: unknown): StartError {
  const place = placeNameOf(config);
  const message = messageOf(error);
  if (error instanceof NewerDatabase) return new StartError(`${place}: ${message}`, { cause: error });
  if (!config.database)
    return new StartError(`Cannot open the database ${place}: ${message}. ${cureFor(message)}`, { cause: error });
  return cannotReach('database', place, 'DATABASE_URL', error);
}

function cannotReach(what: string, place: string, setting: string, cause: unknown): StartError {
  const [host, name] = place.split('/');
  return new StartError(`Cannot open the ${what} ${name} at ${host}: ${messageOf(cause)}. Set ${setting}.`, { cause });
}

/** What went wrong; of an address that nobody answers at, the driver tells a code alone. */
function messageOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || String(code);
}

function cureFor(message: string): string {
  if (/no room left/.test(message)) return 'Make room, or set DATA_DIR to a folder on another disk.';
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
