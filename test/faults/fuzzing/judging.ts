// Whether an answer may be given: by the document, and by what must never be told.
import Database from 'better-sqlite3';
import type { FastifyInstance } from 'fastify';
import type { Response } from 'supertest';
import { requireConformance } from '../../support/conformance.js';
import type { Answer } from './sending.js';

/** What only the inside of the server says: stacks, SQL, paths. */
const inside = [
  /\bat [\w.<>[\] ]*\(?(?:file:|node:|\/)[^)\s]+:\d+/,
  /node_modules|\.ts:\d|\/src\/|\/tmp\//,
  /sqlite|drizzle|postgres|SQLSTATE/i,
  // Not in letters of any case: signatures of addresses may have those.
  /\bpg_[a-z]{3}/,
  /\b(?:SELECT\b[\s\S]+\bFROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b/,
  /constraint failed|no such (?:table|column)|violates \w+[\w ]* constraint|invalid (?:byte sequence|input syntax)/i,
  /\b(?:TypeError|RangeError|ReferenceError|ENOENT|ECONN\w+|ERR_[A-Z_]{4,}|FST_\w+)\b/,
];

/** Names of tables that are no words. */
export function tableNames(database: string): string[] {
  const file = new Database(database, { readonly: true });
  const rows = file.prepare("SELECT name FROM sqlite_master WHERE name LIKE '%\\_%' ESCAPE '\\'").all() as {
    name: string;
  }[];
  file.close();
  return rows.map(({ name }) => name);
}

export class Judge {
  readonly #app: FastifyInstance;
  readonly #tables: RegExp;

  /** @param app has the document */
  constructor(app: FastifyInstance, tables: readonly string[]) {
    this.#app = app;
    this.#tables = new RegExp(`\\b(?:${tables.join('|')})\\b`);
  }

  /** What is wrong with an answer, a line each. @param path as it was asked for, without its query if that cannot be read */
  faultsOf(method: string, path: string, answer: Answer): string[] {
    const { status, headers, text } = answer;
    const faults: string[] = [];
    if (status >= 500) faults.push(`it failed: ${text.slice(0, 300)}`);
    if (!hasHeadersThatProtect(answer)) faults.push(`headers that protect are missing: ${JSON.stringify(headers)}`);
    if (status >= 400 && method !== 'HEAD') faults.push(...problemFaults(answer));
    faults.push(
      ...[...inside, this.#tables].flatMap(
        (pattern) =>
          pattern
            .exec(text)
            ?.slice(0, 1)
            .map((found) => `it tells of the inside: ${found}`) ?? [],
      ),
    );
    if (method === 'OPTIONS') return [...faults, ...optionsFaults(answer)];
    // The introduction of the document tells of it, for every address.
    if (status === 414) return faults;
    try {
      requireConformance(this.#app, method.toLowerCase(), path, { ...answer } as unknown as Response);
    } catch (error) {
      faults.push((error as Error).message);
    }
    return faults;
  }
}

/** Every answer says that its type is not to be guessed, whatever route or none it came from. */
function hasHeadersThatProtect({ headers }: Answer): boolean {
  return headers['x-content-type-options'] === 'nosniff';
}

/** OPTIONS is no operation of the document, which tells of it in its introduction. */
function optionsFaults({ status, headers, text }: Answer): string[] {
  if (status !== 204) return status < 500 && status >= 400 ? [] : [`OPTIONS was answered ${status}`];
  return headers.allow && text === '' ? [] : [`OPTIONS was answered without Allow, or with ${text}`];
}

function problemFaults({ status, headers, text }: Answer): string[] {
  if (!headers['content-type']?.startsWith('application/problem+json'))
    return [`no problem: ${headers['content-type']} ${text.slice(0, 200)}`];
  const problem = JSON.parse(text);
  return problem.status === status && problem.title && problem.type && problem.requestId
    ? []
    : [`not a whole problem: ${text}`];
}
