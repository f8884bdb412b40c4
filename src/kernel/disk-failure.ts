import { DomainError } from './errors.js';

/** What a disk refuses of files, as the domain's: `storage_full`, or `unavailable` for whatever else keeps it. Others stay as they are. */
export function diskFailure(error: unknown): unknown {
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new DomainError('storage_full', 'There is no room left to store this.', { cause: error });
  if (syscall === undefined) return error;
  return new DomainError('unavailable', 'The files of the pictures cannot be used at the moment. Try again later.', {
    cause: error,
  });
}
