// What an export has, so that nothing of it can be missing or otherwise unseen.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { measure, requireFile } from '../backups/files.js';
import { Refusal } from '../backups/refusal.js';
import { parsedJson } from '../kernel/json.js';
import { Instant } from '../kernel/scalars.js';
import { things } from './things.js';

export const manifestName = 'manifest.json';
export const erasuresFile = 'erasures';
export const logFiles = ['changes', 'public-log'] as const;

/** Every file of lines that an export has, in the order in which they are written. */
export const lineFiles: readonly string[] = [
  erasuresFile,
  ...Object.values(things).map(({ file }) => file),
  ...logFiles,
];

export function pathOf(file: string): string {
  return `${file}.ndjson`;
}

/** Where the uploaded file with this hash is. */
export function mediaPathOf(sha256: string): string {
  return `media/${sha256.slice(0, 2)}/${sha256}`;
}

const FileEntry = z.object({
  /** Below the folder of the export, and nowhere else. */
  path: z.string().regex(/^([a-z-]+\.ndjson|media\/[0-9a-f]{2}\/[0-9a-f]{64})$/, { error: 'is no file of an export' }),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** How many lines it has; of uploaded files none. */
  lines: z.int().min(0).optional(),
});
export type FileEntry = z.output<typeof FileEntry>;

/** What was asked for; nothing stands for everything. */
const Scope = z.object({
  article: z.string().optional(),
  desk: z.string().optional(),
  from: Instant.optional(),
  to: Instant.optional(),
});
export type Scope = z.output<typeof Scope>;

const Manifest = z.object({
  format: z.literal('copydesk-export'),
  /** Rises when the lines get another form. */
  version: z.literal(1),
  /** The moment that it is of. */
  at: Instant,
  scope: Scope,
  /** Whether every change had reached all live stories; else they are compiled anew where they are brought. */
  isSettled: z.boolean(),
  files: z.array(FileEntry),
});
export type Manifest = z.output<typeof Manifest>;

export function isWhole(scope: Scope): boolean {
  return Object.values(scope).every((value) => value === undefined);
}

/** @throws Refusal when there is no export in the folder */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, manifestName);
  const read = async () => {
    await requireFile(path);
    return readFile(path, 'utf8');
  };
  const text = await read().catch(() => {
    throw new Refusal(`${folder} is no export: there is no ${manifestName} in it.`);
  });
  const parsed = Manifest.safeParse(parsedJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Refusal(`${path} is damaged, or of a newer version: ${issue?.path.join('/') || 'it'}: ${issue?.message}`);
  }
  const named = new Set(parsed.data.files.map((file) => file.path));
  const missing = lineFiles.map(pathOf).find((name) => !named.has(name));
  if (missing !== undefined) throw new Refusal(`${path} names no ${missing}.`);
  const other = parsed.data.files.find(({ path, sha256 }) => path.startsWith('media/') && path !== mediaPathOf(sha256));
  if (other) throw new Refusal(`${path} is damaged: ${other.path} has other bytes than its name says.`);
  return parsed.data;
}

/** Holds every file to the manifest. @throws Refusal naming the first that is missing or otherwise */
export async function requireUndamaged(
  folder: string,
  { files }: Manifest,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const { path, bytes, sha256 } of files) {
    signal.throwIfAborted();
    const place = join(folder, path);
    const found = await measure(place).catch((error) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Refusal(`${place} is missing.`);
      throw error;
    });
    if (found.bytes !== bytes || found.sha256 !== sha256)
      throw new Refusal(`${place} is not what was exported: its bytes are others than the manifest says.`);
    done += bytes;
    onProgress(done / Math.max(1, total));
  }
}
