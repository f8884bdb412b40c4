import { type Clock, instant } from '../../kernel/clock.js';
import { DomainError } from '../../kernel/errors.js';
import { recurring } from '../../kernel/recurring.js';
import { type Mark, runMarked } from '../../storage/mark.js';
import { type Store, UniqueViolation } from '../../storage/store.js';
import {
  deleteAnswersBefore,
  findStoredRequest,
  hasAnswersBefore,
  insertMark,
  type RequestName,
  replaceMark,
  type StoredAnswer,
  type StoredRequest,
} from './repository.js';

/** A request that may be sent more than once and is to be done once. */
export interface RepeatableRequest {
  name: RequestName;
  /** Tells whether two requests of one name ask for the same. */
  fingerprint: string;
}

export interface GivenAnswer {
  answer: StoredAnswer;
  /** Whether it is the answer to an earlier run of the request. */
  isReplayed: boolean;
}

/** How long answers are kept at least. */
const keptMs = 24 * 3_600_000;
/** How often older ones are looked for. */
const lookMs = 600_000;
/** Answers forgotten by one commit: each may be a whole story. */
const answersPerBatch = 100;

export type IdempotencyService = ReturnType<typeof idempotencyService>;

/**
 * Lets a request be done once however often it is sent. The commit of what it writes leaves a mark with what was decided, and the
 * answer takes the mark's place before it is sent. So a request that comes again finds the answer; or, when the process died in
 * between, what to make the same answer of, without writing anything.
 */
export function idempotencyService(store: Store, clock: Clock) {
  /** The fingerprints of what runs here now. */
  const running = new Map<string, string>();

  /** Whether the request was done before, as far as the store knows. */
  async function isKnown(name: RequestName): Promise<boolean> {
    return (await findStoredRequest(store, name)) !== undefined;
  }

  /**
   * Runs a request, or gives the answer that it had. What refuses a request is not kept: sent again, it is tried again.
   * @param run makes the answer; throws what refuses it
   * @param onUnkept told why an answer that is good could not be kept; then the mark stays in its place
   * @throws `request_in_progress`, `idempotency_key_reused`, whatever `run` throws
   */
  async function once(
    request: RepeatableRequest,
    run: () => Promise<StoredAnswer>,
    onUnkept: (error: unknown) => void,
  ): Promise<GivenAnswer> {
    const { name, fingerprint } = request;
    const place = JSON.stringify([name.keyId, name.method, name.path, name.idempotencyKey]);
    const other = running.get(place);
    if (other !== undefined) throw other === fingerprint ? inProgress() : reused();
    running.set(place, fingerprint);
    try {
      const stored = await find(request);
      if (stored && 'answer' in stored) return { answer: stored.answer, isReplayed: true };
      return await runAndKeep(request, stored?.decided, run, onUnkept);
    } finally {
      running.delete(place);
    }
  }

  /** @throws `idempotency_key_reused` when what is stored under the name asked for something else */
  async function find({ name, fingerprint }: RepeatableRequest): Promise<StoredRequest | undefined> {
    const stored = await findStoredRequest(store, name);
    if (stored && stored.fingerprint !== fingerprint) throw reused();
    return stored;
  }

  async function runAndKeep(
    request: RepeatableRequest,
    decided: Mark['decided'],
    run: () => Promise<StoredAnswer>,
    onUnkept: (error: unknown) => void,
  ): Promise<GivenAnswer> {
    const { name, fingerprint } = request;
    const mark: Mark = {
      ...(decided && { decided }),
      statement: (result) => insertMark(store, name, fingerprint, result, instant(clock)),
    };
    try {
      const answer = await runMarked(mark, run);
      if (mark.decided) await store.commit([replaceMark(store, name, answer)]).catch(onUnkept);
      return { answer, isReplayed: decided !== undefined };
    } catch (error) {
      if (mark.decided) throw error;
      return answerOfOther(request, error);
    }
  }

  /**
   * The answer of another process that was faster: what refuses a request may be what it has done itself there.
   * @throws the error itself when nothing was done elsewhere
   */
  async function answerOfOther(request: RepeatableRequest, error: unknown): Promise<GivenAnswer> {
    const isOvertaken = error instanceof UniqueViolation;
    if (!isOvertaken && !(error instanceof DomainError)) throw error;
    const stored = await find(request);
    if (stored && 'answer' in stored) return { answer: stored.answer, isReplayed: true };
    throw stored || isOvertaken ? inProgress() : error;
  }

  /** Forgets what was kept for long enough. */
  async function sweep(): Promise<void> {
    const before = new Date(clock.now().getTime() - keptMs).toISOString();
    while (!sweeping.isStopped && (await hasAnswersBefore(store, before))) {
      await store.commit([deleteAnswersBefore(store, before, answersPerBatch)]);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  const sweeping = recurring(lookMs, sweep);
  return { isKnown, once, sweep, start: sweeping.start, stop: sweeping.stop };
}

function inProgress(): DomainError {
  return new DomainError('request_in_progress', 'The same request is still being done. Ask for its answer again.');
}

function reused(): DomainError {
  return new DomainError(
    'idempotency_key_reused',
    'This Idempotency-Key was sent with another request to this address. Take a new one.',
  );
}
