import type { ManagedBlock } from '../../../blocks/index.js';
import { jsonPointer } from '../../../kernel/json-pointer.js';
import type { Found, Rule } from '../rule.js';

const sectionLevel = 1;

export const headingLevels: Rule = {
  code: 'skipped_heading_level',
  severity: 'warning',
  meaning: 'A heading stands more than one level below the one before it; a section’s own is of level 1.',
  help: 'Lower the heading’s level by one, or put the heading in between that is missing.',
  ofStory: ({ content: { sections } }) =>
    sections.flatMap(({ blocks }, i) => skips(blocks, ['sections', i, 'blocks'], sectionLevel)),
};

/** An aside goes on from the level it stands at, and what follows it does not go on from the aside. */
function skips(blocks: readonly ManagedBlock[], path: (string | number)[], above: number): Found[] {
  let level = above;
  return blocks.flatMap((block, i) => {
    if (block.type === 'aside') return skips(block.blocks, [...path, i, 'blocks'], level);
    if (block.type !== 'heading') return [];
    const before = level;
    level = block.level;
    if (level <= before + 1) return [];
    return [
      { pointer: jsonPointer([...path, i, 'level']), message: `is ${level}, below a heading of level ${before}` },
    ];
  });
}
