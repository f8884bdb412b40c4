import type DatabaseFile from 'better-sqlite3';
import { free, SnapshotCache } from '../snapshot-cache.js';
import { purgeAction, type SnapshotHead, type StoredSnapshot } from '../store.js';

type SnapshotRow = [articleId: string, slug: string, etag: string, madeAt: string, body: Buffer];

/** The reads that must cost next to nothing: prepared once, and answered from the cache while the change log stands still. */
export class HotReads {
  readonly #cache: SnapshotCache;
  readonly #bySlug: DatabaseFile.Statement<[string], SnapshotRow>;
  readonly #byId: DatabaseFile.Statement<[string], SnapshotRow>;
  readonly #dataVersion: DatabaseFile.Statement<[], number>;
  readonly #publicSince: DatabaseFile.Statement<[number], [number, string]>;
  readonly #lastPurge: DatabaseFile.Statement<[string], number>;
  readonly #unseenMs: number;
  #seenVersion: number;
  #sequence: number;
  #purge: number;
  #isFresh = false;

  constructor(file: DatabaseFile.Database, cacheBytesMax: number, unseenMs: number) {
    this.#unseenMs = unseenMs;
    this.#cache = new SnapshotCache(cacheBytesMax);
    const columns = 'article_id, slug, etag, made_at, body';
    this.#bySlug = file
      .prepare<[string], SnapshotRow>(`SELECT ${columns} FROM snapshots WHERE slug = ? AND withdrawn_at IS NULL`)
      .raw();
    this.#byId = file
      .prepare<[string], SnapshotRow>(`SELECT ${columns} FROM snapshots WHERE article_id = ? AND withdrawn_at IS NULL`)
      .raw();
    this.#dataVersion = file.prepare<[], number>('PRAGMA data_version').pluck();
    this.#publicSince = file
      .prepare<[number], [number, string]>(
        'SELECT seq, article_id FROM changes WHERE seq > ? AND public = 1 ORDER BY seq',
      )
      .raw();
    this.#lastPurge = file
      .prepare<[string], number>('SELECT coalesce(max(seq), 0) FROM changes WHERE action = ?')
      .pluck();
    this.#seenVersion = this.#dataVersion.get() ?? 0;
    this.#purge = this.#lastPurge.get(purgeAction) ?? 0;
    this.#sequence =
      file.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM changes WHERE public = 1').pluck().get() ?? 0;
  }

  findSnapshot(slugOrId: string): StoredSnapshot | undefined {
    this.#refresh();
    const known = this.#cache.find(slugOrId);
    if (known) return known;
    const row = this.#bySlug.get(slugOrId) ?? this.#byId.get(slugOrId);
    if (!row) return undefined;
    const [articleId, slug, etag, madeAt, body] = row;
    const head = { articleId, slug, etag, lastModified: new Date(madeAt).toUTCString() };
    this.#cache.set(head, body);
    return this.#asRead(head, body);
  }

  /** A story as it was read just now; the cache, if it keeps that, has bytes of its own. */
  #asRead(head: SnapshotHead, body: Buffer): StoredSnapshot {
    let isLent = false;
    const read = () => {
      const bytes = isLent ? this.#bytesOf(head.articleId) : body;
      isLent = true;
      return { bytes, release: () => free(bytes) };
    };
    return { ...head, read };
  }

  /** For whoever reads such a story again. */
  #bytesOf(articleId: string): Buffer {
    const body = this.#byId.get(articleId)?.[4];
    if (body === undefined) throw new Error(`snapshot ${articleId} is gone`);
    return body;
  }

  publicSequence(): number {
    this.#refresh();
    return this.#sequence;
  }

  /** Forgets every story. */
  clear(): void {
    this.#cache.clear();
  }

  /** Says that something was committed: the next read looks at the log again. */
  invalidate(): void {
    this.#isFresh = false;
  }

  /**
   * Forgets what the log says has changed. SQLite's data_version moves when any other connection commits, the writer's and
   * other processes' alike. To look at it costs as much as Fastify's way of sending, so it is done once in a while where no other
   * server may have written, and else once per turn of the event loop, since nothing else runs within one.
   */
  #refresh(): void {
    if (this.#isFresh) return;
    this.#isFresh = true;
    const forget = () => this.invalidate();
    if (this.#unseenMs > 0) setTimeout(forget, this.#unseenMs).unref();
    else setImmediate(forget);
    const version = this.#dataVersion.get() ?? 0;
    if (version === this.#seenVersion) return;
    for (const [seq, articleId] of this.#publicSince.iterate(this.#sequence)) {
      this.#cache.forget(articleId);
      this.#sequence = seq;
    }
    const purge = this.#lastPurge.get(purgeAction) ?? 0;
    if (purge !== this.#purge) this.#cache.clear();
    this.#purge = purge;
    this.#seenVersion = version;
  }
}
