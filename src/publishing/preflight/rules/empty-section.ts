import type { Rule } from '../rule.js';

export const emptySection: Rule = {
  code: 'empty_section',
  severity: 'error',
  meaning: 'A section has nothing to read or to see: no blocks, or only headings, dividers and blank text.',
  help: 'Fill the section, or delete it.',
  ofStory: ({ content: { sections }, blocks }) => {
    const filled = new Set(
      blocks
        .filter(({ block, words, hasResource }) => !frames.has(block.type) && (hasResource || words.trim() !== ''))
        .map(({ section }) => section),
    );
    return sections.flatMap((_, i) =>
      filled.has(i) ? [] : [{ pointer: `/sections/${i}`, message: 'has nothing to read or to see' }],
    );
  },
};

/** Types of blocks that only frame others. */
const frames: ReadonlySet<string> = new Set(['heading', 'divider', 'aside']);
