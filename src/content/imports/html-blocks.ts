// The blocks of an HTML body.
import type { Element } from 'hast';
import { readHtmlEmbed, readMedia } from './html-embeds.js';
import { readHtmlList } from './html-lists.js';
import {
  elementIn,
  type HtmlNode,
  HtmlPhraseReader,
  type HtmlPhrases,
  hasClass,
  isPhrase,
  textOfHtml,
  wordsOf,
} from './html-phrases.js';
import { captionFields, pictureIn } from './html-pictures.js';
import { readHtmlQuote } from './html-quotes.js';
import { readHtmlTable } from './html-tables.js';
import type { KnownResources } from './known-resources.js';
import { placedImage } from './pictures.js';
import { excerpt, type Members, type Place, type Reading } from './story.js';

const blockNames = /^(p|h[3-6]|ul|ol|menu|dl|blockquote|figure|picture|img|table|aside|hr|pre|iframe|video|audio)$/;

export class HtmlBlockReader {
  readonly #reading: Reading;
  readonly #place: (node: HtmlNode) => Place;
  readonly #known: KnownResources;
  readonly #phrases: HtmlPhraseReader;

  constructor(reading: Reading, place: (node: HtmlNode) => Place, known: KnownResources) {
    this.#reading = reading;
    this.#place = place;
    this.#known = known;
    this.#phrases = new HtmlPhraseReader(reading, place, (id) => known.quote(id));
  }

  isBlock(node: Element): boolean {
    return blockNames.test(node.tagName) || hasClass(node, 'gallery');
  }

