// Stories that are imported, and what of a delivered story must come back.
import supertest, { type Test } from 'supertest';
import type { Role } from '../../src/kernel/actor.js';
import type { TestApp } from './app.js';
import { requireConformance } from './conformance.js';
import { publishStory } from './stories.js';

export const importsPath = '/v1/manage/imports';

/** A story, or a part of one, as JSON. */
export type Members = Record<string, unknown>;

export interface Imported {
  data: Members & { id: string; slug: string };
  resources: { kind: string; id: string; outcome: string }[];
  notCarried: { pointer: string | null; line: number | null; code: string; message: string }[];
}

/** Sends a document: a text is Markdown, anything else ninjs. The answer is for the caller to judge. */
export function sendDocument(
  { app, keys }: Pick<TestApp, 'app' | 'keys'>,
  document: string | object,
  { role = 'editor', query = '' }: { role?: Role; query?: string } = {},
): Test {
  const isMarkdown = typeof document === 'string';
  return supertest(app.server)
    .post(`${importsPath}${query}`)
    .set('authorization', `Bearer ${keys[role]}`)
    .set('content-type', isMarkdown ? 'text/markdown' : 'application/vnd.iptc.ninjs+json')
    .send(isMarkdown ? document : JSON.stringify(document))
    .expect((response) => requireConformance(app, 'post', importsPath, response));
}

export async function importStory(app: TestApp, document: string | object, query = ''): Promise<Imported> {
  const { body } = await sendDocument(app, document, { query }).expect(201);
  return body;
}

/** A live story in a format. */
export async function deliveredAs({ anybody }: TestApp, id: string, format: 'markdown'): Promise<string>;
export async function deliveredAs({ anybody }: TestApp, id: string, format: 'ninjs'): Promise<Members>;
export async function deliveredAs({ anybody }: TestApp, id: string, format: string): Promise<string | Members> {
  const { text } = await anybody.get(`/v1/articles/${id}?format=${format}`).buffer(true).expect(200);
  return format === 'ninjs' ? JSON.parse(text) : text;
}

export async function readStory({ anybody }: TestApp, id: string): Promise<Members> {
  return (await anybody.get(`/v1/articles/${id}`).expect(200)).body.data;
}

/** Publishes what was imported, and gives it as readers get it. */
export async function publishedImport(app: TestApp, { data }: Imported): Promise<Members> {
  await publishStory(app, data.id);
  return readStory(app, data.id);
}

/** What only this place of the story, or this server, gives a thing. */
const ofThePlace = new Set(['anchor', 'renditions', 'file', 'focalPoint', 'crop']);

/** The sections of a delivered story without what is of their place: resources with their ids and all that is told of them. */
export function sectionsOf({ sections }: Members, without: readonly string[] = []): unknown {
  const bare = (value: unknown, isResource: boolean): unknown => {
    if (Array.isArray(value)) return value.map((item) => bare(item, false));
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value)
      .filter(([name]) => (name !== 'id' || isResource) && !ofThePlace.has(name))
      .filter(([name]) => !without.includes(isResource ? `resource.${name}` : name))
      .map(([name, member]) => [
        name,
        name === 'spans'
          ? joinedSpans(member as Span[]).map((span) => bare(span, false))
          : bare(member, resources.has(name)),
      ]);
    return Object.fromEntries(members);
  };
  return bare(sections, false);
}

interface Span {
  start: number;
  end: number;
  type: string;
}

const resources = new Set(['image', 'quote', 'embed', 'thumbnail']);

/** Spans in the order of the text; marks of one kind that touch are one, as formats write them. */
function joinedSpans(spans: Span[]): Span[] {
  const sorted = spans.toSorted((a, b) => a.start - b.start || b.end - a.end || (a.type < b.type ? -1 : 1));
  return sorted.reduce<Span[]>((done, span) => {
    const last = done.at(-1);
    const isJoined =
      last?.type === span.type && last?.end === span.start && ['strong', 'emphasis', 'code'].includes(span.type);
    if (last && isJoined) done[done.length - 1] = { ...last, end: span.end };
    else done.push(span);
    return done;
  }, []);
}

/** The fields of a story itself that a format can tell. */
export function fieldsOf(story: Members): Members {
  const { headline, shortHeadline, kicker, deck, summary, language, desk, tags, bylines, sources, dateline } = story;
  return { headline, shortHeadline, kicker, deck, summary, language, desk, tags, bylines, sources, dateline };
}
