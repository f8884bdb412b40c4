// Makes an export beside a running server: everything as it is at one moment, or some stories with what they refer to.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyDurably } from '../../backups/files.js';
import { Refusal } from '../../backups/refusal.js';
import { makeWholeFolder } from '../../backups/whole-folder.js';
import { chunksOf } from '../../kernel/chunks.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { FileMissing, type FileStore } from '../../media/store/file-store.js';
import { listErasureRecords } from '../../publishing/erasures/repository.js';
import { listUnfinished } from '../../publishing/recompiling/repository.js';
import type { Store } from '../../storage/store.js';
import {
  erasuresFile,
  type FileEntry,
  isWhole,
  lineFiles,
  type Manifest,
  manifestName,
  mediaPathOf,
  pathOf,
  type Scope,
} from '../manifest.js';
import { LineFile } from '../ndjson.js';
import { findLines, listApiKeyIds, listKeys } from '../rows/repository.js';
import { keyOf, type Line, lineText, type Thing, things } from '../things.js';
import { countArticles, listChanges, listPublicLog } from './repository.js';
import { Selection } from './selection.js';

/** Stories, each with its whole history, that are in memory at once. */
const thingsPerRead = 25;
const entriesPerRead = 2000;

export interface ExportRequest {
  /** What is to be made; nothing may be there. */
  folder: string;
  scope: Scope;
  signal: AbortSignal;
  onProgress(share: number): void;
}

/** What is exported: a store that stays as it is meanwhile, and the files of its pictures. */
export interface Source {
  store: Store;
  files: FileStore;
  clock: Clock;
}

export interface Exported {
  manifest: Manifest;
  /** Stories that exported ones point at, and that did not go along. */
  left: number;
  /** Pictures' files that are not there, or not what they were, and did not go along. */
  lost: string[];
}

/** @throws Refusal in which case nothing is left, `not_found` when the article is not there */
export async function makeExport(source: Source, request: ExportRequest): Promise<Exported> {
  return makeWholeFolder(request.folder, (unfinished) => new Exporting(source, request, unfinished).make());
}

class Exporting {
  readonly #source: Source;
  readonly #request: ExportRequest;
  readonly #folder: string;
  #selection: Selection | undefined;
  readonly #uploads = new Set<string>();
  readonly #erased = new Map<string, string>();
  /** Erased things that a line names. */
  readonly #named = new Set<string>();
  #done = 0;
  #total = 0;

  constructor(source: Source, request: ExportRequest, folder: string) {
    this.#source = source;
    this.#request = request;
    this.#folder = folder;
  }

