import { DomainError } from '../../kernel/errors.js';
import { UniqueViolation } from '../store.js';

interface EngineError extends Error {
  /** SQLSTATE, or what the network says. */
  code?: string;
  table?: string;
}

/**
 * SQLSTATE classes of what passes: connection exceptions, no resources, shut down or starting, a lock or an answer that takes too
 * long, a transaction that others were in the way of, and a server that only reads.
 */
const passingStates = /^(08|53|57|40|55P03|25006|25P0)/;
const passingFailures =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT|EMFILE|ENFILE|ENOBUFS|EADDRNOTAVAIL)/;
/** What the driver says without a code. */
const passingMessages =
  /connection terminated|timeout exceeded|query read timeout|not queryable|connection error|closed/i;

/** Whether the same again may succeed at once: others were in the way. */
export function isContention(error: unknown): boolean {
  return /^40(001|P01)$/.test((error as EngineError).code ?? '');
}

/** Whether the server, or the driver, has ended a statement that took too long. */
export function isTimeout(error: unknown): boolean {
  const { code, message } = error as EngineError;
  return code === '57014' || message === 'Query read timeout';
}

/** Whether the server takes no writes. */
export function isReadOnly(error: unknown): boolean {
  return (error as EngineError).code === '25006';
}

/** Whether it is about the server or the way to it, rather than about what it was asked. */
export function isPassing(error: unknown): boolean {
  const { code = '', message = '' } = error as EngineError;
  return passingStates.test(code) || passingFailures.test(code) || (code === '' && passingMessages.test(message));
}

/**
 * Gives an error of PostgreSQL, or of the way to it, its meaning for the product; others stay as they are. What it says of a query or
 * of the values in it is among those: values from outside are refused before they come to it, so that it is a mistake of ours.
 */
export function domainError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DomainError) return error;
  const { code, table } = error as EngineError;
  if (code === '23505') return new UniqueViolation(table ?? '', error);
  if (code === '53100') {
    return new DomainError('storage_full', 'There is no room left to store this. Nothing of it was kept.', {
      cause: error,
    });
  }
  if (!isPassing(error)) return error;
  return new DomainError('unavailable', 'The store cannot do this at the moment. Try again later.', { cause: error });
}
