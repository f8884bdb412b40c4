// The blocks of a Markdown document: by the marks of our own before them, else by what they look like.
import type { BlockContent, Blockquote, Heading, Paragraph, RootContent, Table } from 'mdast';
import { type Facts, type Mark, readMark } from '../../blocks/marks.js';
import { Cursor } from './cursor.js';
import { readList } from './markdown-lists.js';
import { type Definitions, PhraseReader, type Picture, placeOfNode } from './markdown-phrases.js';
import { captionWithin, isEmphasis, isPicture, pictureAlone } from './markdown-pictures.js';
import { markedEmbed, markedQuote, quoteLike } from './markdown-resources.js';
import { placedImage } from './pictures.js';
import { putQuotes } from './quoting.js';
import { captionOf, type Members, type Place, type Reading } from './story.js';

type Nodes = Cursor<RootContent>;

export class BlockReader {
  readonly #reading: Reading;
  readonly phrases: PhraseReader;

  constructor(reading: Reading, definitions: Definitions) {
    this.#reading = reading;
    this.phrases = new PhraseReader(reading, definitions);
  }

  /** All the blocks that nodes are, as drafts. */
  readAll(nodes: readonly RootContent[], isWithin: boolean): Members[] {
    const cursor = new Cursor(nodes);
    const blocks: Members[] = [];
    while (cursor.peek()) blocks.push(...this.read(cursor, isWithin));
    return blocks;
  }

