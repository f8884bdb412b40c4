import { type CountedFacet, type FacetCounts, facetValuesMax } from '../../search.js';
import type { Ask } from './asking.js';

/** How many stories have a facet, as in `desk:world`. */
export interface Counted {
  line: string;
  stories: number;
}

/** What the values of a facet are called. */
const names: Partial<Record<CountedFacet, string>> = {
  desk: 'SELECT key, name FROM desks WHERE key = ANY ($1::text[])',
  tag: 'SELECT key, name FROM tags WHERE key = ANY ($1::text[])',
  speaker: `SELECT DISTINCT ON (speaker) speaker AS key, body::json -> 'speaker' ->> 'name' AS name FROM library_snapshots WHERE speaker = ANY ($1::text[]) ORDER BY speaker, resource_id`,
};

export async function facetsOf(
  ask: Ask,
  facets: readonly CountedFacet[],
  counted: readonly Counted[],
): Promise<Partial<Record<CountedFacet, FacetCounts>>> {
  const told: Partial<Record<CountedFacet, FacetCounts>> = {};
  for (const facet of facets) told[facet] = await countsOf(ask, facet, counted);
  return told;
}

async function countsOf(ask: Ask, facet: CountedFacet, counted: readonly Counted[]): Promise<FacetCounts> {
  const values = counted
    .filter(({ line }) => line.startsWith(`${facet}:`))
    .map(({ line, stories }) => ({ value: line.slice(facet.length + 1), count: stories }))
    .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  const frequent = values.slice(0, facetValuesMax);
  const sql = names[facet];
  const rows = sql ? await ask<{ key: string; name: string }>(sql, [frequent.map(({ value }) => value)]) : [];
  const nameOf = new Map(rows.map(({ key, name }) => [key, name]));
  return {
    values: frequent.map(({ value, count }) => ({ value, name: nameOf.get(value) ?? value, count })),
    complete: frequent.length === values.length,
  };
}
