// Reads stories from IPTC ninjs: 3.1 as this product and others deliver it, and what older versions have in its place.
import { invalid } from '../../kernel/errors.js';
import { Key } from '../../kernel/scalars.js';
import { slugify } from '../../kernel/slugs.js';
import { type ReadSection, readHtml, wordsOfHtml } from './html.js';
import { Associations } from './ninjs-associations.js';
import type { NinjsItem } from './ninjs-schemas.js';
import { bylinesOf, type Members, type Place, Reading, type ReadStory } from './story.js';

/** What says nothing that a draft could have: identity and times of the document, which the draft has of its own. */
const ofTheDocument = new Set([
  ...['uri', 'standard', 'type', 'representationType', 'profile', 'version', 'versionCreated', 'firstCreated'],
  ...['contentCreated', 'language', 'title', 'by', 'byline', 'located', 'headline', 'headlines', 'descriptions'],
  ...['description_text', 'bodies', 'body_html', 'body_xhtml', 'body_text', 'subjects', 'subject', 'places', 'people'],
  ...[
    'organisations',
    'infoSources',
    'altIds',
    'associations',
    'slugline',
    'edNote',
    'charcount',
    'wordcount',
    'mimetype',
  ],
]);

/** @throws `invalid` for what is no text, `unprocessable` for what nests too deep */
export function readNinjs(item: NinjsItem): ReadStory {
  if (item.type !== undefined && !/^(text|composite)$/.test(item.type))
    throw invalid([
      { pointer: '/type', code: 'not_a_text', message: 'must be text or composite: only those become stories' },
    ]);
  const reading = new Reading();
  const associations = new Associations(item, reading);
  const fields = new FieldReader(item, reading).read();
  const sections = withUnplaced(readBody(item, associations, reading), associations);
  const leadImageId = associations.leadImageId();
  loseOthers(item, reading);
  const draft = { ...fields, ...(leadImageId !== undefined && { leadImageId }), sections };
  return { draft: reading.placed(draft, { pointer: '' }), reading };
}

