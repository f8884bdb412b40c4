import type pg from 'pg';
import { SnapshotCache } from '../snapshot-cache.js';
import { purgeAction, type SnapshotHead, type StoredSnapshot } from '../store.js';

interface SnapshotRow {
  article_id: string;
  slug: string;
  etag: string;
  made_at: string;
  body: Buffer;
}

/** How old what is known of the log may be when an answer is made from the cache. */
const freshMs = 500;
/** From which age on another look is begun, so that who asks often never waits for one. */
const aheadMs = 350;
/** How long a change that was heard of, and is not in the log yet, has the log looked at for every answer. */
const expectedMs = 10_000;

/**
 * The reads that must cost next to nothing: answered from the cache while the change log, as it was looked at a moment ago, stands
 * still. A commit of this process has it looked at anew before the next answer, and so has one of another that was heard of.
 */
export class HotReads {
  readonly #pool: pg.Pool;
  readonly #cache: SnapshotCache;
  /** The last public change that the cache is true to; none before the first look. */
  #sequence: number | undefined;
  #purge = 0;
  /** The last public change that was heard of, and until when it is waited for. */
  #expected = { sequence: 0, until: 0 };
  /** When the last look at the log began that no commit of this process came after. */
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** When the last look began that has ended. */
  #lastBegunAt = Number.NEGATIVE_INFINITY;
  #look: Promise<void> | undefined;
  /** Rises with each commit of this process. */
  #commits = 0;
  /** Rises when something is forgotten: what was read before it is not to be kept. */
  #forgotten = 0;

  constructor(pool: pg.Pool, cacheBytesMax: number) {
    this.#pool = pool;
    this.#cache = new SnapshotCache(cacheBytesMax);
  }

  findSnapshot(slugOrId: string): StoredSnapshot | undefined | Promise<StoredSnapshot | undefined> {
    return this.#isFresh() ? (this.#cache.find(slugOrId) ?? this.#read(slugOrId)) : this.#findLater(slugOrId);
  }

  publicSequence(): number | Promise<number> {
    return this.#isFresh() ? (this.#sequence ?? 0) : this.#refresh().then(() => this.#sequence ?? 0);
  }

  /** Says that something was committed: the next read looks at the log again. */
  invalidate(): void {
    this.#commits += 1;
    this.#lookedAt = Number.NEGATIVE_INFINITY;
  }

  /** Says that there is a public change by this number, or is about to be where this is a copy that lags behind. */
  expect(sequence: number): void {
    if (sequence > this.#expected.sequence) this.#expected = { sequence, until: performance.now() + expectedMs };
  }

  clear(): void {
    this.#forgotten += 1;
    this.#cache.clear();
  }

  #isFresh(): boolean {
    const now = performance.now();
    const age = now - this.#lookedAt;
    const { sequence, until } = this.#expected;
    const isFresh = age < freshMs && ((this.#sequence ?? 0) >= sequence || now > until);
    // Should it fail, so does the next, which somebody waits for.
    if (isFresh && age > aheadMs) this.#lookOnce().catch(() => undefined);
    return isFresh;
  }

  async #findLater(slugOrId: string): Promise<StoredSnapshot | undefined> {
    await this.#refresh();
    return this.#cache.find(slugOrId) ?? this.#read(slugOrId);
  }

  async #read(slugOrId: string): Promise<StoredSnapshot | undefined> {
    const before = this.#forgotten;
    const { rows } = await this.#pool.query<SnapshotRow>({
      name: 'snapshot',
      text: `SELECT article_id, slug, etag, made_at, body FROM snapshots
WHERE article_id = coalesce((SELECT article_id FROM snapshots WHERE slug = $1 AND withdrawn_at IS NULL), $1) AND withdrawn_at IS NULL`,
      values: [slugOrId],
    });
    const [row] = rows;
    if (!row) return undefined;
    const { article_id: articleId, slug, etag, made_at: madeAt, body } = row;
    const head: SnapshotHead = { articleId, slug, etag, lastModified: new Date(madeAt).toUTCString() };
    if (before === this.#forgotten) this.#cache.set(head, body);
    return { ...head, read: () => ({ bytes: body, release: () => undefined }) };
  }

  /** Has the cache true to the log as it is now, or was a moment ago; one look is enough for all who wait for it. */
  async #refresh(): Promise<void> {
    const askedAt = performance.now();
    do {
      await this.#lookOnce();
    } while (this.#lastBegunAt < askedAt && this.#lookedAt < askedAt - freshMs);
  }

  /** The look that is on its way, or else another. */
  #lookOnce(): Promise<void> {
    this.#look ??= this.#lookAtLog().finally(() => {
      this.#look = undefined;
    });
    return this.#look;
  }

  /** Forgets what the log says has changed. */
  async #lookAtLog(): Promise<void> {
    const [commits, begunAt] = [this.#commits, performance.now()];
    const known = this.#sequence;
    const { rows } = await this.#pool.query<{ seq: number; article_id: string | null; action: string }>({
      name: 'log',
      text: `SELECT seq, article_id, action FROM changes WHERE seq > $1 AND public
UNION ALL SELECT coalesce(max(seq), 0), NULL, $2 FROM changes WHERE action = $2
UNION ALL SELECT coalesce(max(seq), 0), NULL, 'last' FROM changes WHERE public`,
      // Before the first look nothing is kept that could have changed.
      values: [known ?? Number.MAX_SAFE_INTEGER, purgeAction],
    });
    for (const { seq, article_id: articleId, action } of rows) {
      if (articleId !== null) this.#forget(articleId);
      else if (action === purgeAction) this.#notePurge(seq);
      else this.#noteLast(seq);
    }
    this.#lastBegunAt = begunAt;
    // What was committed meanwhile may not be in it.
    if (commits === this.#commits) this.#lookedAt = begunAt;
  }

  #notePurge(seq: number): void {
    if (seq !== this.#purge) this.clear();
    this.#purge = seq;
  }

  /** A log that has gone back is another server's, which has not got as far. */
  #noteLast(seq: number): void {
    if (seq < (this.#sequence ?? 0)) {
      this.clear();
      this.#expected = { sequence: 0, until: 0 };
    }
    this.#sequence = seq;
  }

  #forget(articleId: string): void {
    this.#forgotten += 1;
    this.#cache.forget(articleId);
  }
}
