// What an export is made of: things, a line each, with all that belongs to them. Nothing here knows an engine.
import type { Store } from '../storage/store.js';

export type TableName = keyof Store['tables'];

/** Rows of another table that belong to a thing. */
export interface Part {
  /** The member of a line that holds them. */
  name: string;
  table: TableName;
  /** The column that names the thing. */
  owner: string;
  /** Of a table that several kinds of things share: what the columns say of these. */
  where?: Readonly<Record<string, readonly string[]>>;
  /** What they are in order of. */
  order: readonly string[];
  /** What follows from the rest. It is carried, so that readers get the same bytes, but never compared. */
  isDerived?: true;
  /** What is still to be done. It is carried with the logs alone, and never compared: it goes by. */
  isPassing?: true;
  /** Columns that are not carried: the place gives its own. */
  omits?: readonly string[];
}

export type ThingKind = 'desk' | 'tag' | 'image' | 'quote' | 'embed' | 'article' | 'key' | 'webhook';

export interface Thing {
  kind: ThingKind;
  /** The file that has them. */
  file: string;
  table: TableName;
  key: 'id' | 'key';
  parts: readonly Part[];
  /** Columns that are not carried: they are counted, or of this installation. */
  omits: readonly string[];
  /** The only columns that are compared with what is there; all when left out. */
  compares?: readonly string[];
  /** Columns that are carried but not compared: they move by themselves. */
  moves: readonly string[];
}

/** Columns that hold the JSON that readers get, and what they hold it as; a line has it as it is. */
export function sentColumnsOf(table: TableName): Readonly<Record<string, 'text' | 'bytes'>> {
  if (table === 'snapshots') return { body: 'bytes', summary: 'text' };
  return table === 'librarySnapshots' ? { body: 'text' } : {};
}

const everyScope = ['live', 'scheduled', 'working'];

function revisionsOf(kind: string): Part {
  return { name: 'revisions', table: 'revisions', owner: 'resourceId', where: { kind: [kind] }, order: ['version'] };
}

function usesBy(userKind: string): Part {
  return {
    name: 'uses',
    table: 'whereUsed',
    owner: 'userId',
    where: { scope: everyScope, userKind: [userKind] },
    order: ['scope', 'sectionId', 'kind', 'resourceId'],
    isDerived: true,
  };
}

function shownOf(kind: string): Part {
  const where = { kind: [kind] };
  return { name: 'shown', table: 'librarySnapshots', owner: 'resourceId', where, order: ['kind'], isDerived: true };
}

function ofArticle(table: TableName, ...order: string[]): Part {
  return { name: table, table, owner: 'articleId', order };
}

function term(kind: 'desk' | 'tag'): Thing {
  // The same desk of two newsrooms was made at two times: it is the same when it has the same name.
  return {
    ...{ kind, file: `${kind}s`, table: `${kind}s`, key: 'key', parts: [revisionsOf(kind)] },
    ...{ omits: ['liveStories'], compares: ['name'], moves: [] },
  };
}

function resource(kind: 'image' | 'quote' | 'embed', ...parts: Part[]): Thing {
  const all = [revisionsOf(kind), ...parts, shownOf(kind)];
  return { kind, file: `${kind}s`, table: `${kind}s`, key: 'id', parts: all, omits: [], moves: [] };
}

const article: Thing = {
  ...{ kind: 'article', file: 'articles', table: 'articles', key: 'id', omits: [], moves: [] },
  parts: [
    ofArticle('sections', 'id'),
    ofArticle('slugs', 'slug'),
    ofArticle('revisions', 'kind', 'resourceId', 'version'),
    ofArticle('corrections', 'id'),
    ofArticle('publications', 'version'),
    ofArticle('schedules', 'id'),
    ofArticle('previewLinks', 'id'),
    usesBy('article'),
    { ...ofArticle('snapshots', 'articleId'), isDerived: true },
    { ...ofArticle('facets', 'facet'), isDerived: true },
  ],
};

/** Messages that have yet to be sent, or were given up and can be sent again: each under its id, at both places. */
const waitingDeliveries: Part = {
  name: 'deliveries',
  table: 'webhookDeliveries',
  owner: 'webhookId',
  where: { state: ['waiting', 'dead'] },
  order: ['seq'],
  isPassing: true,
  omits: ['seq'],
};

/** In the order in which they can be brought back: what others refer to comes first. */
export const things = {
  desk: term('desk'),
  tag: term('tag'),
  image: resource('image', { name: 'files', table: 'imageFiles', owner: 'imageId', order: ['sha256'] }),
  quote: resource('quote'),
  embed: resource('embed', usesBy('embed')),
  article,
  key: { kind: 'key', file: 'keys', table: 'apiKeys', key: 'id', parts: [], omits: ['lastUsedAt'], moves: [] },
  webhook: {
    kind: 'webhook',
    file: 'webhooks',
    table: 'webhooks',
    key: 'id',
    parts: [waitingDeliveries],
    omits: [],
    moves: ['reachedSeq'],
  },
} as const satisfies Record<ThingKind, Thing>;

/** What no line has, since it is made anew of what the lines have. */
export const derivedTables: readonly TableName[] = [
  'articleTags',
  'storyDocuments',
  'storyTexts',
  'quoteDocuments',
  'speakers',
];

/** What stays where it is, and why. */
export const leftTables = {
  propagations:
    'What a change had yet to reach is compiled anew where it is brought; the manifest says whether there was any.',
  idempotentAnswers: 'They answer requests that are sent again within a day, and are of any number and length.',
  secrets: 'Each installation signs with its own.',
  webhookAttempts: 'They tell of the way from one installation to its receivers.',
} as const satisfies Partial<Record<TableName, string>>;

/** A row by the names of its columns, as JSON has it. */
export type Row = Record<string, unknown>;

/** A thing with all that belongs to it: a line of an export. */
export interface Line {
  row: Row;
  parts: Record<string, Row[]>;
}

export function lineText({ row, parts }: Line): string {
  return JSON.stringify({ row, ...parts });
}

export function keyOf(thing: Thing, { row }: Line): string {
  return String(row[thing.key]);
}
