// Files that were named to a command: read like what comes over HTTP, so that nothing comes in by them that would be refused there.
import { constants } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { decoded, documentBytesMax, tooMuchOf } from '../kernel/documents.js';
import { DomainError } from '../kernel/errors.js';
import { requireFile, syncPath } from './files.js';
import { Refusal, refusalOf } from './refusal.js';

/** @throws Refusal for what is no file, is too long or is not UTF-8 */
async function readText(path: string, bytesMax: number): Promise<string> {
  await requireFile(path);
  const { size } = await stat(path);
  if (size > bytesMax) throw new Refusal(`It has ${size} bytes; at most ${bytesMax} are read.`);
  const text = decoded(await readFile(path));
  if (text === undefined) throw new Refusal('It is not UTF-8.');
  return text;
}

/** The text of a story. @throws `malformed` */
export function readStoryText(path: string): Promise<string> {
  return readText(path, documentBytesMax).catch((error: Error) => {
    throw new DomainError('malformed', error.message);
  });
}

/** A story that is JSON. @throws `malformed`, `unprocessable` when there is too much in it */
export async function readStoryJson(path: string): Promise<unknown> {
  const text = await readStoryText(path);
  const tooMuch = tooMuchOf(text, 'file');
  if (tooMuch) throw tooMuch;
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    const position = /position (\d+)/.exec(message)?.[1];
    const before = position === undefined ? text : text.slice(0, Number(position));
    throw new DomainError('malformed', `line ${before.split('\n').length}: it is not JSON: ${message}`);
  }
}

/** The list of erasures that is named to a command. @throws Refusal */
export function readErasureList(path: string): Promise<string> {
  return readText(path, constants.MAX_STRING_LENGTH).catch((error: Error) => {
    throw new Refusal(`The erasures cannot be read: ${error.message}`);
  });
}

/**
 * Writes a file so that it is there whole and on disk, or what was there before stays.
 * @throws Refusal
 */
export async function writeWholeFile(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const folder = dirname(target);
  const unfinished = join(folder, `.${basename(target)}-${randomUUID().slice(0, 8)}.unfinished`);
  try {
    const there = await stat(target).catch(() => undefined);
    if (there && !there.isFile()) throw new Refusal(`${path} is no file.`);
    await writeFile(unfinished, text, { flush: true, flag: 'wx' });
    await rename(unfinished, target);
    await syncPath(folder);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw refusalOf(error, path);
  }
}