  /** A paragraph of running text, and what stands in it and is none. */
  paragraph(nodes: readonly HtmlNode[]): Members[] {
    const { text, spans, beside } = this.#phrases.read(nodes);
    const [first] = nodes;
    const paragraph = { type: 'paragraph', text, spans };
    const own = text === '' || !first ? [] : [this.#reading.placed(paragraph, this.#place(first))];
    return [...own, ...beside.flatMap((node) => this.element(node))];
  }

  /** The text of an element that is to be plain; that it is not is noted. */
  phrasesOf(node: Element, what: string): HtmlPhrases {
    const read = this.#phrases.read(node.children);
    if (read.spans.length > 0)
      this.#reading.lose(this.#place(node), 'formatting', `${what} is plain text: its marks and links are gone`);
    return read;
  }

  /** The blocks that an element is. */
  element(node: Element, isWithin = false): Members[] {
    return this.#read(node, isWithin).map((block) => this.#reading.placed(block, this.#place(node)));
  }

  #read(node: Element, isWithin: boolean): Members[] {
    const { tagName, children } = node;
    switch (tagName) {
      case 'p':
        return this.#flow(children, isWithin);
      case 'h1':
      case 'h2':
      case 'h3':
      case 'h4':
      case 'h5':
      case 'h6':
        return this.#heading(node);
      case 'ul':
      case 'ol':
      case 'menu':
        return readHtmlList(node, this.#reading, this.#place, this.#phrases).flatMap((one) =>
          'tagName' in one ? this.element(one as Element, isWithin) : [one],
        );
      case 'blockquote':
        return readHtmlQuote(node, undefined, this.#known, this.#reading, this.#place(node), this.#phrases);
      case 'figure':
        return this.#figure(node, isWithin);
      case 'img':
      case 'picture':
        return [this.#image(node, undefined)];
      case 'table':
        return readHtmlTable(node, this.#reading, this.#place, this.#phrases, (one) => this.element(one, isWithin));
      case 'aside':
        return this.#aside(node, isWithin);
      case 'hr':
        return [{ type: 'divider' }];
      case 'pre':
        return codeParagraphs(textOfHtml(node).replace(/^\n/, ''));
      case 'iframe':
      case 'video':
      case 'audio':
        return readMedia(node, undefined, this.#reading, this.#place(node));
      default:
        return this.#other(node, isWithin);
    }
  }

  #other(node: Element, isWithin: boolean): Members[] {
    const { tagName, children } = node;
    if (hasClass(node, 'gallery')) return this.#gallery(node, isWithin);
    const isContainer = /^(div|section|article|header|footer|main|center|address|figcaption|nav|d[ltd]|li)$/.test(
      tagName,
    );
    if (!isContainer && !isPhrase(node))
      this.#reading.lose(this.#place(node), 'html', `${tagName} is not understood; what it holds is kept`);
    return this.#flow(isPhrase(node) ? [node] : children, isWithin);
  }

  /** Running text and elements, one after the other. */
  #flow(nodes: readonly HtmlNode[], isWithin: boolean): Members[] {
    const blocks: Members[] = [];
    let phrases: HtmlNode[] = [];
    const flush = () => {
      blocks.push(...this.paragraph(phrases));
      phrases = [];
    };
    for (const node of nodes) {
      if (isPhrase(node)) phrases.push(node);
      else if (node.type === 'element') {
        flush();
        blocks.push(...this.element(node, isWithin));
      }
    }
    flush();
    return blocks;
  }

  #heading(node: Element): Members[] {
    const depth = Number(node.tagName[1]);
    const { text, beside } = this.phrasesOf(node, 'A heading');
    if (depth > 5)
      this.#reading.lose(this.#place(node), 'heading_level', 'headings have four levels; this one stands on the last');
    const heading = { type: 'heading', level: Math.max(2, Math.min(depth - 1, 4)), text: text.replaceAll('\n', ' ') };
    return [...(text === '' ? [] : [heading]), ...beside.flatMap((one) => this.element(one))];
  }

  #figure(node: Element, isWithin: boolean): Members[] {
    const quote = elementIn(node, 'blockquote');
    if (quote) return readHtmlQuote(quote, node, this.#known, this.#reading, this.#place(node), this.#phrases);
    if (hasClass(node, 'embed')) return readHtmlEmbed(node, this.#known, this.#reading, this.#place(node));
    const media = elementIn(node, 'iframe') ?? elementIn(node, 'video') ?? elementIn(node, 'audio');
    if (media) return readMedia(media, node, this.#reading, this.#place(node));
    if (pictureIn(node)) return [this.#image(node, elementIn(node, 'figcaption'))];
    return this.#flow(node.children, isWithin);
  }

  #image(node: Element, caption: Element | undefined): Members {
    return { type: 'image', ...this.#placed(node, caption) };
  }

  #placed(node: Element, caption: Element | undefined): Members {
    const { id, alt, url } = pictureIn(node) ?? { id: undefined, alt: undefined, url: '' };
    const told = id === undefined ? undefined : this.#known.image(id);
    const image = { ...told, ...(id !== undefined && { id }) };
    return placedImage(
      this.#reading,
      this.#place(node),
      { url, alt, ...(caption && captionFields(caption)) },
      { image },
    );
  }

  #gallery(node: Element, isWithin: boolean): Members[] {
    const figures = node.children.filter(
      (child): child is Element => child.type === 'element' && child.tagName === 'figure',
    );
    const images = figures.filter(pictureIn).map((figure) => this.#placed(figure, elementIn(figure, 'figcaption')));
    const title = titleOf(node);
    if (images.length === 0) return this.#flow(node.children, isWithin);
    return [{ type: 'gallery', ...(title !== undefined && { title }), images }];
  }

  #aside(node: Element, isWithin: boolean): Members[] {
    const title = titleOf(node);
    const blocks = this.#flow(
      node.children.filter((child) => !isTitle(child)),
      true,
    );
    if (blocks.length === 0) return [];
    if (!isWithin) return [{ type: 'aside', ...(title !== undefined && { title }), blocks }];
    this.#reading.lose(
      this.#place(node),
      'nesting',
      `an aside holds no other: what stood in ${excerpt(title ?? 'one')} stands in the outer one`,
    );
    return blocks;
  }
}

function codeParagraphs(code: string): Members[] {
  const text = code.trimEnd();
  return text === '' ? [] : [{ type: 'paragraph', text, spans: [{ start: 0, end: text.length, type: 'code' }] }];
}

function isTitle(node: HtmlNode): node is Element {
  return node.type === 'element' && node.tagName === 'p' && hasClass(node, 'title');
}

/** The title of an aside or a gallery of ours. */
function titleOf(node: Element): string | undefined {
  const title = node.children.find(isTitle);
  return title && (wordsOf(title) || undefined);
}
