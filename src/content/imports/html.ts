// Reads HTML bodies into sections of blocks: ours by their classes and data attributes, all others by what their elements mean.
import type { Element } from 'hast';
import { fromHtml } from 'hast-util-from-html';
import { DomainError, unprocessable } from '../../kernel/errors.js';
import { HtmlBlockReader } from './html-blocks.js';
import { type HtmlNode, isPhrase, wordsOf } from './html-phrases.js';
import type { KnownResources } from './known-resources.js';
import type { Members, Place, Reading } from './story.js';

/** More takes so long to read that others would wait. */
const lengthMax = 512 * 1024;
const depthMax = 100;
/** Ten to each block that a story may have. So many are read in a fifth of a second. */
const elementsMax = 20_000;
/** Elements that end by themselves where the next one begins, and those that never hold anything. */
const selfEnding =
  /^(p|li|d[td]|t[dhr]|thead|tbody|tfoot|option|rt|rp|area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)$/;

export interface ReadSection {
  heading?: string;
  blocks: Members[];
}

/**
 * Reads an HTML body.
 * @param at where it stands in the document
 * @throws `too_large`, `unprocessable` for what has too many elements or nests too deep
 */
export function readHtml(html: string, at: Place, known: KnownResources, reading: Reading): ReadSection[] {
  refuseTooMuch(html, at);
  const place = ({ position }: HtmlNode): Place => ({ ...at, ...(position && { line: position.start.line }) });
  return unlessTooDeep(at, () => {
    const tree = fromHtml(html, { fragment: true });
    return new SectionReader(reading, place, new HtmlBlockReader(reading, place, known)).read(tree.children);
  });
}

/** @throws `too_large`; `unprocessable` for what is too much or nests too deep, before the parser has to keep count of it */
function refuseTooMuch(html: string, at: Place): void {
  if (html.length > lengthMax)
    throw new DomainError('too_large', `HTML may have up to ${lengthMax / 1024} thousand characters.`);
  let depth = 0;
  let elements = 0;
  for (const [, slash, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)/gi)) {
    if (slash === '') elements += 1;
    if (elements > elementsMax) throw tooMany(at);
    if (selfEnding.test(name.toLowerCase())) continue;
    depth = slash === '' ? depth + 1 : Math.max(0, depth - 1);
    if (depth > depthMax) throw tooDeep(at);
  }
}

/** In drawings and formulas nothing ends by itself, so that what was let pass may nest all the same. */
function unlessTooDeep<Result>(at: Place, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof RangeError ? tooDeep(at) : error;
  }
}

function tooMany(at: Place): DomainError {
  const errors = [{ ...at, code: 'too_many', message: `has more than ${elementsMax} elements` }];
  return unprocessable('The document has too much in it.', errors);
}

function tooDeep(at: Place): DomainError {
  const errors = [{ ...at, code: 'too_deep', message: `nests deeper than ${depthMax} elements` }];
  return unprocessable('The document nests too deep.', errors);
}

/** Elements that only hold others. */
const containers = new Set([
  'html',
  'body',
  'main',
  'article',
  'section',
  'div',
  'header',
  'footer',
  'center',
  'hgroup',
  'address',
  'nav',
  'details',
  'summary',
]);

/** The words alone of a piece of HTML. */
export function wordsOfHtml(html: string, at: Place): string {
  refuseTooMuch(html, at);
  return unlessTooDeep(at, () => fromHtml(html, { fragment: true }).children.map(wordsOf).join(' ').trim());
}

class SectionReader {
  readonly #reading: Reading;
  readonly #place: (node: HtmlNode) => Place;
  readonly #blocks: HtmlBlockReader;
  readonly #sections: ReadSection[] = [];

  constructor(reading: Reading, place: (node: HtmlNode) => Place, blocks: HtmlBlockReader) {
    this.#reading = reading;
    this.#place = place;
    this.#blocks = blocks;
  }

  read(nodes: readonly HtmlNode[]): ReadSection[] {
    this.#readAll(nodes);
    return this.#sections;
  }

  #readAll(nodes: readonly HtmlNode[]): void {
    let phrases: HtmlNode[] = [];
    const flush = () => {
      this.#add(this.#blocks.paragraph(phrases));
      phrases = [];
    };
    for (const node of nodes) {
      if (isPhrase(node)) {
        phrases.push(node);
        continue;
      }
      flush();
      if (node.type === 'element') this.#element(node);
    }
    flush();
  }

  #element(node: Element): void {
    const { tagName } = node;
    if (/^h[12]$/.test(tagName)) this.#begin(node);
    else if (containers.has(tagName) && !this.#blocks.isBlock(node)) this.#container(node);
    else this.#add(this.#blocks.element(node));
  }

  /** What only holds others. A section without a heading of its own begins one all the same. */
  #container(node: Element): void {
    const { tagName, children } = node;
    if (tagName !== 'section' || startsWithHeading(children)) {
      this.#readAll(children);
      return;
    }
    const before = this.#sections.length;
    const section = this.#reading.placed({ blocks: [] as Members[] }, this.#place(node));
    this.#sections.push(section);
    this.#readAll(children);
    // It only held sections.
    if (section.blocks.length === 0 && this.#sections.length > before + 1) this.#sections.splice(before, 1);
  }

  #begin(node: Element): void {
    const heading = wordsOf(node);
    const { beside } = this.#blocks.phrasesOf(node, 'A heading');
    this.#sections.push(this.#reading.placed({ ...(heading && { heading }), blocks: [] }, this.#place(node)));
    this.#add(beside.flatMap((one) => this.#blocks.element(one)));
  }

  #add(blocks: readonly Members[]): void {
    if (blocks.length === 0) return;
    if (this.#sections.length === 0) this.#sections.push({ blocks: [] });
    this.#sections.at(-1)?.blocks.push(...blocks);
  }
}

function startsWithHeading(nodes: readonly HtmlNode[]): boolean {
  const first = nodes.find((node) => node.type === 'element' || (node.type === 'text' && node.value.trim() !== ''));
  return first?.type === 'element' && /^(h[12]|header|hgroup)$/.test(first.tagName);
}
