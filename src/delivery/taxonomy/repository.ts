import { and, asc, desc, eq, gt, lt, or } from 'drizzle-orm';
import type { Seek } from '../../kernel/cursors.js';
import { inListOrder } from '../../storage/keyset.js';
import type { Store } from '../../storage/store.js';
import type { PublishedTerm, TermKind, TermSort } from './schemas.js';

/**
 * Desks or tags that live stories have. Of those that only working copies name nothing is told, not even where a bounded search
 * among them would have ended; so there is no such bound. They are as many as a newsroom has words for, not as it has stories.
 */
export async function listPublishedTerms(
  { db, tables, all }: Store,
  kind: TermKind,
  sort: TermSort,
  limit: number,
  seek: Seek | undefined,
): Promise<PublishedTerm[]> {
  // The two tables have the same columns.
  const table = kind === 'desk' ? tables.desks : (tables.tags as unknown as typeof tables.desks);
  const { key, name, liveStories } = table;
  const isBackwards = seek?.direction === 'previous';
  const isDescending = sort.startsWith('-') !== isBackwards;
  const [order, beyond] = isDescending ? ([desc, lt] as const) : ([asc, gt] as const);
  const [count, position] = [Number(seek?.position[0]), String(seek?.position[1])];
  const isByKey = sort.endsWith('key');
  // Between equal counts the keys ascend, whichever way the counts go.
  const [keyOrder, beyondKey] = isByKey ? [order, beyond] : isBackwards ? [desc, lt] : [asc, gt];
  const bound = isByKey
    ? beyond(key, position)
    : or(beyond(liveStories, count), and(eq(liveStories, count), beyondKey(key, position)));
  const rows = await all(
    db
      .select({ key, name, storyCount: liveStories })
      .from(table)
      .where(and(gt(liveStories, 0), seek && bound))
      .orderBy(...(isByKey ? [] : [order(liveStories)]), keyOrder(key))
      .limit(limit),
  );
  return inListOrder(rows, seek);
}
