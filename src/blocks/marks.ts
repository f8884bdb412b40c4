// What Markdown cannot say of a story, in comments that no reader is shown: `<!-- copydesk:image {"image":{"id":"…"}} -->`. Each
// stands before what it is about. Delivery writes them, so that a story can come back from its Markdown; importing reads them.
import type { Html } from 'mdast';
import { jsonDepth } from '../kernel/json.js';

/** Deeper than any that is written. */
const depthMax = 16;

export type Facts = Record<string, unknown>;

/** A mark that tells facts of what stands behind it. Members that are null say nothing. */
export function mark(name: string, facts: Facts): Html {
  const json = JSON.stringify(facts, (_name, value) => value ?? undefined)
    // Within strings only, since nothing else in JSON has these: a comment must not end early.
    .replaceAll('>', '\\u003e')
    .replaceAll('--', '-\\u002d');
  return { type: 'html', value: `<!-- copydesk:${name} ${json} -->` };
}

export interface Mark {
  name: string;
  facts: Facts;
}

/** The mark that a piece of HTML is; undefined for any other HTML. */
export function readMark(html: string): Mark | undefined {
  const [, name, json] = /^<!-- copydesk:(\w+) (\{.*\}) -->$/.exec(html.trim()) ?? [];
  if (name === undefined || json === undefined || jsonDepth(json) > depthMax) return undefined;
  try {
    const facts = JSON.parse(json, (member, value) => (member === '__proto__' ? undefined : value)) as Facts;
    return { name, facts };
  } catch {
    return undefined;
  }
}
