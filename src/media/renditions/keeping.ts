// Renditions as they are kept on this machine's disk: made when they are first asked for, once whoever asks at the same time.
import { createHash, randomUUID } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LRUCache } from 'lru-cache';
import type { RenditionFormat } from '../../blocks/renditions.js';
import { diskFailure } from '../../kernel/disk-failure.js';
import { DomainError } from '../../kernel/errors.js';
import { keptSize } from '../../kernel/own-memory.js';
import type { Slots } from '../decoding.js';
import type { FileStore } from '../store/file-store.js';
import { makeRendition, type Recipe } from './make.js';

/** Larger ones are read from disk each time they are sent. */
const inMemoryBytesMax = 1024 * 1024;
/** How many entity tags are remembered. */
const tagsMax = 20_000;

/** What is told, to whoever listens, of each rendition that was made. */
export interface MadeRendition {
  format: RenditionFormat;
  ms: number;
}
export const madeRenditions = channel('copydesk:made-renditions');

/** A rendition that is on disk. */
export interface Rendition {
  /** Strong entity tag of its bytes. */
  etag: string;
  size: number;
  path: string;
  /** The bytes, unless they are too many to be kept in memory. */
  bytes: Buffer | undefined;
}

/** Which one: its place below the folder of its image. */
export interface RenditionName {
  imageId: string;
  version: string;
  /** View and shape. */
  frame: string;
  /** Width and format. */
  file: string;
}

export class KeptRenditions {
  readonly #folder: string;
  readonly #files: FileStore;
  readonly #slots: Slots;
  readonly #making = new Map<string, Promise<void>>();
  readonly #tags = new LRUCache<string, { etag: string; size: number }>({ max: tagsMax });
  readonly #bytes: LRUCache<string, Buffer>;

  constructor(folder: string, files: FileStore, slots: Slots, memoryBytesMax: number) {
    this.#folder = folder;
    this.#files = files;
    this.#slots = slots;
    this.#bytes = new LRUCache({ maxSize: Math.max(1, memoryBytesMax), sizeCalculation: keptSize });
  }

  /** The rendition, made if it is not there. @throws `unavailable` when too much is being made, its file is missing, or the disk is not well */
  async get(
    { imageId, version, frame, file }: RenditionName,
    sha256: string,
    recipe: () => Recipe,
  ): Promise<Rendition> {
    const path = join(this.#folder, imageId, version, frame, file);
    const known = await this.#find(path);
    if (known) return known;
    await this.#make(path, sha256, recipe());
    const made = await this.#find(path);
    // Taken away in the very moment, because the image is to be forgotten.
    if (!made) throw new DomainError('not_found', 'There is no such picture any more.');
    return made;
  }

  async #find(path: string): Promise<Rendition | undefined> {
    const tag = this.#tags.get(path);
    const bytes = this.#bytes.get(path);
    if (tag && bytes) return { ...tag, path, bytes };
    return this.#read(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw diskFailure(error);
      this.#tags.delete(path);
      return undefined;
    });
  }

  async #read(path: string): Promise<Rendition> {
    const { size } = await stat(path);
    if (size > inMemoryBytesMax) {
      const etag = this.#tags.get(path)?.etag ?? (await tagOfFile(path));
      this.#tags.set(path, { etag, size });
      return { etag, size, path, bytes: undefined };
    }
    const bytes = await readFile(path);
    const etag = tagOf(createHash('sha256').update(bytes).digest('base64url'));
    this.#tags.set(path, { etag, size: bytes.length });
    this.#bytes.set(path, bytes);
    return { etag, size: bytes.length, path, bytes };
  }

  async #make(path: string, sha256: string, recipe: Recipe): Promise<void> {
    const making =
      this.#making.get(path) ??
      this.#slots.run(() => this.#write(path, sha256, recipe)).finally(() => this.#making.delete(path));
    this.#making.set(path, making);
    await making;
  }

  async #write(path: string, sha256: string, recipe: Recipe): Promise<void> {
    const folder = dirname(path);
    // A name that no rendition has, so that half of one is never taken for one.
    const beside = join(folder, `.${randomUUID()}`);
    try {
      await mkdir(folder, { recursive: true });
      const began = performance.now();
      await this.#files.withFile(sha256, (source) => makeRendition(source, beside, recipe));
      await rename(beside, path);
      const made: MadeRendition = { format: recipe.format, ms: performance.now() - began };
      madeRenditions.publish(made);
    } catch (error) {
      await rm(beside, { force: true }).catch(() => undefined);
      throw error instanceof DomainError ? error : cannotMake(error);
    }
  }

  /** Removes every rendition of an image, those that are being made among them. */
  async forget(imageId: string): Promise<void> {
    const folder = join(this.#folder, imageId);
    const inFolder = (path: string) => path.startsWith(`${folder}/`);
    await Promise.allSettled([...this.#making].filter(([path]) => inFolder(path)).map(([, making]) => making));
    await rm(folder, { recursive: true, force: true });
    for (const path of [...this.#tags.keys()].filter(inFolder)) this.#tags.delete(path);
    for (const path of [...this.#bytes.keys()].filter(inFolder)) this.#bytes.delete(path);
  }

  /** The images that there are renditions of. */
  async listImages(): Promise<string[]> {
    return readdir(this.#folder).catch(() => []);
  }

  /** Removes the renditions of all versions of an image, but for one if there is one. @returns how many versions */
  async forgetVersionsBut(imageId: string, version: string | undefined): Promise<number> {
    const versions = await readdir(join(this.#folder, imageId)).catch(() => []);
    const old = versions.filter((name) => name !== version);
    for (const name of old) await rm(join(this.#folder, imageId, name), { recursive: true, force: true });
    if (version === undefined) await this.forget(imageId);
    return old.length;
  }
}

/** The file is missing or damaged, or there is no room: nothing that whoever asks could do otherwise. */
function cannotMake(cause: unknown): DomainError {
  return new DomainError('unavailable', 'The picture cannot be made at the moment.', { cause });
}

function tagOf(hash: string): string {
  return `"${hash.slice(0, 22)}"`;
}

async function tagOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return tagOf(hash.digest('base64url'));
}
