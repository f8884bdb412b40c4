// Which fields of a JSON value an answer keeps: the names there are, the names that were asked for, and what they leave.
import type { z } from 'zod';

/** Names by level. A name with none below it is a leaf of a schema or, in a selection, taken whole. */
export type FieldTree = ReadonlyMap<string, FieldTree>;

/** Fields that were asked for. */
export interface Selection {
  /** The names, the same however they were written: sorted, each once, and none below another. */
  text: string;
  tree: FieldTree;
}

interface Definition {
  shape?: Record<string, z.ZodType>;
  element?: z.ZodType;
  innerType?: z.ZodType;
  options?: z.ZodType[];
}

/** The names that values of a schema have. Arrays have those of their items, unions those of all their options. */
export function fieldTree(schema: z.ZodType): FieldTree {
  const { shape, element, innerType, options } = schema._zod.def as unknown as Definition;
  if (shape) return new Map(Object.entries(shape).map(([name, field]) => [name, fieldTree(field)]));
  if (options) return union(options.map(fieldTree));
  const inner = element ?? innerType;
  return inner ? fieldTree(inner) : new Map();
}

function union(trees: readonly FieldTree[]): FieldTree {
  const names = new Set(trees.flatMap((tree) => [...tree.keys()]));
  return new Map([...names].map((name) => [name, union(trees.flatMap((tree) => tree.get(name) ?? []))]));
}

/** The names in the text of a selection, each once, in order of their letters. */
function namesIn(text: string): string[] {
  return [...new Set(text.split(','))].sort();
}

/** What is wrong with the text of a selection: for every name that is not known, what is allowed in its place. */
export function unknownFields(text: string, known: FieldTree): string[] {
  return namesIn(text).flatMap((name) => complaint(name, known) ?? []);
}

function complaint(name: string, known: FieldTree): string | undefined {
  const parts = name.split('.');
  let level = known;
  for (const [depth, part] of parts.entries()) {
    const below = level.get(part);
    if (!below) {
      const at = parts.slice(0, depth).join('.');
      const allowed = [...level.keys()].join(', ');
      const instead = allowed ? `allowed${at && ` in ${at}`}: ${allowed}` : `${at} has no fields of its own`;
      return `${JSON.stringify(name)} is not known; ${instead}`;
    }
    level = below;
  }
  return undefined;
}

/** What a text selects; its names must be known. A name below another that is there as well adds nothing to it. */
export function selectionOf(text: string): Selection {
  const names = namesIn(text);
  const kept = names.filter((name) => !names.some((other) => name.startsWith(`${other}.`)));
  return { text: kept.join(','), tree: union(kept.map(chain)) };
}

function chain(name: string): FieldTree {
  return name.split('.').reduceRight<FieldTree>((below, part) => new Map([[part, below]]), new Map());
}

/**
 * What a selection leaves of a JSON value, in the order of the value. Arrays keep their length, so an item that has nothing of
 * what was asked for becomes an empty object; null stays null.
 */
export function project(value: unknown, tree: FieldTree): unknown {
  if (tree.size === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => project(item, tree));
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const below = tree.get(name);
      return below ? [[name, project(member, below)]] : [];
    }),
  );
}
