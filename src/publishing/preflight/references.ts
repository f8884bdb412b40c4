import type { UseRule } from './rule.js';

/** Everything the story points at is in the library. */
export const references: UseRule = ({ uses, has }) =>
  uses
    .filter(({ kind, id }) => !has(kind, id))
    .map(({ kind, id, pointer }) => ({
      pointer,
      code: 'dangling_reference',
      message: `there is no ${kind} ${id}, or it is deleted`,
    }));
