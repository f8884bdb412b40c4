import DatabaseFile from 'better-sqlite3';
import { DomainError } from '../../kernel/errors.js';
import { UniqueViolation } from '../store.js';

/** Gives an error of SQLite its meaning for the product; others stay as they are. */
export function domainError(error: unknown): unknown {
  if (!(error instanceof DatabaseFile.SqliteError)) return error;
  const { code, message } = error;
  if (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY') {
    return new UniqueViolation(/: (\w+)\./.exec(message)?.[1] ?? '', error);
  }
  if (code === 'SQLITE_FULL') {
    return new DomainError('storage_full', 'There is no room left to store this. Nothing of it was kept.', {
      cause: error,
    });
  }
  if (/^SQLITE_(BUSY|LOCKED|READONLY|IOERR|CANTOPEN|CORRUPT|NOTADB|PROTOCOL|NOMEM)/.test(code)) {
    return new DomainError('unavailable', 'The store cannot do this at the moment. Try again later.', { cause: error });
  }
  return error;
}
