import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A key in its parts: `copydesk_<id>_<secret>_<checksum>`. The prefix lets scanners find leaked keys, the checksum lets them be sure. */
export interface ApiKey {
  id: string;
  secret: string;
}

const pattern = /^copydesk_([0-9a-f]{12})_([0-9a-f]{64})_([0-9a-f]{8})$/;

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

/** A new key with a secret of 256 random bits. */
export function newApiKey(): ApiKey & { key: string } {
  const id = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('hex');
  const text = `copydesk_${id}_${secret}`;
  return { id, secret, key: `${text}_${checksum(text)}` };
}

/** The parts of a key, or undefined when it is none of ours or mistyped. */
export function parseApiKey(key: string): ApiKey | undefined {
  const [, id, secret, check] = pattern.exec(key) ?? [];
  if (id === undefined || secret === undefined || check !== checksum(`copydesk_${id}_${secret}`)) return undefined;
  return { id, secret };
}

/** SHA-256 of a secret, in hex: all that is stored of it. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares in constant time, with a hash that nothing has where there is none to compare with. */
export function secretMatches(secret: string, hash = ''): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(secret)), Buffer.from(hash.padEnd(64, '-').slice(0, 64)));
}
