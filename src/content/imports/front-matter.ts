// What other systems put before their Markdown: lines of `name: value`, and lists of tags and authors, between two of dashes.
import { slugify } from '../../kernel/slugs.js';
import { bylinesOf, excerpt, type Members, type Place, type Reading } from './story.js';

/** Fields of a story by the names that they have there. */
const names: Record<string, string> = {
  title: 'headline',
  headline: 'headline',
  description: 'deck',
  subtitle: 'deck',
  deck: 'deck',
  summary: 'summary',
  excerpt: 'summary',
  kicker: 'kicker',
  lang: 'language',
  language: 'language',
  slug: 'slug',
  desk: 'desk',
};

type ListField = 'tags' | 'bylines';

/** Those that may be lists there. */
const listNames: Record<string, ListField> = {
  tags: 'tags',
  keywords: 'tags',
  author: 'bylines',
  authors: 'bylines',
  by: 'bylines',
  byline: 'bylines',
};

/** What stands between the commas of a list on one line. */
const flowItem = /\s*(?:"(?:\\.|[^"\\])*"|'(?:''|[^'])*'|[^,"'][^,]*)/g;
const keyLengthMax = 100;
const tagsMax = 100;

export interface FrontMatter {
  fields: Members;
  /** The text behind it, with every line where it was. */
  body: string;
}

/** Takes off the front matter. Lines that say something else are noted. */
export function withoutFrontMatter(text: string, reading: Reading): FrontMatter {
  const [whole, inner] = /^---[ \t]*\n((?:[^\n]*\n)*?)---[ \t]*(?:\n|$)/.exec(text) ?? [];
  if (whole === undefined || inner === undefined) return { fields: {}, body: text };
  const reader = new FieldReader(reading);
  inner.split('\n').forEach((line, i) => {
    if (line.trim() !== '' && !line.startsWith('#')) reader.read(line, { line: i + 2 });
  });
  return { fields: reader.fields(), body: whole.replaceAll(/[^\n]/g, '') + text.slice(whole.length) };
}

class FieldReader {
  readonly #reading: Reading;
  readonly #fields: Members = {};
  readonly #tags = new Set<string>();
  readonly #bylines: Members[] = [];
  /** The list whose items stand on the lines that follow. */
  #open: ListField | undefined;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  fields(): Members {
    return {
      ...this.#fields,
      ...(this.#tags.size > 0 && { tags: [...this.#tags] }),
      ...(this.#bylines.length > 0 && { bylines: this.#bylines }),
    };
  }

  read(line: string, place: Place): void {
    // More space stands before the item; taken here, it would be given back a character at a time where a line separator follows.
    const [, item] = /^\s*-\s(.*)$/s.exec(line) ?? [];
    if (item !== undefined && this.#open !== undefined) {
      this.#takeItem(this.#open, item.trim(), line, place);
      return;
    }
    const colon = line.indexOf(':');
    const [name, value] = [line.slice(0, Math.max(0, colon)).toLowerCase(), line.slice(colon + 1).trim()];
    this.#open = undefined;
    const field = Object.hasOwn(names, name) ? names[name] : undefined;
    const list = Object.hasOwn(listNames, name) ? listNames[name] : undefined;
    if (list !== undefined) this.#takeList(list, value, line, place);
    else if (field !== undefined && unquoted(value) !== '') {
      this.#fields[field] = unquoted(value);
      this.#reading.took(field, place);
    } else this.#lose(line, place);
  }

  #takeList(field: ListField, value: string, line: string, place: Place): void {
    const [, inner] = /^\[(.*)\]$/.exec(value) ?? [];
    if (value === '') this.#open = field;
    else if (inner !== undefined)
      for (const [item] of inner.matchAll(flowItem)) this.#takeItem(field, item.trim(), line, place);
    else if (field === 'tags' && !/^["']/.test(value))
      for (const item of value.split(',')) this.#takeItem(field, item.trim(), line, place);
    else this.#takeItem(field, value, line, place);
  }

  #takeItem(field: ListField, item: string, line: string, place: Place): void {
    const isMapping = /^[\w-]+:(?:\s|$)/.test(item);
    const said = isMapping ? '' : unquoted(item).trim();
    const key = slugify(said, keyLengthMax);
    if (said === '' || (field === 'tags' && (key === '' || this.#tags.size >= tagsMax))) {
      this.#lose(line, place);
      return;
    }
    if (field === 'tags') this.#tags.add(key);
    else this.#bylines.push(...bylinesOf(said));
    this.#reading.took(field, place);
  }

  #lose(line: string, place: Place): void {
    this.#reading.lose(place, 'front_matter', `${excerpt(line)} has no place in a story`);
  }
}

/** A value as YAML writes one on a line; '' for one that is more than words. */
function unquoted(value: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(value);
  if (quoted)
    return quoted[1] === '"'
      ? (quoted[2] ?? '').replaceAll(/\\(["\\])/g, '$1')
      : (quoted[2] ?? '').replaceAll("''", "'");
  return /^[[{|>&*!]/.test(value) ? '' : value;
}