  /** The blocks that the next node is, with what belongs to it. @param isWithin whether they stand within an aside */
  read(nodes: Nodes, isWithin = false): Members[] {
    const node = nodes.next();
    if (!node) return [];
    const place = placeOfNode(node);
    const mark = node.type === 'html' ? readMark(node.value) : undefined;
    const blocks = mark ? this.#marked(mark, nodes, isWithin) : this.#unmarked(node, nodes, isWithin);
    return blocks.map((block) => this.#reading.placed(block, place));
  }

  #marked({ name, facts }: Mark, nodes: Nodes, isWithin: boolean): Members[] {
    const node = nodes.peek();
    const place = node ? placeOfNode(node) : {};
    const one = (block: Members) => [this.#reading.placed(block, place)];
    if (name === 'quotes') {
      const blocks = this.read(nodes, isWithin);
      putQuotes(this.#reading, place, blocks[0], facts.quotes);
      return blocks;
    }
    if (name === 'image' && node && pictureAlone(node)) return one({ type: 'image', ...this.#image(nodes, facts) });
    if (name === 'gallery' && node) return this.#gallery(nodes, facts).flatMap(one);
    if (name === 'quote' && node?.type === 'blockquote') {
      nodes.next();
      return one(markedQuote(node, this.phrases, facts));
    }
    if (name === 'embed' && node?.type === 'paragraph') {
      nodes.next();
      return one(markedEmbed(node, this.phrases, facts, place));
    }
    if (name === 'table' && node) return this.#markedTable(nodes, facts, isWithin);
    if (name === 'aside' && node?.type === 'blockquote') {
      nodes.next();
      return this.#aside(node, facts.isTitled === true, isWithin);
    }
    // A mark whose block was taken away says nothing.
    return [];
  }

  #unmarked(node: RootContent, nodes: Nodes, isWithin: boolean): Members[] {
    switch (node.type) {
      case 'paragraph':
        return this.#paragraph(node, nodes);
      case 'heading':
        return this.#heading(node);
      case 'list': {
        const { block, beside, pictures } = readList(node, this.#reading, this.phrases);
        return [...(block ? [block] : []), ...this.#images(pictures), ...this.readAll(beside, isWithin)];
      }
      case 'blockquote': {
        const quote = quoteLike(node, this.phrases, this.#reading);
        return quote ? [quote] : this.#aside(node, false, isWithin);
      }
      case 'table':
        return this.#table(node, undefined, {});
      case 'thematicBreak':
        return [{ type: 'divider' }];
      case 'code':
        return node.value.trim() === '' ? [] : [codeParagraph(node.value)];
      case 'html':
        if (!node.value.startsWith('<!--')) this.phrases.loseHtml(node.value, placeOfNode(node));
        return [];
      case 'definition':
        return [];
      default:
        this.#reading.lose(placeOfNode(node), 'unknown', `${node.type} is not understood`);
        return [];
    }
  }

  #paragraph(node: Paragraph, nodes: Nodes): Members[] {
    const next = nodes.peek();
    const isBelow = pictureAlone(node) && isEmphasis(next);
    const caption = isBelow ? next.children[0] : captionWithin(node);
    const isFirst = isPicture(node.children[0]);
    const shown = caption ? node.children.slice(0, 1) : node.children;
    const { text, spans, pictures } = this.phrases.read(shown, { isTrimmed: isFirst });
    if (isBelow) nodes.next();
    if (caption && pictures[0]) {
      const said = captionOf(this.phrases.words(caption.children, placeOfNode(caption), 'A caption'));
      return [{ type: 'image', ...placedImage(this.#reading, pictures[0].place, { ...pictures[0], ...said }) }];
    }
    const images = this.#images(pictures);
    if (text.trim() === '' && pictures.length > 0) return images;
    const texts = textBlock(text, spans);
    return isFirst ? [...images, ...texts] : [...texts, ...images];
  }

  #images(pictures: readonly Picture[]): Members[] {
    return pictures.map(({ title, place, ...picture }) =>
      this.#reading.placed(
        { type: 'image', ...placedImage(this.#reading, place, { ...picture, caption: title }) },
        place,
      ),
    );
  }

  #heading(node: Heading): Members[] {
    const place = placeOfNode(node);
    const text = this.phrases.words(node.children, place, 'A heading');
    const level = Math.max(2, Math.min(node.depth - 1, 4));
    if (node.depth > 5)
      this.#reading.lose(place, 'heading_level', 'headings have four levels; this one stands on the last');
    return text.trim() === '' ? [] : [{ type: 'heading', level, text }];
  }

  /** An image that our own mark tells of, with the words below it. */
  #image(nodes: Nodes, unshown: Facts): Members {
    const node = nodes.next();
    const [picture] = node?.type === 'paragraph' ? this.phrases.read(node.children).pictures : [];
    const { url = '', alt = '', place = {} } = picture ?? {};
    const next = nodes.peek();
    if (unshown.isSaid === false || !isEmphasis(next)) return placedImage(this.#reading, place, { url, alt }, unshown);
    nodes.next();
    const said = rawWords(next.children[0]?.children ?? []);
    const credit = (unshown.image as Facts | undefined)?.creditLine;
    const known = typeof credit === 'string' ? captionBefore(said, credit) : { caption: said };
    return placedImage(this.#reading, place, { url, alt, ...(known ?? captionOf(said)) }, unshown);
  }

  #gallery(nodes: Nodes, { isTitled, images }: Facts): Members[] {
    const title = isTitled === true ? this.#title(nodes) : undefined;
    const unshown = Array.isArray(images) ? (images as Facts[]) : [];
    const placed: Members[] = [];
    for (let node = nodes.peek(); placed.length < unshown.length && node && pictureAlone(node); node = nodes.peek())
      placed.push(this.#image(nodes, unshown[placed.length] ?? {}));
    return placed.length > 0 ? [{ type: 'gallery', ...(title !== undefined && { title }), images: placed }] : [];
  }

  /** A title, which stands as a paragraph of strong words. */
  #title(nodes: Nodes): string | undefined {
    const node = nodes.peek();
    if (node?.type !== 'paragraph') return undefined;
    nodes.next();
    return this.phrases.read(node.children).text;
  }

  #markedTable(nodes: Nodes, facts: Facts, isWithin: boolean): Members[] {
    const title = facts.isTitled === true ? this.#title(nodes) : undefined;
    const node = nodes.peek();
    if (node?.type !== 'table') return this.read(nodes, isWithin);
    nodes.next();
    return this.#table(node, title, facts).map((block) => this.#reading.placed(block, placeOfNode(node)));
  }

  #table({ children, align, position }: Table, caption: string | undefined, facts: Facts): Members[] {
    const place: Place = position ? { line: position.start.line } : {};
    const isAligned = (align ?? []).some((side) => side !== null);
    if (isAligned) this.#reading.lose(place, 'alignment', 'how the columns of the table are aligned');
    const width = Math.max(...children.map((row) => row.children.length));
    const pictures: Picture[] = [];
    const rows = children.map((row) =>
      Array.from({ length: width }, (_, i) => {
        const read = this.phrases.read(row.children[i]?.children ?? []);
        pictures.push(...read.pictures);
        return this.#reading.placed({ text: read.text, spans: read.spans }, placeOfNode(row));
      }),
    );
    const headerRow = (facts.headerRow as boolean | undefined) ?? rows[0]?.some(({ text }) => text !== '') === true;
    const shown = headerRow ? rows : rows.slice(1);
    const { headerColumn } = facts;
    const block = { type: 'table', caption, headerRow, headerColumn, rows: shown };
    return [...(shown.length > 0 ? [block] : []), ...this.#images(pictures)];
  }

  #aside({ children, position }: Blockquote, isTitled: boolean, isWithin: boolean): Members[] {
    const place: Place = position ? { line: position.start.line } : {};
    const nodes: Nodes = new Cursor<RootContent>(children as BlockContent[]);
    const title = isTitled ? this.#title(nodes) : undefined;
    const blocks: Members[] = [];
    while (nodes.peek()) blocks.push(...this.read(nodes, true));
    if (blocks.length === 0) return [];
    if (!isWithin)
      return [this.#reading.placed({ type: 'aside', ...(title !== undefined && { title }), blocks }, place)];
    this.#reading.lose(
      place,
      'nesting',
      'an aside holds no other: what stood in one within it stands in the outer one',
    );
    return blocks;
  }
}

function textBlock(text: string, spans: Members[]): Members[] {
  return text === '' ? [] : [{ type: 'paragraph', text, spans }];
}

function codeParagraph(code: string): Members {
  return { type: 'paragraph', text: code, spans: [{ start: 0, end: code.length, type: 'code' }] };
}

/** Words as they are, their line breaks among them. */
function rawWords(nodes: Paragraph['children']): string {
  return nodes
    .map((node) => ('value' in node ? node.value : 'children' in node ? rawWords(node.children) : '\n'))
    .join('');
}

/** What stands before a credit that is known; undefined when that is not what the words end with. */
function captionBefore(said: string, creditLine: string): { caption?: string; creditLine: string } | undefined {
  if (said === `(${creditLine})`) return { creditLine };
  const end = ` (${creditLine})`;
  return said.endsWith(end) ? { caption: said.slice(0, -end.length), creditLine } : undefined;
}
