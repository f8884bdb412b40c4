import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Encoder } from '../../../src/http/encodings.js';

describe('coded bytes', () => {
  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const)('are kept as %s in no more memory than they are long', async (coding, decode) => {
    const encoder = new Encoder();
    for (const text of ['short', 'words and '.repeat(500), Array.from({ length: 20_000 }, (_, i) => i).join()]) {
      const coded = await encoder.encode(text, coding, () => ({ bytes: Buffer.from(text), release: () => undefined }));
      expect(coded?.buffer.byteLength).toBe(coded?.length);
      expect(encoder.known(text, coding)).toBe(coded);
      expect(decode(coded ?? '').toString()).toBe(text);
    }
  });
});
