import type DatabaseFile from 'better-sqlite3';
import { type CountedFacet, type FacetCounts, facetValuesMax } from '../../search.js';

/** What the value of a facet is called. */
const names: Record<CountedFacet, string> = {
  desk: 'SELECT name FROM desks WHERE key = ?',
  tag: 'SELECT name FROM tags WHERE key = ?',
  speaker: `SELECT body ->> '$.speaker.name' FROM library_snapshots WHERE speaker = ? LIMIT 1`,
  language: 'SELECT ?',
};

/** Counts how many of the stories that are found have each value of some facets. */
export class FacetTally {
  readonly #counts: ReadonlyMap<string, Map<string, number>>;

  constructor(facets: readonly CountedFacet[]) {
    this.#counts = new Map(facets.map((facet) => [facet, new Map()]));
  }

  /** Counts stories, by the facets that they have, a line each. */
  add(counted: string, stories = 1): void {
    if (this.#counts.size === 0) return;
    for (const line of counted.split('\n')) {
      const colon = line.indexOf(':');
      const values = this.#counts.get(line.slice(0, colon));
      if (!values) continue;
      const value = line.slice(colon + 1);
      values.set(value, (values.get(value) ?? 0) + stories);
    }
  }

  told(file: DatabaseFile.Database): Partial<Record<CountedFacet, FacetCounts>> {
    const told = [...this.#counts].map(([facet, values]) => {
      const name = file.prepare<[string], string>(names[facet as CountedFacet]).pluck();
      const ordered = [...values].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
      const frequent = ordered.slice(0, facetValuesMax);
      const valuesOf = frequent.map(([value, count]) => ({ value, name: name.get(value) ?? value, count }));
      return [facet, { values: valuesOf, complete: frequent.length === ordered.length }];
    });
    return Object.fromEntries(told);
  }
}
