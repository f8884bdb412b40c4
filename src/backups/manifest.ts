// What a backup has, so that nothing of it can be missing or otherwise unseen.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parsedJson } from '../kernel/json.js';
import { Instant } from '../kernel/scalars.js';
import { requireFile } from './files.js';
import { Refusal } from './refusal.js';

export const manifestName = 'manifest.json';
export const databaseName = 'copydesk.db';
export const erasuresName = 'erasures.ndjson';
export const mediaName = 'media';

const FileEntry = z.object({
  /** Below the folder of the backup, and nowhere else. */
  path: z
    .string()
    .regex(/^(copydesk\.db|erasures\.ndjson|media(\/[\w-][\w.-]*)+)$/, { error: 'is no file of a backup' }),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type FileEntry = z.output<typeof FileEntry>;

const Manifest = z.object({
  /** Rises when backups get another form. */
  format: z.literal(1),
  /** When it was begun: the database is of a moment after this. */
  at: Instant,
  files: z.array(FileEntry),
});
export type Manifest = z.output<typeof Manifest>;

/** @throws Refusal when there is no backup in the folder */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, manifestName);
  const read = async () => {
    await requireFile(path);
    return readFile(path, 'utf8');
  };
  const text = await read().catch(() => {
    throw new Refusal(`${folder} is no backup: there is no ${manifestName} in it.`);
  });
  const parsed = Manifest.safeParse(parsedJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Refusal(`${path} is damaged, or of a newer version: ${issue?.path.join('/') || 'it'}: ${issue?.message}`);
  }
  if (!parsed.data.files.some((file) => file.path === databaseName))
    throw new Refusal(`${path} names no ${databaseName}.`);
  return parsed.data;
}
