import { LRUCache } from 'lru-cache';
import type pg from 'pg';
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

/**
 * The reads that must cost next to nothing: answered from memory while the change log, as it was looked at a moment ago, stands
 * still. A commit of this process has it looked at anew before the next answer.
 */
export class HotReads {
  readonly #pool: pg.Pool;
  readonly #byId: LRUCache<string, StoredSnapshot & { size: number }>;
  readonly #idBySlug = new Map<string, string>();
  #sequence = 0;
  #purge = 0;
  /** When the last look at the log that is known the outcome of began. */
  #lookedAt = Number.NEGATIVE_INFINITY;
  #look: Promise<void> | undefined;
  /** Rises with each commit of this process. */
  #commits = 0;
  /** Rises when something is forgotten: what was read before it is not to be kept. */
  #forgotten = 0;

  constructor(pool: pg.Pool, bytesMax: number) {
    this.#pool = pool;
    this.#byId = new LRUCache({
      maxSize: Math.max(1, bytesMax),
      sizeCalculation: ({ size }) => size,
      dispose: ({ slug }) => this.#idBySlug.delete(slug),
    });
  }

  findSnapshot(slugOrId: string): StoredSnapshot | undefined | Promise<StoredSnapshot | undefined> {
    return this.#isFresh ? (this.#find(slugOrId) ?? this.#read(slugOrId)) : this.#findLater(slugOrId);
  }

  publicSequence(): number | Promise<number> {
    return this.#isFresh ? this.#sequence : this.#refresh().then(() => this.#sequence);
  }

  /** Says that something was committed: the next read looks at the log again. */
  invalidate(): void {
    this.#commits += 1;
    this.#lookedAt = Number.NEGATIVE_INFINITY;
  }

  clear(): void {
    this.#forgotten += 1;
    this.#byId.clear();
    this.#idBySlug.clear();
  }

  get #isFresh(): boolean {
    return performance.now() - this.#lookedAt < freshMs;
  }

  #find(slugOrId: string): StoredSnapshot | undefined {
    return this.#byId.get(this.#idBySlug.get(slugOrId) ?? slugOrId);
  }

  async #findLater(slugOrId: string): Promise<StoredSnapshot | undefined> {
    await this.#refresh();
    return this.#find(slugOrId) ?? this.#read(slugOrId);
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
    // The driver's buffer is a part of all that came with it.
    const bytes = Buffer.from(body);
    const stored = { ...head, size: bytes.length + 1, read: () => ({ bytes, release: () => undefined }) };
    if (before === this.#forgotten) {
      this.#byId.set(articleId, stored);
      if (this.#byId.has(articleId)) this.#idBySlug.set(slug, articleId);
    }
    return stored;
  }

  /** Looks at the log, once for all who wait for it. */
  async #refresh(): Promise<void> {
    while (!this.#isFresh) {
      this.#look ??= this.#lookAtLog().finally(() => {
        this.#look = undefined;
      });
      await this.#look;
    }
  }

  /** Forgets what the log says has changed. */
  async #lookAtLog(): Promise<void> {
    const [commits, begunAt] = [this.#commits, performance.now()];
    const { rows } = await this.#pool.query<{ seq: number; article_id: string | null; action: string }>({
      name: 'log',
      text: `SELECT seq, article_id, action FROM changes WHERE seq > $1 AND public
UNION ALL SELECT coalesce(max(seq), 0), NULL, $2 FROM changes WHERE action = $2 ORDER BY seq`,
      values: [this.#sequence, purgeAction],
    });
    for (const { seq, article_id: articleId } of rows) {
      if (articleId === null) {
        if (seq !== this.#purge) this.clear();
        this.#purge = seq;
      } else {
        this.#forget(articleId);
        this.#sequence = seq;
      }
    }
    // What was committed meanwhile may not be in it.
    if (commits === this.#commits) this.#lookedAt = begunAt;
  }

  #forget(articleId: string): void {
    this.#forgotten += 1;
    this.#byId.delete(articleId);
  }
}
