// Brings an export to where it is wanted: what is not there is made, what is there stays.
import { join } from 'node:path';
import { type Clock, instant } from '../../kernel/clock.js';
import { DomainError } from '../../kernel/errors.js';
import type { FileStore } from '../../media/store/file-store.js';
import { type Statement, type Store, UniqueViolation } from '../../storage/store.js';
import { erasuresFile, type Manifest, mediaPathOf, pathOf, readManifest, requireUndamaged } from '../manifest.js';
import { inBatches, type NumberedLine, readLines } from '../ndjson.js';
import { type Thing, things } from '../things.js';
import { type Circumstances, Coming, type Decided, decide } from './deciding.js';
import { decideErasures, noteErasure, readErasures } from './erasures.js';
import { bringLogs, planLogs } from './logs.js';
import { makingStatements } from './making.js';
import { mendStories } from './mending.js';
import type { Report } from './report.js';
import { guardErasures, listErasedIds } from './repository.js';
import type { Surroundings } from './surroundings.js';

/** Stories, each with its whole history, that one commit brings. */
const linesPerCommit = 100;
const charactersPerCommit = 2_000_000;
/** How often what others have changed meanwhile is looked at again. */
const attemptsMax = 5;

export interface Target {
  store: Store;
  files: FileStore;
  clock: Clock;
}

export interface ImportRequest {
  folder: string;
  /** Tells what would become of every line, and writes nothing. */
  isDry: boolean;
  report: Report;
  signal: AbortSignal;
  onProgress: { checking(share: number): void; lines(share: number): void; mending(share: number): void };
}

export interface Imported {
  /** Whether the place had nothing of its own, so that the logs came along. */
  isMirror: boolean;
  entries: number;
  /** Stories that were compiled anew, because here they are shown otherwise than there. */
  mended: number;
  /** Stories that could not be, and why. */
  failed: { id: string; why: string }[];
}

/** Holds an export to its manifest: before this nothing is to be opened, let alone written. @throws Refusal */
export async function checkExport({ folder, signal, onProgress }: ImportRequest): Promise<Manifest> {
  const manifest = await readManifest(folder);
  await requireUndamaged(folder, manifest, onProgress.checking, signal);
  return manifest;
}

/**
 * Imports line by line, each thing with all that belongs to it in one commit. What is here with the same id and content is left,
 * and so is everything else that is here: a line that would change it is refused, and the report says why. Ended half way, it goes
 * on when it is run again; run once more, it changes nothing.
 */
export async function importAll(target: Target, manifest: Manifest, request: ImportRequest): Promise<Imported> {
  return new Importing(target, manifest, request).run();
}

class Importing {
  readonly #target: Target;
  readonly #manifest: Manifest;
  readonly #request: ImportRequest;
  readonly #uploads: ReadonlySet<string>;
  readonly #given: Circumstances & { erasedHere: ReadonlySet<string> };
  /** Live stories of the export that are here now. */
  readonly #live: string[] = [];
  #done = 0;

  constructor(target: Target, manifest: Manifest, request: ImportRequest) {
    this.#target = target;
    this.#manifest = manifest;
    this.#request = request;
    this.#uploads = new Set(manifest.files.map(({ path }) => path));
    this.#given = { isMirror: true, erasedHere: new Set(), erasedThere: new Set(), coming: new Coming() };
  }

