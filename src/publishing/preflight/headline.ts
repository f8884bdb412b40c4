import type { Rule } from './rule.js';

/** A story has a headline. */
export const headline: Rule = ({ content: { fields } }) =>
  fields.headline === null
    ? [{ pointer: '/headline', code: 'missing_headline', message: 'a story needs a headline' }]
    : [];
