// Whether JSON that comes from outside, and is held to no schema, has only text that can be kept, sent and shown.
import { textFault } from './scalars.js';

/** Only escaped, or beyond ASCII's end, can JSON have what no text may have. */
const maybeFaulty = /\\[ubfr]|[\x7f-\x9f]/;

/** What is wrong with a text of a JSON value, as the first that is; undefined when nothing is. @param json what it was parsed from */
export function unstorableText(json: string, value: unknown): string | undefined {
  return maybeFaulty.test(json) ? faultWithin(value) : undefined;
}

function faultWithin(value: unknown): string | undefined {
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'string') {
      const fault = textFault(next);
      if (fault !== undefined) return fault;
    } else if (typeof next === 'object' && next !== null) {
      for (const [name, inner] of Object.entries(next)) open.push(name, inner);
    }
  }
  return undefined;
}
