import type { UseRule } from './rule.js';

/** Every image credits somebody. */
export const imageCredit: UseRule = ({ uses, image }) =>
  uses.flatMap(({ kind, id, pointer }) => {
    const facts = kind === 'image' ? image(id) : undefined;
    if (!facts || facts.creditLine !== null) return [];
    return [{ pointer, code: 'missing_credit', message: `image ${id} needs a credit line` }];
  });
