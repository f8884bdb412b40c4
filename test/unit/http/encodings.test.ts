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

  it('are counted with what they are kept by, which may be an address of many KB', async () => {
    const encoder = new Encoder();
    const keyOf = (i: number) => `${i} ${'x'.repeat(16_000)}`;
    const encode = (i: number) =>
      encoder.encode(keyOf(i), 'gzip', () => ({ bytes: Buffer.from(`${i}`), release: () => undefined }));
    for (let i = 0; i < 2500; i++) await encode(i);
    expect(encoder.known(keyOf(2499), 'gzip')).toBeDefined();
    expect(encoder.known(keyOf(0), 'gzip')).toBeUndefined();
  });
});