  async make(): Promise<Exported> {
    const { store, clock } = this.#source;
    const { scope } = this.#request;
    const at = instant(clock);
    if (!isWhole(scope)) this.#selection = await Selection.of(store, scope);
    if (this.#selection?.keys('article').size === 0) throw new Refusal('There is no such story. Nothing was exported.');
    for (const { kind, resourceId } of await listErasureRecords(store)) this.#erased.set(resourceId, kind);
    this.#total = this.#selection?.keys('article').size ?? (await countArticles(store));
    const entries: FileEntry[] = [];
    for (const thing of Object.values(things)) entries.push(await this.#writeThings(thing));
    entries.push(await this.#writeErasures(), await this.#writeLog('changes'), await this.#writeLog('public-log'));
    entries.sort((a, b) => orderOf(a) - orderOf(b));
    const { uploads, lost } = await this.#copyUploads();
    const isSettled = (await listUnfinished(store)).length === 0;
    const files = [...entries, ...uploads];
    const manifest: Manifest = { format: 'copydesk-export', version: 1, at, scope, isSettled, files };
    await writeFile(join(this.#folder, manifestName), `${JSON.stringify(manifest, null, 1)}\n`, { flush: true });
    this.#request.signal.throwIfAborted();
    return { manifest, left: this.#selection?.left.size ?? 0, lost };
  }

  async #writeThings(thing: Thing): Promise<FileEntry> {
    const file = await LineFile.create(this.#folder, pathOf(thing.file));
    for await (const keys of this.#keysOf(thing)) {
      this.#request.signal.throwIfAborted();
      const lines = await findLines(this.#source.store, thing, keys);
      for (const key of keys) {
        const line = lines.get(key);
        if (line) await file.write(this.#textOf(thing, line));
      }
      if (thing.kind === 'article') this.#done += keys.length;
      this.#request.onProgress(this.#done / Math.max(1, this.#total));
    }
    return file.close();
  }

  async *#keysOf(thing: Thing): AsyncGenerator<string[]> {
    const { store } = this.#source;
    if (this.#selection) return yield* chunksOf(this.#selection.inOrder(thing.kind), thingsPerRead);
    if (thing.kind === 'key') return yield await listApiKeyIds(store);
    // A translation comes behind its original, as it can only be brought where that is.
    const lineages = thing.kind === 'article' ? (['original', 'translation'] as const) : [undefined];
    for (const lineage of lineages) {
      for (let beyond: string | undefined = ''; beyond !== undefined; ) {
        const keys: string[] = await listKeys(store, thing, beyond, thingsPerRead, lineage);
        yield keys;
        beyond = keys.at(-1);
      }
    }
  }

  #textOf(thing: Thing, whole: Line): string {
    const line = this.#selection ? this.#selection.trim(thing.kind, whole) : whole;
    // The file of an erased picture may not be gone yet.
    if (line.parts.files && this.#erased.has(keyOf(thing, line))) line.parts.files = [];
    for (const { sha256 } of line.parts.files ?? []) this.#uploads.add(String(sha256));
    const text = lineText(line);
    for (const id of this.#erased.keys()) if (text.includes(id)) this.#named.add(id);
    return text;
  }

  /** As the command that lists erasures does; of some stories only those that they name. */
  async #writeErasures(): Promise<FileEntry> {
    const file = await LineFile.create(this.#folder, pathOf(erasuresFile));
    for (const record of await listErasureRecords(this.#source.store))
      if (!this.#selection || this.#named.has(record.resourceId)) await file.write(JSON.stringify(record));
    return file.close();
  }

  async #writeLog(name: 'changes' | 'public-log'): Promise<FileEntry> {
    const file = await LineFile.create(this.#folder, pathOf(name));
    const list = name === 'changes' ? listChanges : listPublicLog;
    for (let beyond: number | undefined = 0; beyond !== undefined; ) {
      this.#request.signal.throwIfAborted();
      const entries: LogEntry[] = await list(this.#source.store, beyond, entriesPerRead);
      for (const entry of entries) if (this.#isOfSelection(entry)) await file.write(JSON.stringify(entry));
      beyond = entries.at(-1)?.seq;
    }
    return file.close();
  }

  #isOfSelection({ kind, resourceId, articleId }: LogEntry): boolean {
    if (!this.#selection) return true;
    const isOfStory = articleId !== null && this.#selection.has('article', articleId);
    return isOfStory || (kind !== undefined && this.#selection.has(kind, resourceId ?? ''));
  }

  async #copyUploads(): Promise<{ uploads: FileEntry[]; lost: string[] }> {
    const uploads: FileEntry[] = [];
    const lost: string[] = [];
    for (const sha256 of [...this.#uploads].sort()) {
      this.#request.signal.throwIfAborted();
      const path = mediaPathOf(sha256);
      const to = join(this.#folder, path);
      try {
        const copied = await this.#source.files.withFile(sha256, (from) => copyDurably(from, to));
        if (copied.sha256 === sha256) uploads.push({ path, ...copied });
        else {
          await rm(to);
          lost.push(sha256);
        }
      } catch (error) {
        if (!(error instanceof FileMissing)) throw error;
        lost.push(sha256);
      }
    }
    return { uploads, lost };
  }
}

interface LogEntry {
  seq: number;
  kind?: string;
  resourceId?: string;
  articleId: string | null;
}

function orderOf({ path }: FileEntry): number {
  return lineFiles.findIndex((file) => pathOf(file) === path);
}
