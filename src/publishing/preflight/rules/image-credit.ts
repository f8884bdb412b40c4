import type { Rule } from '../rule.js';

export const imageCredit: Rule = {
  code: 'missing_credit',
  severity: 'error',
  meaning: 'An image credits nobody.',
  help: 'Give the image its credit line, as its source asks for it.',
  ofUse: ({ kind, id, facts }) =>
    kind === 'image' && facts?.creditLine === null
      ? [{ field: '/creditLine', message: `image ${id} needs a credit line` }]
      : [],
};
