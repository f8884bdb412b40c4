// Queries that are built once and run with other values each time: to build one takes Drizzle longer than the engine to run it.
import { is, Param, Placeholder, QueryPromise } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { BuiltQuery, Store } from './store.js';

/** A query as Drizzle builds it. Those that read give rows; the others are run by a commit. */
interface Buildable extends BuiltQuery, PromiseLike<unknown> {
  prepare(): { execute(values: Record<string, unknown>): PromiseLike<unknown> };
}

type Values = Record<string, unknown>;

interface Kept {
  sql: string;
  /** How each parameter is made of the values. */
  params: readonly ((values: Values) => unknown)[];
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

  toSQL(): { sql: string; params: unknown[] } {
    return { sql: this.#kept.sql, params: this.#kept.params.map((param) => param(this.#values)) };
  }

  async execute(): Promise<Rows> {
    this.#kept.reading ??= this.#kept.query.prepare();
    return (await this.#kept.reading.execute(underNames(this.#values))) as Rows;
  }
}

/** Lengths of lists that a query is kept with. */
const shapesMax = 16;

/**
 * A query that is built once for each store, and for each length of its lists. `build` gets placeholders in place of the values:
 * it may put them anywhere, and go through a list of values or of rows, but never look at one.
 */
export function prepared<Given extends object, Query extends Buildable>(
  build: (store: Store, values: Given) => Query,
): (store: Store, values: Given) => Filled<Awaited<Query>> {
  const ofStores = new WeakMap<Store['db'], LRUCache<string, Kept>>();
  return (store, values) => {
    const shapes = ofStores.get(store.db) ?? new LRUCache<string, Kept>({ max: shapesMax });
    ofStores.set(store.db, shapes);
    const shape = shapeOf(values);
    const kept = shapes.get(shape) ?? keep(build(store, withPlaceholders(values)));
    shapes.set(shape, kept);
    return new Filled(kept, values as Record<string, unknown>);
  };
}

function keep(query: Buildable): Kept {
  const { sql, params } = query.toSQL();
  return { sql, params: params.map(makerOf), query };
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
