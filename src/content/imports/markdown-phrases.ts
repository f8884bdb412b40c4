// Running text of Markdown: what becomes a text with spans, and the pictures that stand in it.
import type { Definition, Image, ImageReference, Link, LinkReference, Node, PhrasingContent } from 'mdast';
import { readMark } from '../../blocks/marks.js';
import { RichText } from './rich-text.js';
import { type DraftedText, excerpt, type Place, type Reading } from './story.js';

/** A picture in running text. */
export interface Picture {
  alt: string;
  title: string | undefined;
  url: string;
  place: Place;
}

export interface Phrases extends DraftedText {
  pictures: Picture[];
}

export function placeOfNode({ position }: Node): Place {
  return position ? { line: position.start.line } : {};
}

export type Definitions = ReadonlyMap<string, Definition>;

/** Reads running text. White space around it is part of it, as Markdown has it. */
export class PhraseReader {
  readonly #reading: Reading;
  readonly #definitions: Definitions;

  constructor(reading: Reading, definitions: Definitions) {
    this.#reading = reading;
    this.#definitions = definitions;
  }

  read(nodes: readonly PhrasingContent[], { isTrimmed = false } = {}): Phrases {
    const rich = new RichText();
    const pictures: Picture[] = [];
    for (const node of nodes) this.#write(node, rich, pictures);
    return { ...rich.done({ isTrimmed }), pictures };
  }

  /** The words alone, where there can be nothing else; what else there is, is noted. */
  words(nodes: readonly PhrasingContent[], place: Place, what: string): string {
    const { text, spans, pictures } = this.read(nodes);
    if (spans.length > 0)
      this.#reading.lose(place, 'formatting', `${what} is plain text: its marks and links are gone`);
    for (const picture of pictures) this.losePicture(picture, `${what} cannot hold a picture`);
    return text.replaceAll('\n', ' ');
  }

  losePicture({ url, alt, place }: Picture, why: string): void {
    this.#reading.lose(place, 'picture', `the picture ${excerpt(alt || url)} is left out: ${why}`);
  }

  #write(node: PhrasingContent, rich: RichText, pictures: Picture[]): void {
    const fill = (children: readonly PhrasingContent[]) => () => {
      for (const child of children) this.#write(child, rich, pictures);
    };
    switch (node.type) {
      case 'text':
        // The parser has taken the white space around line endings away.
        rich.write(node.value.replaceAll('\n', ' '));
        break;
      case 'break':
        rich.breakLine();
        break;
      case 'strong':
      case 'emphasis':
        rich.within({ type: node.type }, fill(node.children));
        break;
      case 'inlineCode':
        rich.within({ type: 'code' }, () => rich.write(node.value));
        break;
      case 'link':
      case 'linkReference':
        this.#writeLink(node, rich, fill(node.children));
        break;
      case 'image':
      case 'imageReference':
        pictures.push(...this.#picture(node));
        break;
      case 'html':
        this.#writeHtml(node.value, placeOfNode(node), rich);
        break;
      default:
        this.#reading.lose(placeOfNode(node), 'unknown', `${node.type} is not understood`);
    }
  }

  #writeLink(node: Link | LinkReference, rich: RichText, fill: () => void): void {
    const url = node.type === 'link' ? node.url : this.#definitions.get(node.identifier)?.url;
    const href = url === undefined ? undefined : this.#reading.link(url, placeOfNode(node));
    if (href === undefined) fill();
    else rich.within({ type: 'link', href }, fill);
  }

  #picture(node: Image | ImageReference): Picture[] {
    const target = node.type === 'image' ? node : this.#definitions.get(node.identifier);
    if (!target) return [];
    return [{ alt: node.alt ?? '', title: target.title ?? undefined, url: target.url, place: placeOfNode(node) }];
  }

  /** HTML is never taken over: of what stands between tags the words are, and a break is one. */
  #writeHtml(html: string, place: Place, rich: RichText): void {
    if (/^<br\s*\/?>$/i.test(html)) rich.breakLine();
    else if (!html.startsWith('<!--')) this.loseHtml(html, place);
  }

  loseHtml(html: string, place: Place): void {
    if (readMark(html)) return;
    this.#reading.lose(place, 'html', `HTML is not taken over from Markdown: ${excerpt(html)}`);
  }
}
