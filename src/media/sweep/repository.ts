import { asc, eq, inArray } from 'drizzle-orm';
import { fillImage } from '../../blocks/library.js';
import { versionOf } from '../../blocks/renditions.js';
import { chunksOf } from '../../kernel/chunks.js';
import type { Store } from '../../storage/store.js';

/** Every file that a revision of an image shows, with the images. */
export async function listShownFiles({ db, tables: { imageFiles }, all }: Store): Promise<Map<string, string[]>> {
  const rows = await all(db.select().from(imageFiles).orderBy(asc(imageFiles.sha256), asc(imageFiles.imageId)));
  const files = new Map<string, string[]>();
  for (const { sha256, imageId } of rows) files.set(sha256, [...(files.get(sha256) ?? []), imageId]);
  return files;
}

/** Whether a revision of any image shows a file. */
export async function isFileShown({ db, tables: { imageFiles }, all }: Store, sha256: string): Promise<boolean> {
  return (await all(db.select().from(imageFiles).where(eq(imageFiles.sha256, sha256)).limit(1))).length > 0;
}

/** The version that the renditions of images have now; nothing for those that are not there, or have no file. */
export async function findVersions(
  { db, tables: { images }, all }: Store,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const versions = new Map<string, string>();
  for (const some of chunksOf([...ids], 500)) {
    for (const row of await all(db.select().from(images).where(inArray(images.id, some)))) {
      const facts = fillImage(row);
      if (facts.file) versions.set(row.id, versionOf({ id: row.id, ...facts }));
    }
  }
  return versions;
}
