// Queries that are built once and run with other values each time: to build one takes Drizzle longer than the engine to run it.
import { is, Param, Placeholder, QueryPromise } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { BuiltQuery, Store } from './store.js';

/** A query as Drizzle builds it. Those that read give rows; the others are run by a commit. */
interface Buildable extends BuiltQuery, PromiseLike<unknown> {
  prepare(): { execute(values: Record<string, unknown>): PromiseLike<unknown> };
}

interface Kept {
  sql: string;
  params: unknown[];
  /** Made at the first reading: what is only written is run by its text. */
  reading?: ReturnType<Buildable['prepare']>;
  query: Buildable;
}

/** A prepared query with its values: it can be read by `store.all`, or be a statement of a commit. */
class Filled<Rows> extends QueryPromise<Rows> implements BuiltQuery {
  readonly #kept: Kept;
  readonly #values: Record<string, unknown>;

  constructor(kept: Kept, values: Record<string, unknown>) {
    super();
    this.#kept = kept;
    this.#values = values;
  }

  toSQL(): { sql: string; params: unknown[] } {
    return { sql: this.#kept.sql, params: this.#kept.params.map((param) => this.#fill(param)) };
  }

  async execute(): Promise<Rows> {
    this.#kept.reading ??= this.#kept.query.prepare();
    return (await this.#kept.reading.execute(this.#values)) as Rows;
  }

  /** As Drizzle does, but for null: it would write the JSON of it. */
  #fill(param: unknown): unknown {
    if (is(param, Placeholder)) return this.#values[param.name];
    if (!(is(param, Param) && is(param.value, Placeholder))) return param;
    const value = this.#values[param.value.name];
    return value === null || value === undefined ? null : param.encoder.mapToDriverValue(value);
  }
}

/** Lengths of lists that a query is kept with. */
const shapesMax = 16;

/**
 * A query that is built once for each store, and for each length of its lists. `build` gets placeholders in place of the values:
 * it may put them anywhere, and go through a list of values or of rows, but never look at one.
 */
export function prepared<Values extends object, Query extends Buildable>(
  build: (store: Store, values: Values) => Query,
): (store: Store, values: Values) => Filled<Awaited<Query>> {
  const ofStores = new WeakMap<Store['db'], LRUCache<string, Kept>>();
  return (store, values) => {
    const shapes = ofStores.get(store.db) ?? new LRUCache<string, Kept>({ max: shapesMax });
    ofStores.set(store.db, shapes);
    const named = namedValues(values);
    const shape = named.shape.join();
    const kept = shapes.get(shape) ?? keep(build(store, withPlaceholders(values)));
    shapes.set(shape, kept);
    return new Filled(kept, named.values);
  };
}

function keep(query: Buildable): Kept {
  return { ...query.toSQL(), query };
}

/** The values under the names of their placeholders, and how long each list is. */
function namedValues(all: object): { values: Record<string, unknown>; shape: number[] } {
  const values: Record<string, unknown> = {};
  const shape: number[] = [];
  for (const [name, value] of Object.entries(all)) {
    if (!Array.isArray(value)) {
      values[name] = value;
      continue;
    }
    shape.push(value.length);
    for (const [i, item] of value.entries()) {
      if (!isRow(item)) values[nameOfItem(name, i)] = item;
      else for (const [member, of] of Object.entries(item)) values[nameOfItem(name, i, member)] = of;
    }
  }
  return { values, shape };
}

function withPlaceholders<Values extends object>(all: Values): Values {
  const entries = Object.entries(all).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map((item, i) => placeholdersOfItem(item, name, i)) : new Placeholder(name),
  ]);
  return Object.fromEntries(entries);
}

function placeholdersOfItem(item: unknown, name: string, i: number): unknown {
  if (!isRow(item)) return new Placeholder(nameOfItem(name, i));
  const members = Object.keys(item).map((member) => [member, new Placeholder(nameOfItem(name, i, member))]);
  return Object.fromEntries(members);
}

function nameOfItem(name: string, i: number, member = ''): string {
  return `${name}.${i}.${member}`;
}

function isRow(item: unknown): item is object {
  return typeof item === 'object' && item !== null;
}
