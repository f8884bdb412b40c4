// Running text of HTML: what becomes a text with spans, and the pictures that stand in it.
import type { Element, ElementContent, RootContent } from 'hast';
import { RichText } from './rich-text.js';
import { type DraftedText, excerpt, type Place, type Reading } from './story.js';

export type HtmlNode = RootContent | ElementContent;

export interface HtmlPhrases extends DraftedText {
  /** Pictures and media that stand in the text; they come behind it. */
  beside: Element[];
}

/** Elements that come as what they mark, or as their words where that is all they are. */
const marks: Record<string, 'strong' | 'emphasis' | 'code'> = {
  strong: 'strong',
  b: 'strong',
  em: 'emphasis',
  i: 'emphasis',
  cite: 'emphasis',
  dfn: 'emphasis',
  var: 'emphasis',
  code: 'code',
  kbd: 'code',
  samp: 'code',
  tt: 'code',
};
const plain = new Set(['span', 'abbr', 'time', 'small', 'font', 'label', 'data', 'bdi', 'bdo', 'wbr', 'big', 'nobr']);
const changed = new Set(['u', 's', 'strike', 'del', 'ins', 'sub', 'sup', 'mark', 'ruby', 'rt', 'rp']);
const shown = new Set(['img', 'picture', 'video', 'audio', 'iframe', 'figure']);
const phrasing = new Set([...Object.keys(marks), ...plain, ...changed, 'a', 'br', 'q']);

/** Whether a node is part of running text, or says nothing in it. */
export function isPhrase(node: HtmlNode): boolean {
  if (node.type === 'element') return phrasing.has(node.tagName) || isDropped(node.tagName);
  return node.type === 'text' || node.type === 'comment';
}

export function textOfHtml(node: HtmlNode): string {
  if (node.type === 'text') return node.value;
  return node.type === 'element' ? node.children.map(textOfHtml).join('') : '';
}

/** The words of a node, white space as HTML shows it. */
export function wordsOf(node: HtmlNode): string {
  return textOfHtml(node)
    .replaceAll(/[ \t\n\r\f]+/g, ' ')
    .trim();
}

/** The value of an attribute, which is a text. */
export function attribute(node: Element, name: string): string | undefined {
  const value = node.properties[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function hasClass(node: Element, name: string): boolean {
  return Array.isArray(node.properties.className) && node.properties.className.includes(name);
}

/** Reads the running text of HTML. */
export class HtmlPhraseReader {
  readonly #reading: Reading;
  readonly #place: (node: HtmlNode) => Place;
  readonly #quoteOf: (id: string) => object | undefined;

  /** @param quoteOf the quote that has an id in the document, to be marked in the text */
  constructor(reading: Reading, place: (node: HtmlNode) => Place, quoteOf: (id: string) => object | undefined) {
    this.#reading = reading;
    this.#place = place;
    this.#quoteOf = quoteOf;
  }

  read(nodes: readonly HtmlNode[]): HtmlPhrases {
    const rich = new RichText();
    const beside: Element[] = [];
    for (const node of nodes) this.#write(node, rich, beside);
    return { ...rich.done({ isTrimmed: true }), beside };
  }

  #write(node: HtmlNode, rich: RichText, beside: Element[]): void {
    if (node.type === 'text') rich.writeCollapsed(node.value);
    else if (node.type === 'element') this.#writeElement(node, rich, beside);
  }

  #writeElement(node: Element, rich: RichText, beside: Element[]): void {
    const { tagName, children } = node;
    const fill = () => {
      for (const child of children) this.#write(child, rich, beside);
    };
    const mark = marks[tagName];
    const quoteId = attribute(node, 'dataQuoteId');
    const quote = tagName === 'span' && quoteId !== undefined ? this.#quoteOf(quoteId) : undefined;
    if (shown.has(tagName)) beside.push(node);
    else if (mark) rich.within({ type: mark }, fill);
    else if (quote) rich.within({ type: 'quote', quote }, fill);
    else if (tagName === 'a') this.#writeLink(node, rich, fill);
    else if (tagName === 'br') rich.breakLine();
    else if (tagName === 'q') {
      rich.write('“');
      fill();
      rich.write('”');
    } else if (isDropped(tagName)) this.#reading.lose(this.#place(node), 'html', `${tagName} is left out`);
    else {
      if (!plain.has(tagName)) this.#loseMark(node);
      if (quoteId !== undefined)
        this.#reading.lose(
          this.#place(node),
          'quote',
          `the words ${excerpt(wordsOf(node))} are no longer marked as a quote: nothing tells whose`,
        );
      fill();
    }
  }

  #writeLink(node: Element, rich: RichText, fill: () => void): void {
    const href = attribute(node, 'href');
    const target = href === undefined ? undefined : this.#reading.link(href.trim(), this.#place(node));
    if (target === undefined) fill();
    else rich.within({ type: 'link', href: target }, fill);
  }

  #loseMark(node: Element): void {
    const what = changed.has(node.tagName) ? 'formatting' : 'html';
    this.#reading.lose(
      this.#place(node),
      what,
      `of ${node.tagName} only the words are kept: ${excerpt(wordsOf(node))}`,
    );
  }
}

/** Elements with nothing to read in them. */
const dropped = new Set([
  ...['script', 'style', 'template', 'noscript', 'svg', 'math', 'object', 'embed', 'applet', 'canvas', 'map'],
  ...['form', 'button', 'input', 'select', 'textarea', 'frameset'],
]);

function isDropped(tagName: string): boolean {
  return dropped.has(tagName);
}

/** The first element of a name within another, however deep. */
export function elementIn(node: Element, tagName: string): Element | undefined {
  for (const child of node.children) {
    if (child.type !== 'element') continue;
    if (child.tagName === tagName) return child;
    const inner = elementIn(child, tagName);
    if (inner) return inner;
  }
  return undefined;
}

/** Running text in pieces, and the elements between. */
export function groupsOf(nodes: readonly HtmlNode[]): (HtmlNode[] | Element)[] {
  const groups: (HtmlNode[] | Element)[] = [];
  for (const node of nodes) {
    const last = groups.at(-1);
    if (!isPhrase(node)) {
      if (node.type === 'element') groups.push(node);
    } else if (Array.isArray(last)) last.push(node);
    else groups.push([node]);
  }
  return groups;
}
