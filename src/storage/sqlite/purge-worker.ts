// A thread of its own that rewrites the database file, so that readers are answered meanwhile. It ends with a message: nothing,
// or what prevented it.
import { parentPort, workerData } from 'node:worker_threads';
import DatabaseFile from 'better-sqlite3';

/** How long another process may hold the file up, in the middle of the work. */
const patienceMs = 5000;

function rewrite(path: string): void {
  const file = new DatabaseFile(path, { fileMustExist: true, timeout: 0 });
  try {
    file.pragma('synchronous = FULL');
    // First: while somebody reads what was, the log only grows, and every attempt would add the whole database to it.
    emptyLog(file);
    file.pragma(`busy_timeout = ${patienceMs}`);
    // What was taken out of the full-text index stands in it, marked as gone, until its parts are merged into one.
    for (const index of ['story_index', 'quote_index'])
      file.exec(`INSERT INTO ${index} (${index}) VALUES ('optimize')`);
    file.exec('VACUUM');
    emptyLog(file);
  } finally {
    file.close();
  }
}

/** Takes what is in the write-ahead log into the file and cuts the log to nothing. @throws when somebody still reads from it */
function emptyLog(file: DatabaseFile.Database): void {
  const [outcome] = file.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  if (outcome?.busy !== 0) throw new DatabaseFile.SqliteError('the write-ahead log is in use', 'SQLITE_BUSY');
}

try {
  rewrite((workerData as { path: string }).path);
  parentPort?.postMessage(undefined);
} catch (error) {
  const { message, code } = error as { message: string; code?: string };
  parentPort?.postMessage({ message, code: code ?? 'SQLITE_ERROR' });
}
