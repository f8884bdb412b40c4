// Files and folders that are named to a command.
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readErasureList, readStoryJson, readStoryText, writeWholeFile } from '../../../src/backups/named-files.js';
import { makeWholeFolder } from '../../../src/backups/whole-folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'copydesk-named-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A file of these bytes. */
function fileOf(bytes: string | Buffer): string {
  const path = join(folder, 'story.json');
  writeFileSync(path, bytes);
  return path;
}

describe('a file that is named to a command', () => {
  it.each([
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), /^It is not UTF-8\.$/],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), /^It is not UTF-8\.$/],
    ['empty', '', /^line 1: it is not JSON/],
    ['nested too deep', '['.repeat(33) + ']'.repeat(33), /^The file nests too deep\.$/],
  ])('is no story when it is %s', async (_what, bytes, message) => {
    await expect(readStoryJson(fileOf(bytes))).rejects.toThrow(message);
  });

  it('may begin with a byte order mark, as the body of a request may', async () => {
    expect(await readStoryJson(fileOf('\ufeff{"a":1}'))).toEqual({ a: 1 });
    expect(await readStoryText(fileOf('\ufeff# A'))).toBe('# A');
  });

  it('is refused at once when it is a pipe, a folder, or longer than anybody writes', async () => {
    const [pipe, sub, long] = ['pipe', 'sub', 'long'].map((name) => join(folder, name)) as [string, string, string];
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
    mkdirSync(sub);
    writeFileSync(long, '');
    truncateSync(long, 2 ** 30);
    for (const read of [readStoryText, readErasureList]) {
      await expect(read(pipe)).rejects.toThrow(`${pipe} is no file.`);
      await expect(read(sub)).rejects.toThrow(`${sub} is no file.`);
      await expect(read(long)).rejects.toThrow('It has 1073741824 bytes');
    }
  });
});

describe('a file that a command writes', () => {
  it('stays as it was when it cannot be written, and nothing is left', async () => {
    const path = fileOf('before');
    await expect(writeWholeFile(join(folder, 'none', 'list'), 'x')).rejects.toThrow('cannot be used');
    await expect(writeWholeFile(folder, 'x')).rejects.toThrow('is no file.');
    await expect(writeWholeFile('/dev/full', 'x')).rejects.toThrow('is no file.');
    await writeWholeFile(path, 'after');
    expect(readFileSync(path, 'utf8')).toBe('after');
    const link = join(folder, 'link');
    symlinkSync(path, link);
    await writeWholeFile(link, 'through');
    expect(readFileSync(path, 'utf8')).toBe('through');
    expect(readdirSync(folder).sort()).toEqual(['link', 'story.json']);
  });
});

describe('a folder that a command makes', () => {
  it.each(['none/export', 'story.json/export'])('is not made where there is no folder for it: %s', async (name) => {
    fileOf('{}');
    const made = makeWholeFolder(join(folder, name), async () => undefined);
    await expect(made).rejects.toThrow(/^There is no folder .* to make export in\.$/);
    expect(readdirSync(folder)).toEqual(['story.json']);
  });
});
