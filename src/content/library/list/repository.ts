import { and, type Column, eq, exists, not, sql } from 'drizzle-orm';
import type { ResourceKind } from '../../../blocks/library.js';
import { foldName } from '../../../kernel/fold.js';
import type { Store } from '../../../storage/store.js';
import { isErased } from '../../erasures/repository.js';
import { type Listing, listingOf, type ManagedTable, type Words } from '../../listing/repository.js';
import { libraryKinds } from '../kinds.js';
import type { LibraryFilters } from './schemas.js';

/** The list of resources of a kind that filters ask for. Its index is of changes; other filters are looked up. */
export function libraryListing(store: Store, kind: ResourceKind, filters: LibraryFilters): Listing {
  const { embeds, whereUsed } = store.tables;
  const { kind: mediaKind, used, text, sort } = filters;
  const table = store.tables[libraryKinds[kind].plural] as ManagedTable;
  const isUsed = exists(
    store.db
      .select({ one: sql`1` })
      .from(whereUsed)
      .where(and(eq(whereUsed.kind, kind), eq(whereUsed.resourceId, table.id))),
  );
  return listingOf(
    table,
    filters,
    { ofDeleted: true, ofActors: false },
    {
      filters: [
        filters.deleted ? not(isErased(store, kind, table.id)) : undefined,
        mediaKind === undefined ? undefined : eq(embeds.kind, mediaKind),
        used === undefined ? undefined : used ? isUsed : not(isUsed),
      ],
      sets: [],
      asksMore: mediaKind !== undefined || used !== undefined,
      text: text === undefined ? undefined : { folded: foldName(text), ...textsIn(store, kind) },
      sort: table.updatedAt,
      isAscending: !sort.startsWith('-'),
    },
  );
}

/** Where words are looked for. */
function textsIn({ tables: { images, quotes, embeds } }: Store, kind: ResourceKind): Omit<Words, 'folded'> {
  const byKind: Record<ResourceKind, Record<string, Column>> = {
    image: {
      alt: images.alt,
      caption: images.caption,
      creditLine: images.creditLine,
      photographer: images.photographer,
      agency: images.agency,
      location: images.location,
    },
    quote: { text: quotes.text, context: quotes.context, speaker: quotes.speaker },
    embed: { title: embeds.title, description: embeds.description, provider: embeds.provider },
  };
  return {
    columns: byKind[kind],
    textsOf: ({ speaker, ...texts }) => [
      ...Object.values(texts),
      (speaker as { name: string } | null | undefined)?.name,
    ],
  };
}
