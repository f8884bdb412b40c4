import { and, asc, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { Statement, Store } from '../../storage/store.js';

/** What a request with an Idempotency-Key is known by. */
export interface RequestName {
  /** Of the API key that sends it. */
  keyId: string;
  method: string;
  path: string;
  idempotencyKey: string;
}

export interface StoredAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export type StoredRequest = {
  /** Of what it asked for. */
  fingerprint: string;
} & (
  | { answer: StoredAnswer }
  /** It was decided and committed, and its process has not come to the answer, or not yet. */
  | { decided: { result: unknown } }
);

/** The status of a row that is a mark: no answer has it. Its body is what was decided. */
const markStatus = 299;

export async function findStoredRequest(store: Store, name: RequestName): Promise<StoredRequest | undefined> {
  const { idempotentAnswers: answers } = store.tables;
  const [row] = await store.all(
    store.db
      .select({ fingerprint: answers.bodyHash, status: answers.status, headers: answers.headers, body: answers.body })
      .from(answers)
      .where(isNamed(store, name)),
  );
  if (!row) return undefined;
  const { fingerprint, ...answer } = row;
  if (answer.status !== markStatus) return { fingerprint, answer };
  return { fingerprint, decided: JSON.parse(answer.body) as { result: unknown } };
}

/** Leaves a mark for a request. There is one of each, so a second makes its commit fail. */
export function insertMark(
  { db, tables: { idempotentAnswers: answers } }: Store,
  name: RequestName,
  fingerprint: string,
  result: unknown,
  at: string,
): Statement {
  const row = { ...name, bodyHash: fingerprint, status: markStatus, headers: {}, body: JSON.stringify({ result }), at };
  return { query: db.insert(answers).values(row), rows: 1 };
}

/** Puts the answer in the place of the mark; where an erasure has taken that away, nothing is kept. */
export function replaceMark(store: Store, name: RequestName, answer: StoredAnswer): Statement {
  const { idempotentAnswers: answers } = store.tables;
  const isMark = and(isNamed(store, name), eq(answers.status, markStatus));
  return { query: store.db.update(answers).set(answer).where(isMark) };
}

/** Whether anything is kept from before an instant. */
export async function hasAnswersBefore(store: Store, before: string): Promise<boolean> {
  const { idempotentAnswers: answers } = store.tables;
  const query = store.db.select({ at: answers.at }).from(answers).where(lt(answers.at, before)).limit(1);
  return (await store.all(query)).length > 0;
}

/** Forgets the oldest of what is kept from before an instant. */
export function deleteAnswersBefore({ db, tables }: Store, before: string, rowsMax: number): Statement {
  const { idempotentAnswers: answers } = tables;
  const { keyId, method, path, idempotencyKey } = answers;
  const oldest = db
    .select({ keyId, method, path, idempotencyKey })
    .from(answers)
    .where(lt(answers.at, before))
    .orderBy(asc(answers.at))
    .limit(rowsMax);
  const isOld = sql`(${keyId}, ${method}, ${path}, ${idempotencyKey}) IN ${oldest}`;
  return { query: db.delete(answers).where(isOld) };
}

function isNamed({ tables }: Store, { keyId, method, path, idempotencyKey }: RequestName): SQL | undefined {
  const { idempotentAnswers: answers } = tables;
  return and(
    eq(answers.keyId, keyId),
    eq(answers.method, method),
    eq(answers.path, path),
    eq(answers.idempotencyKey, idempotencyKey),
  );
}
