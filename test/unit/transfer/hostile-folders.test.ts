// Folders that no export or backup has written.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { measure } from '../../../src/backups/files.js';
import { readManifest as readBackup } from '../../../src/backups/manifest.js';
import { lineFiles, pathOf, readManifest } from '../../../src/transfer/manifest.js';
import { jsonOf, readLines } from '../../../src/transfer/ndjson.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'copydesk-hostile-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const sha256 = '0'.repeat(64);

describe('a folder that is given as an export or a backup', () => {
  it('is refused at once where a pipe or a folder stands for a file', async () => {
    const pipe = join(folder, 'manifest.json');
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
    await expect(readManifest(folder)).rejects.toThrow('is no export');
    await expect(readBackup(folder)).rejects.toThrow('is no backup');
    mkdirSync(join(folder, 'articles.ndjson'));
    for (const path of [pipe, join(folder, 'articles.ndjson')])
      await expect(measure(path)).rejects.toThrow(`${path} is no file.`);
  });

  it('is refused where an uploaded file has other bytes than its name says', async () => {
    const lines = lineFiles.map((name) => ({ path: pathOf(name), bytes: 0, sha256, lines: 0 }));
    const media = { path: `media/11/${'1'.repeat(64)}`, bytes: 5, sha256 };
    const manifest = {
      format: 'copydesk-export',
      version: 1,
      at: '2026-11-26T09:00:00.000Z',
      scope: {},
      isSettled: true,
    };
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, files: [...lines, media] }));
    await expect(readManifest(folder)).rejects.toThrow('has other bytes than its name says');
  });

  it.each([
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'is not UTF-8'],
    ['half of a character', String.raw`{"a":["\ud800"]}`, 'contains a lone surrogate'],
    ['NUL', String.raw`{"a":{"b":"\u0000"}}`, 'contains a control character'],
    ['a name with NUL', String.raw`{"a\u0000":1}`, 'contains a control character'],
    ['a control character as it is', '"\u0085"', 'contains a control character'],
  ])('is refused where a line has %s', async (_what, line, why) => {
    const path = join(folder, 'articles.ndjson');
    writeFileSync(path, Buffer.concat([Buffer.from('{}\n'), Buffer.from(line), Buffer.from('\n')]));
    const outcomes: unknown[] = [];
    for await (const numbered of readLines(path))
      try {
        outcomes.push(jsonOf(numbered));
      } catch (error) {
        outcomes.push([numbered.number, (error as Error).message]);
      }
    expect(outcomes).toEqual([{}, [2, why]]);
  });

  it('is taken where a line only speaks of such', () => {
    const value = { text: String.raw`\u0000 and \ud800, \n`, emoji: '👍', wrapped: 'a\tb\nc' };
    expect(jsonOf({ number: 1, text: JSON.stringify(value), isGarbled: false })).toEqual(value);
  });

  it('is refused where a line is longer than any text can be', async () => {
    const path = join(folder, 'articles.ndjson');
    writeFileSync(path, '');
    truncateSync(path, 600 * 1024 * 1024);
    await expect(readLines(path).next()).rejects.toThrow(`${path}:1: is longer than a line can be.`);
  });
});
