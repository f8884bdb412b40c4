// Queries that are built once and run with other values each time: to build one takes Drizzle longer than the engine to run it.
import { createHash } from 'node:crypto';
import { is, Param, Placeholder, QueryPromise } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { BuiltQuery, Store } from './store.js';

/** A query as Drizzle builds it. Those that read give rows; the others are run by a commit. */
interface Buildable extends BuiltQuery, PromiseLike<unknown> {
  prepare(name: string): { execute(values: Record<string, unknown>): PromiseLike<unknown> };
}

type Values = Record<string, unknown>;

interface Kept {
  sql: string;
  /** How each parameter is made of the values. */
  params: readonly ((values: Values) => unknown)[];
  /** None when it is empty. */
  name: string;
  /** Made at the first reading: what is only written is run by its text. */
  reading?: ReturnType<Buildable['prepare']>;
  query: Buildable;
}

/** A prepared query with its values: it can be read by `store.all`, or be a statement of a commit. */
class Filled<Rows> extends QueryPromise<Rows> implements BuiltQuery {
  readonly #kept: Kept;
  readonly #values: Values;

  constructor(kept: Kept, values: Values) {
    super();
    this.#kept = kept;
    this.#values = values;
  }

  toSQL(): { sql: string; params: unknown[]; name: string } {
    const { sql, params, name } = this.#kept;
    return { sql, params: params.map((param) => param(this.#values)), name };
  }

  async execute(): Promise<Rows> {
    this.#kept.reading ??= this.#kept.query.prepare(this.#kept.name);
    return (await this.#kept.reading.execute(underNames(this.#values))) as Rows;
  }
}

/** Lengths of lists that a query is kept with. */
const shapesMax = 16;

/** What is kept of a query, by the lengths of its lists. */
class Shapes {
  readonly #kept = new LRUCache<string, Kept>({ max: shapesMax });
  #named = 0;

  get(shape: string, build: () => Buildable): Kept {
    const known = this.#kept.get(shape);
    if (known) return known;
    const query = build();
    const { sql, params } = query.toSQL();
    // Engines keep what has a name for as long as they like, so of a query with ever other lengths not every one gets one.
    const name = this.#named < shapesMax ? nameOf(sql) : '';
    this.#named += 1;
    const kept = { sql, params: params.map(makerOf), name, query };
    this.#kept.set(shape, kept);
    return kept;
  }
}

function nameOf(sql: string): string {
  return createHash('sha256').update(sql).digest('base64url');
}

/**
 * A query that is built once for each store, and for each length of its lists. `build` gets placeholders in place of the values:
 * it may put them anywhere, and go through a list of values or of rows, but never look at one.
 */
export function prepared<Given extends object, Query extends Buildable>(
  build: (store: Store, values: Given) => Query,
): (store: Store, values: Given) => Filled<Awaited<Query>> {
  const ofStores = new WeakMap<Store['db'], Shapes>();
  return (store, values) => {
    const shapes = ofStores.get(store.db) ?? new Shapes();
    ofStores.set(store.db, shapes);
    const kept = shapes.get(shapeOf(values), () => build(store, withPlaceholders(values)));
    return new Filled(kept, values as Values);
  };
}

/** How a parameter is made of the values. As Drizzle does it, but for null: it would write the JSON of it. */
function makerOf(param: unknown): (values: Values) => unknown {
  if (is(param, Placeholder)) return readerOf(param.name);
  if (!(is(param, Param) && is(param.value, Placeholder))) return () => param;
  const read = readerOf(param.value.name);
  const { encoder } = param;
  return (values) => {
    const value = read(values);
    return value === null || value === undefined ? null : encoder.mapToDriverValue(value);
  };
}

/** How the value of a placeholder is found among all. */
function readerOf(placeholder: string): (values: Values) => unknown {
  const [name = '', i, member = ''] = placeholder.split('.');
  if (i === undefined) return (values) => values[name];
  const itemOf = (values: Values) => (values[name] as readonly unknown[])[Number(i)];
  return member === '' ? itemOf : (values) => (itemOf(values) as Values)[member];
}

/** How long each list is. */
function shapeOf(values: object): string {
  let shape = '';
  for (const value of Object.values(values)) if (Array.isArray(value)) shape += `${value.length},`;
  return shape;
}

/** The values under the names of their placeholders, as Drizzle wants them. */
function underNames(all: Values): Values {
  const values: Values = {};
  for (const [name, value] of Object.entries(all)) {
    if (!Array.isArray(value)) {
      values[name] = value;
      continue;
    }
    for (const [i, item] of value.entries()) {
      if (!isRow(item)) values[nameOfItem(name, i)] = item;
      else for (const [member, of] of Object.entries(item)) values[nameOfItem(name, i, member)] = of;
    }
  }
  return values;
}

function withPlaceholders<Given extends object>(all: Given): Given {
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