function loseOthers(item: NinjsItem, reading: Reading): void {
  for (const [name, value] of Object.entries(item)) {
    if (ofTheDocument.has(name) || value === null || (name === 'pubStatus' && value === 'usable')) continue;
    const message = /^embargoed/.test(name)
      ? 'the draft has no embargo: set one before others can publish it'
      : `${name} has no place in a story`;
    reading.lose(
      { pointer: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` },
      /^embargoed/.test(name) ? 'embargo' : 'field',
      message,
    );
  }
}

interface Body {
  value: string;
  isHtml: boolean;
  place: Place;
}

function readBody(item: NinjsItem, associations: Associations, reading: Reading): ReadSection[] {
  const body = bodyOf(item, reading);
  if (!body) return [];
  if (!body.isHtml) return sectionsOfText(body, reading);
  associations.takeShownIn(body.value);
  return readHtml(body.value, body.place, associations, reading);
}

/** The main body, as HTML where there is that. */
function bodyOf(item: NinjsItem, reading: Reading): Body | undefined {
  const all = (item.bodies ?? []).map(({ role, contentType = '', value }, i) => ({
    role,
    value,
    isHtml: /html/i.test(contentType) || (contentType === '' && /<(p|div|section|h\d)[\s>]/i.test(value)),
    place: { pointer: `/bodies/${i}/value` },
  }));
  const main = all.filter(({ role }) => role === undefined || role === 'main');
  const chosen = main.find(({ isHtml }) => isHtml) ?? main[0] ?? all[0];
  for (const other of all)
    if (other !== chosen && !main.includes(other))
      reading.lose(other.place, 'body', `a story has one body; this is the ${other.role}`);
  if (chosen) return chosen;
  for (const name of ['body_html', 'body_xhtml', 'body_text'] as const) {
    const value = item[name];
    if (value !== undefined) return { value, isHtml: name !== 'body_text', place: { pointer: `/${name}` } };
  }
  return undefined;
}

/** Plain text: a blank line ends a paragraph. */
function sectionsOfText({ value, place }: Body, reading: Reading): ReadSection[] {
  const texts = value.replaceAll(/\r\n?/g, '\n').split(/\n[ \t]*\n/);
  const blocks = texts.map((text) => text.trim()).filter((text) => text !== '');
  return [{ blocks: blocks.map((text) => reading.placed({ type: 'paragraph', text, spans: [] }, place)) }];
}

function withUnplaced(sections: ReadSection[], associations: Associations): ReadSection[] {
  const { lead, rest } = associations.unplaced();
  const whole = [...sections];
  if (lead.length > 0 && whole[0]?.heading === undefined) whole[0]?.blocks.unshift(...lead);
  if (lead.length > 0 && (whole.length === 0 || whole[0]?.heading !== undefined)) whole.unshift({ blocks: lead });
  if (rest.length > 0 && whole.length === 0) whole.push({ blocks: [] });
  whole.at(-1)?.blocks.push(...rest);
  return whole;
}

/** The fields of the story itself. */
class FieldReader {
  readonly #item: NinjsItem;
  readonly #reading: Reading;
  readonly #fields: Members = {};

  constructor(item: NinjsItem, reading: Reading) {
    this.#item = item;
    this.#reading = reading;
  }

  read(): Members {
    const { language, by, byline, located, slugline, edNote } = this.#item;
    this.#take('language', language, '/language');
    this.#takeHeadlines();
    this.#takeDescriptions();
    this.#takeTerms();
    this.#takeOthers();
    this.#take('slugline', slugline || undefined, '/slugline');
    this.#take('internalNote', edNote || undefined, '/edNote');
    const who = by ?? byline;
    if (who) this.#take('bylines', bylinesOf(who), by === undefined ? '/byline' : '/by');
    const place = this.#item.places?.find(({ rel }) => rel === 'dateline')?.name ?? located;
    if (place) this.#take('dateline', { place }, '/located');
    return this.#fields;
  }

  /** Takes a field that is not there yet. @returns whether it was */
  #take(name: string, value: unknown, pointer: string): boolean {
    if (value === undefined || this.#fields[name] !== undefined) return false;
    this.#fields[name] = value;
    this.#reading.took(name, { pointer });
    return true;
  }

  #takeHeadlines(): void {
    const { headlines = [], headline, title } = this.#item;
    const fields: Record<string, string> = { main: 'headline', short: 'shortHeadline', kicker: 'kicker' };
    headlines.forEach((one, i) => {
      const pointer = `/headlines/${i}/value`;
      const words = lineOf(wordsIn(one, pointer));
      const field = fields[one.role ?? 'main'];
      if (words !== '' && (!field || !this.#take(field, words, pointer)))
        this.#reading.lose(
          { pointer },
          'headline',
          `there is no place for a headline that is ${one.role ?? 'one more'}`,
        );
    });
    this.#take('headline', headline || undefined, '/headline');
    this.#take('headline', title || undefined, '/title');
  }

  #takeDescriptions(): void {
    const { descriptions = [], description_text: older } = this.#item;
    const fields: Record<string, string> = { summary: 'summary', deck: 'deck', standfirst: 'deck', subtitle: 'deck' };
    descriptions.forEach((one, i) => {
      const pointer = `/descriptions/${i}/value`;
      const role = one.role ?? 'summary';
      const words = wordsIn(one, pointer);
      const field = fields[role];
      if (words === '' || (field && this.#take(field, words, pointer))) return;
      if (/^(correction|clarification|update|retraction)$/.test(role))
        this.#reading.lose(
          { pointer },
          'correction',
          'corrections are issued when the story is live, and not imported',
        );
      else this.#reading.lose({ pointer }, 'description', `there is no place for a description that is ${role}`);
    });
    this.#take('summary', older || undefined, '/description_text');
  }

  /** Subjects become tags, but for the one that is the desk. */
  #takeTerms(): void {
    const name = this.#item.subjects === undefined ? 'subject' : 'subjects';
    const tags = new Set<string>();
    (this.#item[name] ?? []).forEach((subject, i) => {
      const pointer = `/${name}/${i}`;
      const own = Key.safeParse(subject.literal).data;
      const key = own ?? slugify(subject.name ?? subject.literal ?? '', 100);
      if (key === '' || (subject.rel !== 'desk' && tags.size >= 100))
        this.#reading.lose({ pointer }, 'subject', 'no key of a tag can be made of it, or there are a hundred already');
      else if (subject.rel === 'desk') this.#take('desk', key, pointer);
      else tags.add(key);
    });
    if (tags.size > 0) this.#take('tags', [...tags], `/${name}`);
  }

  #takeOthers(): void {
    const { altIds = [], infoSources = [], places = [], people = [], organisations = [] } = this.#item;
    const slug = altIds.findIndex(({ role }) => role === 'slug');
    if (slug >= 0) this.#take('slug', altIds[slug]?.value, `/altIds/${slug}/value`);
    const kinds = new Set(['staff', 'wire', 'handout', 'other']);
    const sources = infoSources.flatMap(({ name, role = 'wire' }) =>
      name ? [{ name, kind: kinds.has(role) ? role : 'other' }] : [],
    );
    if (sources.length > 0) this.#take('sources', sources, '/infoSources');
    const others = { places, people, organisations };
    for (const [name, list] of Object.entries(others))
      list.forEach((one, i) => {
        if (one.rel === 'dateline' || one.rel === 'quoted') return;
        this.#reading.lose({ pointer: `/${name}/${i}` }, 'field', `${one.name ?? 'it'} is told by no field of a story`);
      });
  }
}

/** The words of a headline or a description, which may be HTML. */
function wordsIn(
  { contentType = '', value }: { contentType?: string | undefined; value: string },
  pointer: string,
): string {
  return /html/i.test(contentType) ? wordsOfHtml(value, { pointer }) : value.trim();
}

/** Words of several lines as one line. */
function lineOf(words: string): string {
  return words
    .split('\n')
    .map((line) => line.trim())
    .join(' ');
}
