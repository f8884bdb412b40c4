// A story as it was read from a format: a draft that is yet to be checked, where each of its parts stood, what did not come along.
import { LinkTarget } from '../../kernel/scalars.js';

/** A place in what was sent: a line of Markdown, a pointer into JSON, or the line of the text that a pointer leads to. */
export interface Place {
  pointer?: string;
  line?: number;
}

/** Something that could not be carried over. */
export interface Loss extends Place {
  code: string;
  message: string;
}

export type Members = Record<string, unknown>;

/** A text with spans, as drafts have it. */
export interface DraftedText {
  text: string;
  spans: Members[];
}

/** What a format makes of a story. */
export interface ReadStory {
  /** As an editor might have posted it; resources stand inline, under their own ids where the document tells them. */
  draft: Members;
  reading: Reading;
}

/** What is noted down while a story is read. */
export class Reading {
  readonly losses: Loss[] = [];
  readonly #places = new WeakMap<object, Place>();
  readonly #pictures = new WeakMap<object, string>();
  readonly #fields = new Map<string, Place>();

  /** Notes where a part of the draft comes from, unless that is known more exactly. */
  placed<Part extends object>(part: Part, place: Place): Part {
    if (!this.#places.has(part)) this.#places.set(part, place);
    return part;
  }

  /** Notes where a field of the story itself comes from. */
  took(field: string, place: Place): void {
    this.#fields.set(field, place);
  }

  lose(place: Place, code: string, message: string): void {
    this.losses.push({ ...place, code, message });
  }

  /** Notes that an inline image has a picture somewhere, which does not come with the document. */
  pictured<Image extends object>(image: Image, address: string): Image {
    this.#pictures.set(image, address);
    return image;
  }

  pictureOf(image: object): string | undefined {
    return this.#pictures.get(image);
  }

  /** Where a part comes from: itself, or the smallest part around the end of a path that has a place. */
  placeOf(draft: unknown, path: readonly string[]): { place: Place; rest: string[] } {
    let [part, found, depth] = [draft, {} as Place, 0];
    for (const [i, step] of ['', ...path].entries()) {
      if (i > 0) part = (part as Members | undefined | null)?.[step];
      if (typeof part !== 'object' || part === null) break;
      const place = this.#places.get(part);
      if (place) [found, depth] = [place, i];
    }
    const field = depth === 0 ? this.#fields.get(path[0] ?? '') : undefined;
    return field ? { place: field, rest: path.slice(1) } : { place: found, rest: path.slice(depth) };
  }

  /** Gives a copy of a part the place and the picture of the part itself. */
  sameAs<Part extends object>(part: object, copy: Part): Part {
    const place = this.#places.get(part);
    const address = this.#pictures.get(part);
    if (place) this.#places.set(copy, place);
    if (address !== undefined) this.#pictures.set(copy, address);
    return copy;
  }

  /** The address that a reader can follow; undefined, and noted, for any other. */
  link(href: string, place: Place): string | undefined {
    if (LinkTarget.safeParse(href).success) return href;
    const message = `the words stay, the link to ${excerpt(href)} does not: it is no https, http or mailto address`;
    this.lose(place, 'link', message);
    return undefined;
  }
}

/** The beginning of something, to name it by. */
export function excerpt(text: string, lengthMax = 60): string {
  const whole = text.replaceAll(/\s+/g, ' ').trim().toWellFormed();
  return JSON.stringify(whole.length > lengthMax ? `${whole.slice(0, lengthMax).toWellFormed()}…` : whole);
}

/** A UUID out of `urn:uuid:…`; undefined for any other address. */
export function idOfUrn(urn: unknown): string | undefined {
  const id = typeof urn === 'string' ? /^urn:uuid:([0-9a-f-]{36})$/i.exec(urn)?.[1] : undefined;
  return id?.toLowerCase();
}

/** Who wrote a story, out of a line such as delivered formats have: `Jane Doe, Reporter · John Roe`. */
export function bylinesOf(line: string): Members[] {
  return line
    .split(' · ')
    .map((one) => one.trim().replace(/^by\s+/i, ''))
    .filter((one) => one !== '')
    .map((one) => {
      const comma = one.indexOf(', ', 1);
      const role = comma < 0 ? '' : one.slice(comma + 2);
      return role === '' ? { name: one } : { name: one.slice(0, comma), role };
    });
}

/** Who said something, out of words such as `Jane Doe, Mayor, Minsk`. */
export function speakerOf(words: string): Members {
  const [name = words, role, ...rest] = words.split(', ');
  const affiliation = rest.join(', ');
  return { name, ...(role && { role }), ...(affiliation && { affiliation }) };
}

/** Caption and credit of what stands below a picture: `Two men shake hands. (Example Agency)`. */
export function captionOf(words: string): { caption?: string; creditLine?: string } {
  const credit = lastBrackets(words);
  const caption = (credit === undefined ? words : words.slice(0, -credit.length - 2)).trim();
  return { ...(caption && { caption }), ...(credit && { creditLine: credit }) };
}

/** What stands within the brackets that end a text, those within them among it. */
function lastBrackets(text: string): string | undefined {
  if (!text.endsWith(')')) return undefined;
  let depth = 0;
  for (let i = text.length - 1; i >= 0; i--) {
    if (text[i] === ')') depth += 1;
    else if (text[i] === '(') depth -= 1;
    if (depth === 0) return text.slice(i + 1, -1);
  }
  return undefined;
}
