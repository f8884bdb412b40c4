import type { Seek } from '../../../kernel/cursors.js';

/** The values of a statement, numbered as they come. */
export class Parameters {
  readonly values: unknown[] = [];

  /** @returns what stands for the value in the statement */
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

/** What lies beyond a place in a list that is sorted by a key and an id. */
export function beyond(
  key: string,
  id: string,
  isUpwards: boolean,
  seek: Seek | undefined,
  parameters: Parameters,
): string {
  if (!seek) return 'true';
  const [a, b] = seek.position;
  const type = typeof a === 'number' ? 'float8' : 'text';
  return `(${key}, ${id}) ${isUpwards ? '>' : '<'} (${parameters.add(a)}::${type}, ${parameters.add(b)}::text)`;
}
