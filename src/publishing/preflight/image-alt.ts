import type { UseRule } from './rule.js';

/** Every image says what it shows, unless it is decorative (WCAG 2.2, 1.1.1). */
export const imageAlt: UseRule = ({ uses, image }) =>
  uses.flatMap(({ kind, id, pointer, altOverride }) => {
    const facts = kind === 'image' ? image(id) : undefined;
    if (!facts || facts.decorative || (altOverride ?? facts.alt ?? '').trim() !== '') return [];
    return [{ pointer, code: 'missing_alt', message: `image ${id} needs an alt text, or to be marked decorative` }];
  });
