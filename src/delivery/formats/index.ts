// The list of representations. A new one is its file and a line here.
import type { Format } from './format.js';
import { fragment, html } from './html.js';
import { jsonld } from './jsonld.js';
import { markdown } from './markdown.js';
import { ninjs } from './ninjs.js';
import { text } from './text.js';

/** Beside JSON, which is what publishing compiled. */
export const formats: readonly Format[] = [html, fragment, markdown, text, jsonld, ninjs];

/** The format with this name; undefined for `json` and for what is none. */
export function formatNamed(name: string): Format | undefined {
  return formats.find((format) => format.name === name);
}

/** The format that an Accept header asks for by naming exactly one type, so that a browser's long wish list still gets JSON. */
export function formatAccepted(accept: string): Format | undefined {
  const mediaType = accept.split(';')[0]?.trim().toLowerCase();
  return formats.find((format) => format.mediaType === mediaType);
}
