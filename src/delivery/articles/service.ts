import type { Article, Section } from '../../blocks/story.js';
import { cursorScope, type Page, type PageRequest, readPage } from '../../kernel/cursors.js';
import { entityTag } from '../../kernel/entity-tag.js';
import { DomainError, notFound } from '../../kernel/errors.js';
import type { Lease, Store, StoredSnapshot } from '../../storage/store.js';
import { KeptAnswers } from '../kept-answers.js';
import { planOf, type StoryFilters } from './filters.js';
import { findFormer, listSummaries, type SummaryRow } from './repository.js';

/** Bytes to send, with their strong entity tag. */
export interface Bytes {
  etag: string;
  /** The story that they are of. */
  articleId?: string;
  body: Buffer;
}

export interface ListBytes extends Bytes {
  /** Links to the neighbouring pages. */
  links: string | undefined;
}

/** Pages kept in memory. */
const pagesMax = 256;

/** More often than a story comes and goes while it is looked for. */
const looksMax = 10;

/** A page of a list, as it was asked for. */
export type ListRequest = PageRequest & StoryFilters;

export type StoryService = ReturnType<typeof storyService>;

/** What readers get of stories. It reads snapshots and nothing else, so that a draft cannot leak. */
export function storyService(store: Store, linksOf: (request: ListRequest, page: Page<unknown>) => string | undefined) {
  const pages = new KeptAnswers<ListBytes>(store, pagesMax);

  /** The live story with this slug or id; undefined when there is none. */
  function find(slugOrId: string): StoredSnapshot | undefined | Promise<StoredSnapshot | undefined> {
    return store.findSnapshot(slugOrId);
  }

  /**
   * The live story with this slug or id, or the slug that it has now. One that goes live while it is looked for is looked for
   * once more: else its own address would lead to itself.
   * @param found what was found so far
   * @throws `gone` when it was withdrawn, `not_found` when readers never saw it, `unavailable` when it comes and goes all the time
   */
  async function locate(
    slugOrId: string,
    found: StoredSnapshot | undefined | Promise<StoredSnapshot | undefined> = find(slugOrId),
  ): Promise<StoredSnapshot | string> {
    let snapshot = await found;
    for (let looks = 1; looks <= looksMax; looks++) {
      if (snapshot) return snapshot;
      const former = await findFormer(store, slugOrId);
      if (former?.fate === 'withdrawn') throw new DomainError('gone', 'The story has been withdrawn.');
      if (former === undefined) throw notFound('story', slugOrId);
      if (former.articleId !== slugOrId && former.slug !== slugOrId) return former.slug;
      snapshot = await find(slugOrId);
    }
    throw new DomainError('unavailable', 'The story is being published and withdrawn at this moment. Try again.');
  }

  /** A page of summaries. @throws `invalid` for a cursor of another list */
  function list(request: ListRequest): ListBytes | Promise<ListBytes> {
    return pages.get(JSON.stringify(request), () => compose(request));
  }

  async function compose(request: ListRequest): Promise<ListBytes> {
    const { limit: _limit, cursor: _cursor, ...filters } = request;
    const plan = planOf(filters);
    const page = await readPage<SummaryRow>(
      request,
      cursorScope('articles', { ...plan }),
      ['text', 'text'],
      ({ at, id }) => [at, id],
      (limit, seek) => listSummaries(store, plan, limit, seek),
    );
    const body = Buffer.from(
      `{"data":[${page.data.map(({ summary }) => summary).join(',')}],"page":${JSON.stringify(page.page)}}`,
    );
    return { links: linksOf(request, page), body, etag: entityTag(body) };
  }

  return { find, locate, list };
}

/** The sections of a story, from its bytes. */
export function sectionsOf(snapshot: StoredSnapshot): Bytes {
  return bytesOf(snapshot, storyOf(snapshot).sections);
}

/** The sections of a story, read only if they are sent; their tag is the story's own. */
export function unreadSectionsOf(snapshot: StoredSnapshot): Omit<Bytes, 'body'> & { body: { read(): Lease } } {
  const read = () => ({ bytes: sectionsOf(snapshot).body, release: () => undefined });
  const { etag, articleId } = snapshot;
  return { etag, articleId, body: { read } };
}

/** One section, by anchor or id. @throws `not_found` */
export function sectionOf(snapshot: StoredSnapshot, anchorOrId: string): Bytes {
  const section: Section | undefined = storyOf(snapshot).sections.find(
    ({ anchor, id }) => anchor === anchorOrId || id === anchorOrId,
  );
  if (!section) throw notFound('section', anchorOrId);
  return bytesOf(snapshot, section);
}

function storyOf(snapshot: StoredSnapshot): Article {
  const { bytes, release } = snapshot.read();
  const { data } = JSON.parse(bytes.toString('utf8')) as { data: Article };
  release();
  return data;
}

function bytesOf({ articleId }: StoredSnapshot, data: unknown): Bytes {
  const body = Buffer.from(JSON.stringify({ data }));
  return { body, articleId, etag: entityTag(body) };
}
