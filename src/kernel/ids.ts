import { v7 } from 'uuid';

/** A new UUIDv7 (RFC 9562): sorts by the time it was made. */
export function newId(): string {
  return v7();
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether the text is a UUID in its canonical lower-case form, as the store keeps it. */
export function isId(text: string): boolean {
  return uuidPattern.test(text);
}
