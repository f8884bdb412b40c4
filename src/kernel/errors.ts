/** One place in the input that is wrong, and how. */
export interface Violation {
  /** RFC 6901 pointer into the request body. */
  pointer?: string;
  /** Line of a body that is text, from 1. */
  line?: number;
  /** Name of the query or path parameter. */
  parameter?: string;
  /** Name of the request header. */
  header?: string;
  /** Stable, machine-readable. */
  code: string;
  message: string;
  /** How to mend it. */
  help?: string;
  /** What of the library is at fault, and the RFC 6901 pointer into it, when `pointer` is the place that uses it. */
  resource?: { kind: string; id: string; pointer: string };
}

/** Every way a request can fail, as the domain sees it. http/problem.ts maps each to a status. */
export type ErrorCode =
  | 'malformed'
  | 'invalid'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'gone'
  | 'resync_required'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'conflict'
  | 'request_in_progress'
  | 'stale_version'
  | 'too_large'
  | 'uri_too_long'
  | 'unsupported_media_type'
  | 'range_not_satisfiable'
  | 'unprocessable'
  | 'preflight_failed'
  | 'idempotency_key_reused'
  | 'version_required'
  | 'quota_exceeded'
  | 'headers_too_large'
  | 'internal'
  | 'unavailable'
  | 'storage_full';

export interface ErrorExtras {
  errors?: Violation[];
  /** Members that only this kind of problem has, sent beside the standard ones. */
  members?: Record<string, unknown>;
  cause?: unknown;
}

/** An expected failure. Knows no HTTP; everything else that is thrown is a bug and becomes `internal`. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly errors: Violation[] | undefined;
  readonly members: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, extras: ErrorExtras = {}) {
    super(message, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = 'DomainError';
    this.code = code;
    this.errors = extras.errors;
    this.members = extras.members ?? {};
  }
}

export function notFound(what: string, id: string): DomainError {
  return new DomainError('not_found', `There is no ${what} ${JSON.stringify(id)}.`);
}

export function invalid(errors: Violation[]): DomainError {
  const places = errors.length === 1 ? 'one place' : `${errors.length} places`;
  return new DomainError('invalid', `The request is wrong in ${places}; see errors.`, { errors });
}

export function unprocessable(detail: string, errors: Violation[]): DomainError {
  return new DomainError('unprocessable', detail, { errors });
}

/** The caller's If-Match names a version that is no longer current. */
export function staleVersion(current: number, changed: string[]): DomainError {
  return new DomainError(
    'stale_version',
    `The resource has changed since the version you read: it is now at version ${current}. Read it again and redo the change.`,
    { members: { currentVersion: current, changed } },
  );
}
