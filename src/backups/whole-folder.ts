// Makes a folder that is there whole and on disk, or not at all.
import { randomUUID } from 'node:crypto';
import { access, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { syncFolders, syncPath } from './files.js';
import { Refusal, refusalOf } from './refusal.js';

/**
 * Fills a folder, brings it to disk, and gives it its name last, so that half of it is never taken for the whole.
 * @param folder what is to be made; nothing may be there
 * @param fill gets the place to fill
 * @throws Refusal in which case nothing is left
 */
export async function makeWholeFolder<Result>(
  folder: string,
  fill: (unfinished: string) => Promise<Result>,
): Promise<Result> {
  const target = resolve(folder);
  if (await isThere(target)) throw new Refusal(`${folder} is there already. Name a folder that is not.`);
  // A disk that is not mounted, or a slip of the finger, would else be a folder where nobody looks for it.
  const parent = await stat(dirname(target)).catch(() => undefined);
  if (!parent?.isDirectory())
    throw new Refusal(`There is no folder ${dirname(target)} to make ${basename(target)} in.`);
  // Beside the target, so that giving it its name is one step; the leading dot and its ending say what it is, should it be left.
  const unfinished = join(dirname(target), `.${basename(target)}-${randomUUID().slice(0, 8)}.unfinished`);
  try {
    await mkdir(unfinished);
    const result = await fill(unfinished);
    await syncFolders(unfinished);
    await rename(unfinished, target);
    await syncPath(dirname(target));
    return result;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    if ((error as NodeJS.ErrnoException).code === 'ENOTEMPTY')
      throw new Refusal(`${folder} was made by somebody else meanwhile.`);
    throw refusalOf(error, folder);
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
