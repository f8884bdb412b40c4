// What a newsroom is as plain objects in memory: what has been done to it, and nothing of how the server does it.
import { nameFromKey } from '../../../src/content/taxonomy/repository.js';
import type { Role } from '../../../src/kernel/actor.js';
import type { TestApp } from '../app.js';
import type { Receiver } from '../receiver.js';

export type Kind = 'image' | 'quote' | 'embed';
export type Members = Record<string, unknown>;

/** A block of a story: a paragraph with its text, or the place of a resource. Of a new one the server makes the id. */
export interface Block {
  id: string;
  type: 'paragraph' | Kind;
  text: string | null;
  resource: string | null;
  /** What stands in for the caption of an image in this story. */
  caption: string | null;
}

export interface Section {
  id: string;
  /** As the server made it: it is told, not foretold. */
  anchor: string;
  heading: string | null;
  blocks: Block[];
}

export interface Content {
  slug: string;
  headline: string;
  desk: string;
  tags: string[];
  sections: Section[];
}

export interface Note {
  kind: string;
  text: string;
}

export interface Plan {
  id: string;
  action: 'publish' | 'withdraw';
  at: number;
  version: number;
  /** What goes out, as it was when that was planned. */
  content: Content;
  correction: Note | null;
  /** Resources that have to stay because of it. */
  holds: string[];
}

/** A link that shows a story before it is live. */
export interface Link {
  id: string;
  token: string;
  /** The version that it shows, with what that has; none shows the working copy. */
  version: number | null;
  content: Content | undefined;
  until: number;
  isRevoked: boolean;
}

export interface Story {
  id: string;
  /** The working copy as it must be. */
  content: Content;
  /** What it was at each version that was seen. */
  history: Map<number, Content>;
  state: 'unpublished' | 'live' | 'withdrawn';
  isDeleted: boolean;
  /** The tag of the deletion, to undelete by, and when that was. */
  deletedTag: string;
  deletedAt: number;
  /** What readers must get while it is live, and what was published: that may have had more, before something was erased. */
  shown: Content | undefined;
  published: Content | undefined;
  liveVersion: number | null;
  /** Slugs that readers know it by. */
  seenSlugs: Set<string>;
  corrections: Note[];
  plans: Partial<Record<Plan['action'], Plan>>;
  embargoUntil: number;
  links: Link[];
}

/** What an image, quote or embed says, as far as the model goes. */
export interface Facts {
  words: string;
  /** Whether it has what it must have to be published. */
  isFit: boolean;
  /** What tells the file of an image from others. */
  picture: string | null;
  thumbnail: string | null;
}

export interface Resource {
  kind: Kind;
  id: string;
  facts: Facts;
  history: Map<number, Facts>;
  isDeleted: boolean;
  deletedTag: string;
  deletedAt: number;
}

export interface Term {
  kind: 'desk' | 'tag';
  key: string;
  name: string;
}

export interface Key {
  id: string;
  key: string;
  name: string;
  role: Role;
  /** In milliseconds; for ever when there is none. */
  expiresAt: number | null;
  isRevoked: boolean;
  rotatedTo: string | null;
}

/** What a webhook was told of, or is about to be, and what came of it. */
export interface Told {
  type: string;
  articleId: string | null;
  /** Its id, once it is known. */
  id: string | undefined;
  state: 'delivered' | 'dead' | 'waiting';
  /** How often it has arrived at the receiver, whatever that answered. */
  arrivals: number;
}

export interface Hook {
  id: string;
  url: string;
  events: string[];
  state: 'enabled' | 'disabled';
  disabledReason: string | null;
  secret: string;
  formerSecret: string | null;
  formerUntil: number;
  told: Told[];
}

export interface Erased {
  kind: Kind | 'article';
  id: string;
  erasureId: string;
  wasSeen: boolean;
  slugs: string[];
  /** Of links that showed it. */
  tokens: string[];
  /** Words that stood in it and nowhere else. */
  words: string[];
}

