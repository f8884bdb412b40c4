import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPicture } from '../../../src/media/decoding.js';
import { quarters } from '../../support/pictures.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'copydesk-decoding-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the decoder makes of bytes; why it cannot, when it cannot. */
async function read(bytes: Buffer): Promise<string | undefined> {
  const path = join(folder, 'file');
  writeFileSync(path, bytes);
  const picture = await openPicture(path, false);
  return picture.metadata().then(
    ({ format }) => format,
    (error: Error) => error.message,
  );
}

describe('the decoder', () => {
  it('reads five kinds of file', async () => {
    for (const format of ['jpeg', 'png', 'webp', 'gif'] as const)
      expect(await read(await quarters(60, 40).toFormat(format).toBuffer())).toBe(format);
    expect(await read(await quarters(60, 40).avif({ effort: 0 }).toBuffer())).toBe('heif');
  });

  it('does not so much as look into any other, though it could', async () => {
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
    );
    const others = [svg, await quarters(60, 40).tiff().toBuffer(), Buffer.from('P3 1 1 255 255 0 0\n')];
    for (const bytes of others) expect(await read(bytes)).toMatch(/unsupported image format/);
    expect(sharp.format.svg.input.buffer).toBe(true);
  });
});
