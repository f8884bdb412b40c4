import { createHash } from 'node:crypto';

/** A strong entity tag for bytes (RFC 9110, 8.8.3): the same bytes always have the same tag, others another. */
export function entityTag(bytes: Buffer | string): string {
  return `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
}

/** The strong tag of what follows from a text and the bytes that have a tag. Telling it takes neither those bytes nor the new ones. */
export function derivedTag(etag: string, text: string): string {
  return `${etag.slice(0, -1)}-${entityTag(text).slice(1)}`;
}
