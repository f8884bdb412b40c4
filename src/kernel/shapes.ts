// A resource's fields are written once, as a shape of plain types without defaults; what comes in, what a patch may say and
// what goes out are derived from it here.
import { z } from 'zod';

type Shape = Record<string, z.ZodType>;

type DraftShape<S extends Shape, R extends string> = {
  [K in keyof S]: K extends R ? S[K] : z.ZodOptional<z.ZodNullable<S[K]>>;
};
type PatchShape<S extends Shape, R extends string> = {
  [K in keyof S]: K extends R ? z.ZodOptional<S[K]> : z.ZodOptional<z.ZodNullable<S[K]>>;
};
type SentShape<S extends Shape, N extends string> = { [K in keyof S]: K extends N ? S[K] : z.ZodNullable<S[K]> };

/** A draft with nothing left out: null, or the default, where the editor gave none. */
export type Filled<S extends Shape, N extends string> = {
  [K in keyof S]: K extends N ? z.output<S[K]> : z.output<S[K]> | null;
};

function mapShape(shape: Shape, change: (name: string, field: z.ZodType) => z.ZodType): Shape {
  return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, change(name, field)]));
}

/** What an editor may send: each field optional, null meaning absent, but those of `required`. */
export function draftShape<S extends Shape, const R extends keyof S & string>(shape: S, required: readonly R[]) {
  const isRequired = new Set<string>(required);
  return mapShape(shape, (name, field) => (isRequired.has(name) ? field : field.nullish())) as DraftShape<S, R>;
}

/** What a JSON Merge Patch may say: each field optional, null removing it, but null is refused for those of `required`. */
export function patchShape<S extends Shape, const R extends keyof S & string>(shape: S, required: readonly R[]) {
  const isRequired = new Set<string>(required);
  return mapShape(shape, (name, field) => (isRequired.has(name) ? field.optional() : field.nullish())) as PatchShape<
    S,
    R
  >;
}

/** What an answer sends: every field, null where empty, but those of `never`, which are never empty. */
export function sentShape<S extends Shape, const N extends keyof S & string>(shape: S, never: readonly N[]) {
  const isNeverNull = new Set<string>(never);
  return mapShape(shape, (name, field) => (isNeverNull.has(name) ? field : field.nullable())) as SentShape<S, N>;
}

/** Gives a parsed draft the form in which everything behind HTTP handles it: every field of the shape, null or default where none was given. */
export function filled<
  S extends Shape,
  const R extends keyof S & string,
  D extends { [K in keyof S]?: z.output<S[K]> },
>(shape: S, _required: readonly R[], defaults: D) {
  return (draft: Record<string, unknown>): Filled<S, R | (keyof D & string)> =>
    Object.fromEntries(Object.keys(shape).map((name) => [name, draft[name] ?? defaults[name] ?? null])) as Filled<
      S,
      R | (keyof D & string)
    >;
}

/** A strict object of the draft fields of a shape that parses to its filled form. */
export function filledObject<
  S extends Shape,
  const R extends keyof S & string,
  D extends { [K in keyof S]?: z.output<S[K]> },
>(shape: S, required: readonly R[], defaults: D) {
  return z.strictObject(draftShape(shape, required)).transform(filled(shape, required, defaults));
}
