import { describe, expect, it } from 'vitest';
import { hashSecret, newApiKey, parseApiKey, secretMatches } from '../../../src/access/api-keys.js';

describe('a key', () => {
  it('is taken apart again, unless a letter of it is another', () => {
    const { key, id, secret } = newApiKey();
    expect(parseApiKey(key)).toEqual({ id, secret });
    for (let i = 0; i < key.length; i++) {
      const other = key[i] === '0' ? '1' : '0';
      expect(parseApiKey(key.slice(0, i) + other + key.slice(i + 1))).toBeUndefined();
    }
  });
});

describe('the comparison of a secret', () => {
  const { secret } = newApiKey();

  it('is right for its own hash alone', () => {
    expect(secretMatches(secret, hashSecret(secret))).toBe(true);
    for (const hash of [hashSecret(`${secret}0`), hashSecret(secret).slice(1), '', undefined])
      expect(secretMatches(secret, hash)).toBe(false);
  });

  it('does the same work where there is nothing to compare with', () => {
    const timeOf = (hash: string | undefined) => {
      const start = process.hrtime.bigint();
      for (let i = 0; i < 2000; i++) secretMatches(secret, hash);
      return Number(process.hrtime.bigint() - start);
    };
    // The least of many is free of what else the machine does. Without the work it would be a hundredth.
    const least = (hash: string | undefined) => Math.min(...Array.from({ length: 15 }, () => timeOf(hash)));
    least(hashSecret(secret));
    const [some, none] = [least(hashSecret(secret)), least(undefined)];
    expect(none / some).toBeGreaterThan(0.3);
    expect(none / some).toBeLessThan(3);
  });
});
