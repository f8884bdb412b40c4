import type { Element } from 'xast';
import { toXml } from 'xast-util-to-xml';

/** Characters that no XML document can have, not even escaped (XML 1.0, 2.2). */
const impossible = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** An XML document with its declaration. */
export function xmlDocument(root: Element): string {
  // What ends a CDATA section may not stand in text either (XML 1.0, 2.4), and there are no CDATA sections here.
  const elements = toXml(root).replaceAll(impossible, '').replaceAll(']]>', ']]&gt;');
  return `<?xml version="1.0" encoding="utf-8"?>\n${elements}\n`;
}
