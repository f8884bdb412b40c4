import { stat } from 'node:fs/promises';
import DatabaseFile from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import {
  type DatabaseFaults,
  type DatabaseFiles,
  type FrozenStore,
  refusals,
  searchRefusals,
  type WholeDatabase,
} from '../database-files.js';
import { jsonText } from './database.js';
import { domainError } from './errors.js';
import { schemaAge } from './migrate.js';
import { openForReading } from './reading.js';
import { clear, putQuote, putStory } from './search/index-rows.js';
import * as tables from './tables.js';

/** Pages that are copied in one turn of the event loop. */
const pagesPerTurn = 500;
/** Of more faults of a kind than these, only so many are told. */
const faultsMax = 100;

export const sqliteFiles: DatabaseFiles = {
  async isThere(path) {
    try {
      await stat(path);
      return true;
    } catch (error) {
      if (/^(ENOENT|ENOTDIR)$/.test((error as NodeJS.ErrnoException).code ?? '')) return false;
      throw error;
    }
  },

  async copy(from, to, onProgress) {
    const source = openForReading(from);
    try {
      // While this transaction reads, the copy is of its moment: else every commit of others would make the copying begin anew.
      freeze(source);
      await source.backup(to, {
        progress({ totalPages, remainingPages }) {
          onProgress(1 - remainingPages / Math.max(1, totalPages));
          return pagesPerTurn;
        },
      });
    } finally {
      source.close();
    }
    const copy = new DatabaseFile(to, { fileMustExist: true });
    try {
      // So that it needs no other file beside it, whoever looks into it.
      copy.pragma('journal_mode = DELETE');
    } finally {
      copy.close();
    }
  },

  faultsOf(path) {
    const file = openForReading(path);
    try {
      return findFaults(file);
    } finally {
      file.close();
    }
  },

  schemaAgeOf(path) {
    const file = openForReading(path);
    try {
      return schemaAge(file);
    } finally {
      file.close();
    }
  },

  isInUse(path) {
    const file = new DatabaseFile(path, { fileMustExist: true, timeout: 0 });
    try {
      file.pragma('locking_mode = EXCLUSIVE');
      file.exec('BEGIN EXCLUSIVE');
      file.exec('ROLLBACK');
      return false;
    } catch (error) {
      return (error as { code?: string }).code?.startsWith('SQLITE_BUSY') === true;
    } finally {
      file.close();
    }
  },

  openFrozen(path) {
    const file = openForReading(path);
    freeze(file);
    return frozenStore(file);
  },
};

/** The database in a file. */
export function sqliteDatabase(path: string): WholeDatabase {
  return {
    place: path,
    cure: 'a backup: npm run restore into another DATA_DIR',
    isThere: () => sqliteFiles.isThere(path),
    schemaAge: async () => sqliteFiles.schemaAgeOf(path),
    faults: async () => sqliteFiles.faultsOf(path),
    openFrozen: async () => sqliteFiles.openFrozen(path),
  };
}

function freeze(file: DatabaseFile.Database): void {
  file.exec('BEGIN');
  // Only a first read takes hold of the moment.
  file.prepare('SELECT count(*) FROM sqlite_master').get();
}

/** Looks at everything. SQLite has its full-text indexes look at themselves as well. */
function findFaults(file: DatabaseFile.Database): DatabaseFaults {
  const told = file
    .prepare<[], string>(`PRAGMA integrity_check(${faultsMax})`)
    .pluck()
    .all()
    .filter((line) => line !== 'ok');
  const isFullText = (line: string) => /\b(story|quote)_index\b|\bfts5\b/i.test(line);
  const broken = file.pragma('foreign_key_check') as { table: string; rowid: number; parent: string }[];
  return {
    pages: told.filter((line) => !isFullText(line)),
    pagesLooked: 'every page',
    references: broken
      .slice(0, faultsMax)
      .map(({ table, rowid, parent }) => `row ${rowid} of ${table} points at nothing in ${parent}`),
    fullText: [...told.filter(isFullText), ...rowsWithoutWords(file)],
  };
}

/** Rows of the index that are known to it by number only. */
function rowsWithoutWords(file: DatabaseFile.Database): string[] {
  const has = file.prepare("SELECT 1 FROM sqlite_master WHERE name = 'story_index_docsize'").get();
  if (!has) return [];
  return (['story', 'quote'] as const).flatMap((kind) => {
    const count = file
      .prepare<[], number>(
        `SELECT count(*) FROM ${kind}_documents WHERE hash <> '' AND id NOT IN (SELECT id FROM ${kind}_index_docsize)`,
      )
      .pluck()
      .get();
    return count ? [`${kind}_index has no words of ${count} that should have some`] : [];
  });
}

/** What only reads works on it as on any store; everything else is refused. */
function frozenStore(file: DatabaseFile.Database): FrozenStore {
  return {
    db: drizzle(file, { schema: tables, casing: 'snake_case' }),
    tables,
    jsonText,
    readsOneMoment: true,
    async all(query) {
      try {
        return await query;
      } catch (error) {
        throw domainError((error as { cause?: unknown }).cause ?? error);
      }
    },
    async renew() {
      file.exec('COMMIT');
      freeze(file);
    },
    search: { putStory, putQuote, clear, ...searchRefusals },
    ...refusals,
    async close() {
      file.close();
    },
  };
}