export interface Newsroom {
  stories: Story[];
  resources: Resource[];
  terms: Term[];
  keys: Key[];
  hooks: Hook[];
  erased: Erased[];
  /** Slugs that more than one story has had, or had a part of. */
  sharedSlugs: Set<string>;
}

/** The server that is held to the model, and what is counted of it. */
export interface Real {
  app: TestApp;
  receiver: Receiver;
  /** How the receiver answers at an address, where it is not well. */
  moods: Map<string, 'failing' | 'gone'>;
  /** Small pictures that differ, to be put. */
  pictures: Buffer[];
  /** Makes names that nothing else of the run has. */
  next(): number;
  lives: number;
  /** How often each step was done, by its name. */
  done: Map<string, number>;
}

export function emptyNewsroom(): Newsroom {
  return { stories: [], resources: [], terms: [], keys: [], hooks: [], erased: [], sharedSlugs: new Set() };
}

/** What time it is for the server, in milliseconds. */
export function now({ app }: Real): number {
  return app.clock.now().getTime();
}

/** An instant as the server takes it. */
export function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}

export const hourMs = 3_600_000;

/** Notes that readers could see something happen, for each webhook that is told of such things. */
export function tell(newsroom: Newsroom, event: string, articleId: string): void {
  const type = `article.${event}`;
  for (const hook of newsroom.hooks) {
    if (!hook.events.includes(type)) continue;
    hook.told.push({ type, articleId, id: undefined, state: 'waiting', arrivals: 0 });
  }
}

export function resourceOf({ resources }: Newsroom, id: string | null): Resource | undefined {
  return resources.find((resource) => resource.id === id);
}

/** The resources that a content shows, the thumbnails of its embeds among them. */
export function usesOf(newsroom: Newsroom, { sections }: Content): string[] {
  const own = sections.flatMap(({ blocks }) => blocks.flatMap(({ resource }) => resource ?? []));
  const thumbnails = own.flatMap((id) => resourceOf(newsroom, id)?.facts.thumbnail ?? []);
  return [...new Set([...own, ...thumbnails])];
}

/** The live stories that show a resource. */
export function liveUsers(newsroom: Newsroom, id: string): Story[] {
  return newsroom.stories.filter(
    ({ state, shown }) => state === 'live' && shown && usesOf(newsroom, shown).includes(id),
  );
}

/** Whether anything uses a resource: a working copy, a live story, a version that waits, or an embed as its thumbnail. */
export function isUsed(newsroom: Newsroom, id: string): boolean {
  const { stories, resources } = newsroom;
  if (resources.some(({ isDeleted, facts }) => !isDeleted && facts.thumbnail === id)) return true;
  if (liveUsers(newsroom, id).length > 0) return true;
  return stories.some(
    ({ isDeleted, content, plans }) =>
      !isDeleted && (blocksOf(content).some(({ resource }) => resource === id) || plans.publish?.holds.includes(id)),
  );
}

export function blocksOf({ sections }: Content): Block[] {
  return sections.flatMap(({ blocks }) => blocks);
}

/** Whether everything that a content shows is there and has what it must have. */
export function isFit(newsroom: Newsroom, content: Content): boolean {
  return usesOf(newsroom, content).every((id) => {
    const resource = resourceOf(newsroom, id);
    return resource !== undefined && !resource.isDeleted && resource.facts.isFit;
  });
}

/** A content without the places of some resources. */
export function without(content: Content, isGone: (id: string) => boolean): Content {
  const sections = content.sections.map((section) => ({
    ...section,
    blocks: section.blocks.filter(({ resource }) => resource === null || !isGone(resource)),
  }));
  return { ...content, sections };
}

/** Makes the desk and the tags of a content, where they are new. */
export function makeTerms({ terms }: Newsroom, { desk, tags }: Pick<Content, 'desk' | 'tags'>): void {
  const named = [{ kind: 'desk' as const, key: desk }, ...tags.map((key) => ({ kind: 'tag' as const, key }))];
  for (const { kind, key } of named)
    if (!terms.some((term) => term.kind === kind && term.key === key))
      terms.push({ kind, key, name: nameFromKey(key) });
}
