// Reads stories from Markdown: CommonMark with GitHub's tables, ours by the marks that delivery puts in it.
import type { Definition, Nodes, Root, RootContent } from 'mdast';
import { type Facts, readMark } from '../../blocks/marks.js';
import { DomainError, invalid, unprocessable } from '../../kernel/errors.js';
import { Cursor } from './cursor.js';
import { withoutFrontMatter } from './front-matter.js';
import { BlockReader } from './markdown-blocks.js';
import { placeOfNode } from './markdown-phrases.js';
import { tooDeep, treeOf } from './markdown-tree.js';
import { bylinesOf, type Members, type Place, Reading, type ReadStory } from './story.js';

/** More takes the parser longer than anybody waits. */
const lengthMax = 256 * 1024;
const containersMax = 32;
/** Of lines without a blank one between: the parser looks back over all of them for each. */
const linksMax = 2000;

/** @throws `too_large`, `invalid` for nothing, `unprocessable` for what nests too deep or takes too long, `unavailable` */
export async function readMarkdown(sent: string): Promise<ReadStory> {
  if (sent.length > lengthMax)
    throw new DomainError('too_large', `Markdown may have up to ${lengthMax / 1024} thousand characters.`);
  const text = sent.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  if (text.trim() === '') throw invalid([{ line: 1, code: 'required', message: 'is required: the text of a story' }]);
  refuseDeepLines(text);
  refuseManyLinks(text);
  const reading = new Reading();
  const { fields, body } = withoutFrontMatter(text, reading);
  const tree = await treeOf(body);
  const story = new StoryReader(reading, new BlockReader(reading, definitionsIn(tree)));
  return { draft: reading.placed({ ...story.read(tree), ...fields }, { line: 1 }), reading };
}

/** @throws `unprocessable` for a line within more quotes and lists than any story has */
function refuseDeepLines(text: string): void {
  const markers = /^(?:[ \t]*(?:>|[-+*](?=\s)|\d{1,9}[.)](?=\s)))*/;
  const deep = text
    .split('\n')
    .findIndex((line) => (markers.exec(line)?.[0].match(/[>.)+*-]/g)?.length ?? 0) > containersMax);
  if (deep >= 0) throw tooDeep(deep + 1);
}

/** @throws `unprocessable` for more links, one after the other, than any paragraph has */
function refuseManyLinks(text: string): void {
  let count = 0;
  text.split('\n').forEach((line, i) => {
    count = line.trim() === '' ? 0 : count + line.split('](').length - 1;
    if (count > linksMax) throw tooMuch(i + 1, `has more than ${linksMax} links without a blank line between`);
  });
}

function tooMuch(line: number, message: string): DomainError {
  return unprocessable('The document is too much to read.', [{ line, code: 'too_many', message }]);
}

function definitionsIn(tree: Root): Map<string, Definition> {
  const found = new Map<string, Definition>();
  const visit = (nodes: readonly Nodes[]): void => {
    for (const node of nodes) {
      if (node.type === 'definition' && !found.has(node.identifier)) found.set(node.identifier, node);
      else if ('children' in node) visit(node.children);
    }
  };
  visit(tree.children);
  return found;
}

class StoryReader {
  readonly #reading: Reading;
  readonly #blocks: BlockReader;
  readonly #fields: Members = {};
  readonly #sections: { heading?: string; blocks: Members[] }[] = [];

  constructor(reading: Reading, blocks: BlockReader) {
    this.#reading = reading;
    this.#blocks = blocks;
  }

  read(tree: Root): Members {
    const nodes = new Cursor<RootContent>(tree.children);
    for (let node = nodes.peek(); node; node = nodes.peek()) {
      if (this.#isTold(node, nodes)) continue;
      const blocks = this.#blocks.read(nodes);
      if (blocks.length > 0) this.#section().blocks.push(...blocks);
    }
    return { ...this.#fields, sections: this.#sections };
  }

  #section() {
    const last = this.#sections.at(-1);
    return last ?? this.#begin(undefined, { line: 1 });
  }

  #begin(heading: string | undefined, place: { line?: number }) {
    const section = { ...(heading !== undefined && { heading }), blocks: [] as Members[] };
    this.#sections.push(this.#reading.placed(section, place));
    return section;
  }

  /** Takes what tells of the story itself, or begins a section. @returns whether it was that */
  #isTold(node: RootContent, nodes: Cursor<RootContent>): boolean {
    const place = placeOfNode(node);
    if (node.type === 'heading' && node.depth <= 2) {
      nodes.next();
      const isHeadline = node.depth === 1 && this.#fields.headline === undefined;
      const words = this.#blocks.phrases.words(node.children, place, isHeadline ? 'A headline' : 'A heading');
      if (isHeadline) this.#takeHeadline(words, place);
      else this.#begin(words.trim() === '' ? undefined : words, place);
      return true;
    }
    const mark = node.type === 'html' ? readMark(node.value) : undefined;
    if (mark?.name === 'section') this.#begin(undefined, place);
    else if (mark?.name === 'story') {
      nodes.next();
      this.#takeStory(mark.facts, nodes);
      return true;
    } else if (mark?.name === 'note') {
      this.#reading.lose(place, 'correction', 'corrections are issued when the story is live, and not imported');
      nodes.next();
    } else return false;
    nodes.next();
    return true;
  }

  #takeHeadline(words: string, place: Place): void {
    this.#fields.headline = words;
    this.#reading.took('headline', place);
  }

  /** What our own mark tells of the story, and the first paragraphs, which are its deck and byline. */
  #takeStory(facts: Facts, nodes: Cursor<RootContent>): void {
    const { id: _id, deckParagraphs, hasByline, ...fields } = facts;
    Object.assign(this.#fields, fields);
    const deck: string[] = [];
    while (deck.length < Number(deckParagraphs) && nodes.peek()?.type === 'paragraph') deck.push(this.#words(nodes));
    if (deck.length > 0) this.#fields.deck = deck.join('\n');
    if (hasByline !== true || nodes.peek()?.type !== 'paragraph') return;
    const shown = bylinesOf(this.#words(nodes));
    if (JSON.stringify(shown) !== JSON.stringify(bylinesOf(lineOf(facts.bylines)))) this.#fields.bylines = shown;
  }

  /** The words of a paragraph that stands next. */
  #words(nodes: Cursor<RootContent>): string {
    const node = nodes.next();
    return node?.type === 'paragraph' ? this.#blocks.phrases.words(node.children, placeOfNode(node), 'A deck') : '';
  }
}

function lineOf(bylines: unknown): string {
  const all = Array.isArray(bylines) ? (bylines as Members[]) : [];
  return all.map(({ name, role }) => (role === undefined ? name : `${name}, ${role}`)).join(' · ');
}
