// How what Zod finds wrong is told to the caller.
import { z } from 'zod';
import type { Violation } from './errors.js';
import { jsonPointer } from './json-pointer.js';

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

function wording(issue: RawIssue): string | undefined {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'is required';
  if (issue.code === 'unrecognized_keys') {
    const definition = issue.inst?._zod.def as { shape?: object } | undefined;
    const allowed = Object.keys(definition?.shape ?? {});
    return `is not known here; allowed: ${allowed.join(', ')}`;
  }
  if (issue.code === 'invalid_union' && issue.discriminator) {
    const definition = issue.inst?._zod.def as { options?: z.core.$ZodType[] } | undefined;
    const known = (definition?.options ?? []).flatMap((option) => [
      ...(option._zod.propValues?.[String(issue.discriminator)] ?? []),
    ]);
    return `must be one of: ${known.map(String).join(', ')}`;
  }
  return undefined;
}

z.config({ customError: wording });

/** What a Zod issue says, one violation for each unknown member. `place` tells what the path leads into. */
function violationsOfIssue(issue: z.core.$ZodIssue, place: 'body' | 'query' | 'params'): Violation[] {
  const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
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

/** Everything that Zod found wrong with one part of a request. */
export function violationsOf(error: z.ZodError, place: 'body' | 'query' | 'params' = 'body'): Violation[] {
  return error.issues.flatMap((issue) => violationsOfIssue(issue, place));
}