  async run(): Promise<Imported> {
    const { store, clock } = this.#target;
    const { folder, isDry, report, signal, onProgress } = this.#request;
    // Both are read whole before anything is written, so that what is wrong with them is found in time.
    const records = await readErasures(folder);
    const plan = await planLogs(store, folder);
    this.#given.isMirror = plan !== undefined;
    const entries = isDry ? 0 : await bringLogs(store, folder, plan, signal);
    await this.#bringErasures(records);
    for (const thing of Object.values(things)) await this.#bringThings(thing);
    const isTrue = plan !== undefined && this.#manifest.isSettled && report.refused === 0;
    const mending =
      isTrue || isDry ? undefined : await mendStories(store, clock, this.#live, signal, onProgress.mending);
    return { isMirror: plan !== undefined, entries, mended: mending?.mended ?? 0, failed: mending?.failed ?? [] };
  }

  async #bringErasures(records: Awaited<ReturnType<typeof readErasures>>): Promise<void> {
    const { store } = this.#target;
    const { isDry, report } = this.#request;
    const decided = await decideErasures(store, records, await listErasedIds(store));
    for (const [i, record] of records.entries())
      if (!isDry && decided[i]?.outcome === 'created') await noteErasure(store, record);
    await report.add(erasuresFile, decided);
    this.#given.erasedThere = new Set(records.map(({ resourceId }) => resourceId));
    this.#given.erasedHere = await listErasedIds(store);
  }

  async #bringThings(thing: Thing): Promise<void> {
    const { folder, report, signal, onProgress } = this.#request;
    const path = join(folder, pathOf(thing.file));
    await report.add(thing.file, []);
    for await (const batch of inBatches(readLines(path), linesPerCommit, charactersPerCommit)) {
      signal.throwIfAborted();
      const decided = await this.#bring(thing, batch);
      await report.add(thing.file, decided);
      for (const { key, outcome, line } of decided)
        if (thing.kind === 'article' && outcome !== 'refused' && line?.row.state === 'live')
          this.#live.push(String(key));
      this.#done += batch.length;
      onProgress.lines(this.#done / Math.max(1, this.#total()));
    }
  }

  #total(): number {
    const files = Object.values(things).map(({ file }) => pathOf(file));
    return this.#manifest.files.reduce((sum, { path, lines = 0 }) => sum + (files.includes(path) ? lines : 0), 0);
  }

  /** Brings lines in one commit; when they cannot be so, each in its own, so that one that cannot be is alone in that. */
  async #bring(thing: Thing, batch: readonly NumberedLine[]): Promise<Decided[]> {
    const { isDry } = this.#request;
    if (isDry) return (await decide(this.#target.store, thing, batch, this.#given)).decided;
    for (let attempt = 1; ; attempt++) {
      this.#given.coming.clear();
      const { decided, surroundings } = await decide(this.#target.store, thing, batch, this.#given);
      try {
        await this.#commit(thing, decided, surroundings);
        return decided;
      } catch (error) {
        if (error instanceof DomainError) throw error;
        if (batch.length > 1) break;
        if (attempt === attemptsMax) return decided.map((one) => refusedBy(error, one));
        this.#given.erasedHere = await listErasedIds(this.#target.store);
      }
    }
    const each: Decided[] = [];
    for (const line of batch) each.push(...(await this.#bring(thing, [line])));
    return each;
  }

  async #commit(thing: Thing, decided: readonly Decided[], { isTold }: Surroundings): Promise<void> {
    const { store, clock } = this.#target;
    const { isMirror, erasedHere, erasedThere } = this.#given;
    const statements: Statement[] = [];
    for (const { outcome, line, key } of decided) {
      if (outcome !== 'created' || !line) continue;
      for (const { sha256 } of line.parts.files ?? []) await this.#keep(String(sha256));
      const isErased = erasedThere.has(String(key));
      statements.push(...makingStatements(store, thing, line, { isMirror, isErased, isTold, at: instant(clock) }));
    }
    if (statements.length > 0) await store.commit([guardErasures(store, erasedHere), ...statements]);
  }

  /** Puts a picture's file where such are kept, before a row says that it is there. One that was lost before stays so. */
  async #keep(sha256: string): Promise<void> {
    const { files } = this.#target;
    const path = mediaPathOf(sha256);
    if (!this.#uploads.has(path) || (await files.has(sha256))) return;
    await files.put(sha256, join(this.#request.folder, path));
  }
}

function refusedBy(error: unknown, { number, key }: Decided): Decided {
  const { table } = error as Partial<UniqueViolation>;
  const why =
    error instanceof UniqueViolation
      ? `has something of its own that is another's here (${table})`
      : `cannot be kept: ${(error as Error).message}`;
  return { number, key, outcome: 'refused', why };
}
