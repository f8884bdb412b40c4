import { createHash, randomBytes } from 'node:crypto';

/** A token of 256 random bits, as it stands in an address. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256 of a token, in hex: all that is stored of it. Looking it up by that tells nothing by the time it takes. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
