import type { z } from 'zod';

interface Definition {
  type: string;
  shape?: Record<string, z.ZodType>;
  element?: z.ZodType;
  innerType?: z.ZodType;
  in?: z.ZodType;
  options?: z.ZodType[];
  values?: unknown[];
  entries?: Record<string, unknown>;
}

/** A value of the schema, put together from the examples that its parts carry, so that the document shows the story itself. */
export function exampleOf(schema: z.ZodType): unknown {
  const meta = schema.meta() as { example?: unknown; examples?: unknown[] } | undefined;
  if (meta?.example !== undefined) return meta.example;
  if (meta?.examples !== undefined) return meta.examples[0];
  const {
    type,
    shape,
    element,
    innerType,
    in: input,
    options,
    values,
    entries,
  } = schema._zod.def as unknown as Definition;
  if (shape) return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, exampleOf(field)]));
  if (element) return [exampleOf(element)];
  if (innerType) return exampleOf(innerType);
  if (input) return exampleOf(input);
  if (options) return options[0] && exampleOf(options[0]);
  if (values) return values[0];
  if (entries) return Object.values(entries)[0];
  return ({ string: 'text', number: 1, int: 1, boolean: false } as Record<string, unknown>)[type] ?? null;
}
