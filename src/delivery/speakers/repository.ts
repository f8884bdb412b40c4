import { and, asc, count, desc, eq, gt, gte, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Quote } from '../../blocks/library.js';
import type { Seek } from '../../kernel/cursors.js';
import { facetOf } from '../../storage/facets.js';
import { inListOrder } from '../../storage/keyset.js';
import type { Store } from '../../storage/store.js';
import { linkColumns } from '../library/repository.js';
import type { PublishedSpeaker, SpeakerSort } from './schemas.js';

export interface SpeakerRow {
  /** The name, folded for comparison. */
  key: string;
  speaker: PublishedSpeaker;
}

/** Whom live stories quote, each with what they said last. */
export async function listSpeakers(
  store: Store,
  sort: SpeakerSort,
  limit: number,
  seek: Seek | undefined,
): Promise<SpeakerRow[]> {
  const { db, tables } = store;
  const { speakers, librarySnapshots, snapshots } = tables;
  const { order, bound } = orderOf(store, sort, seek);
  const quoteCount = db
    .select({ quotes: count() })
    .from(librarySnapshots)
    .where(eq(librarySnapshots.speaker, speakers.key));
  const rows = await store.all(
    db
      .select({
        key: speakers.key,
        storyCount: speakers.storyCount,
        quoteCount: sql<number>`(${quoteCount})`,
        body: librarySnapshots.body,
        story: linkColumns(store),
      })
      .from(speakers)
      // Crossed, so that the speakers are what is read first.
      .crossJoin(snapshots)
      .crossJoin(librarySnapshots)
      .where(
        and(
          bound,
          eq(snapshots.articleId, sql`(${latestStory(store)})`),
          eq(librarySnapshots.kind, 'quote'),
          eq(librarySnapshots.resourceId, sql`(${quoteInStory(store)})`),
        ),
      )
      .orderBy(...order)
      .limit(limit),
  );
  return inListOrder(rows, seek).map(({ key, storyCount, quoteCount: quotes, body, story }) => {
    const quote = JSON.parse(body) as Quote;
    const { name = key, kind = 'person', role = null, affiliation = null } = quote.speaker ?? {};
    return {
      key,
      speaker: { name, kind, role, affiliation, quoteCount: quotes, storyCount, latest: { quote, story } },
    };
  });
}

/** The story that quotes the speaker of the row at hand and was published last. */
function latestStory({ db, tables: { facets, speakers } }: Store) {
  return db
    .select({ id: facets.articleId })
    .from(facets)
    .where(eq(facets.facet, sql`${facetOf.speaker('')} || ${speakers.key}`))
    .orderBy(desc(facets.publishedAt), desc(facets.articleId))
    .limit(1);
}

/** What the speaker of the row at hand says in its story; the newest of several quotes. */
function quoteInStory({ db, tables: { facets, speakers, snapshots, librarySnapshots } }: Store) {
  const contained = facetOf.contains('');
  const id = sql`substr(${facets.facet}, ${contained.length + 1})`;
  // Of all that begins so, and before what begins with the next letter: a range of the index.
  const isContained = and(gte(facets.facet, contained), lt(facets.facet, contained.replace(':', ';')));
  return db
    .select({ id: librarySnapshots.resourceId })
    .from(facets)
    .innerJoin(librarySnapshots, and(eq(librarySnapshots.kind, 'quote'), eq(librarySnapshots.resourceId, id)))
    .where(and(eq(facets.articleId, snapshots.articleId), isContained, eq(librarySnapshots.speaker, speakers.key)))
    .orderBy(desc(librarySnapshots.resourceId))
    .limit(1);
}

function orderOf({ tables: { speakers } }: Store, sort: SpeakerSort, seek: Seek | undefined) {
  const { key, storyCount } = speakers;
  const isBackwards = seek?.direction === 'previous';
  const [order, beyond] = sort.startsWith('-') !== isBackwards ? ([desc, lt] as const) : ([asc, gt] as const);
  const [stories, position] = [Number(seek?.position[0]), String(seek?.position[1])];
  if (sort.endsWith('name')) return { order: [order(key)], bound: seek && beyond(key, position) };
  // Between equal counts the names ascend, whichever way the counts go.
  const [keyOrder, beyondKey] = isBackwards ? ([desc, lt] as const) : ([asc, gt] as const);
  const bound: SQL | undefined =
    seek && or(beyond(storyCount, stories), and(eq(storyCount, stories), beyondKey(key, position)));
  return { order: [order(storyCount), keyOrder(key)], bound };
}
