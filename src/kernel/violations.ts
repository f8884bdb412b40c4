// How what Zod finds wrong is told to the caller.
import { z } from 'zod';
import type { Violation } from './errors.js';
import { jsonPointer } from './json-pointer.js';

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

/** What is expected, as whoever sent something else reads it. */
const typeNames: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

const formatNames: Record<string, string> = {
  datetime: 'an instant with its time zone, such as 2022-12-19T17:05:00Z',
  date: 'a date such as 2022-12-19',
  duration: 'an ISO 8601 duration such as PT2M4S',
  uuid: 'a UUID',
};

/** What sizes are counted in, by what is measured. */
const unitNames: Record<string, string> = { string: 'character', array: 'item' };

function wording(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, issue.input);
    case 'invalid_format':
      return formatNames[issue.format] && `must be ${formatNames[issue.format]}`;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'too_small':
      return wrongSize('least', issue.origin, issue.minimum);
    case 'too_big':
      return wrongSize('most', issue.origin, issue.maximum);
    case 'unrecognized_keys':
      return unknownMembers(issue);
    case 'invalid_union':
      return noOption(issue);
    default:
      return undefined;
  }
}

function wrongType(expected: string, input: unknown): string | undefined {
  if (input === undefined) return 'is required';
  const wanted = typeNames[expected];
  const found = input === null ? 'null' : Array.isArray(input) ? 'array' : typeof input;
  return wanted && `must be ${wanted}${expected === 'int' ? '' : `, not ${typeNames[found] ?? found}`}`;
}

function wrongSize(bound: 'least' | 'most', origin: string, size: number | bigint): string {
  const unit = unitNames[origin];
  if (unit === undefined) return `must be at ${bound} ${size}`;
  return `must have at ${bound} ${size} ${unit}${Number(size) === 1 ? '' : 's'}`;
}

function oneOf(values: readonly unknown[]): string {
  const [only] = values;
  return values.length === 1 ? `must be ${String(only)}` : `must be one of: ${values.map(String).join(', ')}`;
}

function unknownMembers({ inst }: RawIssue): string {
  const definition = inst?._zod.def as { shape?: object } | undefined;
  return `is not known here; allowed: ${Object.keys(definition?.shape ?? {}).join(', ')}`;
}

/** What may stand where nothing of it does; undefined where that cannot be told by values. */
function noOption({ inst, discriminator }: RawIssue): string | undefined {
  const definition = inst?._zod.def as { options?: z.core.$ZodType[] } | undefined;
  const known = (definition?.options ?? []).flatMap(({ _zod }) => [
    ...((discriminator ? _zod.propValues?.[String(discriminator)] : _zod.values) ?? []),
  ]);
  return known.length > 0 ? oneOf(known) : 'has none of the forms that it may have';
}

z.config({ customError: wording });

/** Places of one part of a request that are told. Of more nobody reads, and a megabyte can be wrong in half a million. */
const placesMax = 1000;

/** What a Zod issue says, one violation for each unknown member. `place` tells what the path leads into. */
function violationsOfIssue(issue: z.core.$ZodIssue, place: 'body' | 'query' | 'params'): Violation[] {
  const paths =
    issue.code === 'unrecognized_keys'
      ? issue.keys.slice(0, placesMax).map((key) => [...issue.path, key])
      : [issue.path];
  return paths.map((path) => ({
    ...(place === 'body' ? { pointer: jsonPointer(path) } : { parameter: String(path[0] ?? '') }),
    code: codeOf(issue),
    message: issue.message,
  }));
}

function codeOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return 'unknown_field';
  if (issue.code === 'invalid_type' && issue.message === 'is required') return 'required';
  if (issue.code === 'custom' && typeof issue.params?.code === 'string') return issue.params.code;
  return issue.code === 'custom' ? 'invalid' : issue.code;
}

/** What Zod found wrong with one part of a request: everything, or the first 1,000 places. */
export function violationsOf(error: z.ZodError, place: 'body' | 'query' | 'params' = 'body'): Violation[] {
  const issues = error.issues.slice(0, placesMax);
  return issues.flatMap((issue) => violationsOfIssue(issue, place)).slice(0, placesMax);
}
