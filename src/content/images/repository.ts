import type { Statement, Store } from '../../storage/store.js';

/** Notes that a revision of an image shows a file, so that the file is kept. */
export function imageFileStatement({ db, tables: { imageFiles } }: Store, imageId: string, sha256: string): Statement {
  return { query: db.insert(imageFiles).values({ imageId, sha256 }).onConflictDoNothing() };
}
