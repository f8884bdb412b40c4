import { LRUCache } from 'lru-cache';
import { entityTag } from '../../kernel/entity-tag.js';
import { DomainError } from '../../kernel/errors.js';
import type { Store } from '../../storage/store.js';
import { type Position, positionText } from '../public-log/position.js';
import { findHead, judge } from '../public-log/repository.js';
import { listChanged, type SyncRow } from './repository.js';
import { decodeToken, encodeToken, type Progress } from './token.js';
import { Turns } from './turns.js';

/** Where a mirror begins, and begins anew. */
export const syncPath = '/v1/sync';

export interface SyncBytes {
  etag: string;
  body: Buffer;
  hasMore: boolean;
  next: string;
}

/** A page with what it was made of. */
interface MadePage extends SyncBytes {
  /** The last public change before it was begun; undefined where another came while it was made. */
  sequence: number | undefined;
  begunAt: number;
}

/** Pages that may wait for those before them: they take their time to make, and as much again to send. */
const waitingMax = 256;
/** Memory for pages that others may ask for as well. */
const keptBytesMax = 8 * 1024 * 1024;
/** What costs next to nothing to send. */
const smallBytes = 64 * 1024;

export type SyncService = ReturnType<typeof syncService>;

/** Lets others keep an exact copy of what is live. */
export function syncService(store: Store) {
  const turns = new Turns(waitingMax);
  const kept = new LRUCache<string, MadePage>({
    maxSize: keptBytesMax,
    sizeCalculation: ({ body }) => body.length + 1,
  });

  /**
   * The next page of what a mirror lacks. Stories come in the order of their last change, so one that changes meanwhile moves
   * behind what is yet to come: it may be told twice, and is never missed.
   * Pages are made and sent one in each turn of the event loop, and those that ask the same are given the same.
   * @throws `invalid` when the token is none of ours, `resync_required` when the rest cannot be told without a gap, `unavailable`
   * when too many wait; the signal's reason
   */
  async function read(token: string | undefined, limit: number, signal: AbortSignal): Promise<SyncBytes> {
    const progress = token === undefined ? await beginning() : decodeToken(token);
    if (token !== undefined) await requireGood(progress.base);
    const key = JSON.stringify([progress, limit]);
    const askedAt = performance.now();
    const known = await findKept(key, askedAt);
    if (known && known.body.length <= smallBytes) return known;
    return turns.take(signal, async () => (await findKept(key, askedAt)) ?? make(key, progress, limit));
  }

  /** A page that was begun after it was asked for, or that nothing has changed since. */
  async function findKept(key: string, askedAt: number): Promise<MadePage | undefined> {
    const page = kept.get(key);
    if (!page || page.begunAt >= askedAt) return page;
    return page.sequence === (await store.publicSequence()) ? page : undefined;
  }

  async function make(key: string, progress: Progress, limit: number): Promise<MadePage> {
    const begunAt = performance.now();
    const before = await store.publicSequence();
    const { rows, hasMore } = await listChanged(store, progress, limit);
    const sequence = before === (await store.publicSequence()) ? before : undefined;
    const after = progressAfter(progress, rows, hasMore);
    const next = encodeToken(after);
    const page = { limit, hasMore, next, lastEventId: hasMore ? null : positionText(after.base) };
    const made = { ...bytesOf(rows, page), hasMore, next, sequence, begunAt };
    kept.set(key, made);
    return made;
  }

  async function beginning(): Promise<Progress> {
    const base = await findHead(store);
    return { reached: 0, began: base.seq, base };
  }

  async function requireGood(base: Position): Promise<void> {
    // From the very beginning everything is told, whatever was swept of the log.
    if (base.seq === 0) return;
    const judgement = await judge(store, base);
    if (judgement === 'good') return;
    const detail =
      judgement === 'too_old'
        ? 'The token is too old to go on from.'
        : 'The token is of another database, or of a state from before a backup was restored.';
    throw new DomainError('resync_required', `${detail} Begin anew without a token.`, { members: { reset: syncPath } });
  }

  return { read };
}

function progressAfter(progress: Progress, rows: readonly SyncRow[], hasMore: boolean): Progress {
  const last = rows.at(-1);
  const { reached, began, base } = progress;
  if (hasMore) return { ...progress, reached: last?.seq ?? reached };
  // The last change of all is always in the log; what precedes the beginning of a first synchronisation need not be.
  if (last?.mark && last.seq > base.seq)
    return { reached: last.seq, began: 0, base: { seq: last.seq, mark: last.mark } };
  return { reached: Math.max(reached, began, last?.seq ?? 0), began: 0, base };
}

const storyStart = '{"data":'.length;

/** Stories stand in the page as the bytes that they are at their own addresses. */
function bytesOf(rows: readonly SyncRow[], page: object): { etag: string; body: Buffer } {
  const parts: (Buffer | string)[] = [];
  const heads = rows.map(({ id, at, etag, body, isErased }) => {
    const state = body ? 'live' : isErased ? 'erased' : 'withdrawn';
    const head = JSON.stringify({ id, state, at, etag: body ? etag : null }).slice(0, -1);
    parts.push(`${parts.length > 0 ? ',' : ''}${head},"story":`, body?.subarray(storyStart, -1) ?? 'null', '}');
    return head;
  });
  const end = `],"page":${JSON.stringify(page)}}`;
  const bytes = ['{"data":[', ...parts, end].map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
  // A story's bytes follow from its tag, so those need not be read once more.
  return { etag: entityTag(heads.join() + end), body: Buffer.concat(bytes) };
}
