// What is held of a document before anything looks into it, whichever way it comes: as the body of a request, or as a file.
import { type DomainError, unprocessable } from './errors.js';
import { jsonExtent } from './json.js';

export const documentBytesMax = 1024 * 1024;
const depthMax = 32;
/** Of all arrays together. A megabyte of spans has 30,000; of nothing but items, each of which is looked at, it would have half a million. */
const itemsMax = 50_000;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The text of bytes, without a byte order mark; undefined when they are not UTF-8. */
export function decoded(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Why a text has more in it than is looked at, if it has. */
export function tooMuchOf(text: string, what: 'body' | 'file'): DomainError | undefined {
  const { depth, items } = jsonExtent(text);
  const refuse = (detail: string, code: string, message: string) =>
    unprocessable(detail, [{ pointer: '', code, message }]);
  if (depth > depthMax)
    return refuse(`The ${what} nests too deep.`, 'too_deep', `nests deeper than ${depthMax} arrays and objects`);
  if (items > itemsMax)
    return refuse(`The ${what} has too much in it.`, 'too_many', `has more than ${itemsMax} items in its arrays`);
  return undefined;
}
