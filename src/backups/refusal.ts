/** Something about backups that cannot be done, in one line for who asked for it. Nothing of it is left. */
export class Refusal extends Error {}

/** Gives a failure of the disk its meaning; others stay as they are. */
export function refusalOf(error: unknown, place: string): unknown {
  const { code = '' } = error as { code?: string };
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL')
    return new Refusal(`There is no room left at ${place}. Nothing is left of what was begun.`);
  if (code.startsWith('SQLITE_IOERR')) return new Refusal(`The disk fails at ${place}: ${(error as Error).message}.`);
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code))
    return new Refusal(`The database is damaged: ${(error as Error).message}. Doctor tells all that is wrong.`);
  if (code !== '' && 'syscall' in (error as Error))
    return new Refusal(`${place} cannot be used: ${(error as Error).message}.`);
  return error;
}
