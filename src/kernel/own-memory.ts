/**
 * The same bytes in memory of just their length. What Node gives is often a part of a far larger piece, all of which is kept for as
 * long as the part is: a cache that counts lengths would hold many times as much.
 */
export function inOwnMemory(bytes: Buffer): Buffer {
  if (bytes.buffer.byteLength === bytes.length) return bytes;
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
}

/** What an entry of a cache takes beside its bytes and key: their objects and its place. Of small answers that is most of it. */
const entryBytes = 512;

/** How much memory a cache takes for bytes that it keeps. What is in a key may be for the client to say, and longer than the bytes. */
export function keptSize({ length }: Buffer, key: string): number {
  return length + key.length + entryBytes;
}
