import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allBlocks, BlockDraft, ManagedBlock, referencesOf, storeBlock } from '../../../src/blocks/index.js';
import { blocksWithout } from '../../../src/blocks/without.js';
import { plainBlocks } from '../../support/arbitraries.js';

/** Few ids, so that the places of a block share some. */
const ids = [1, 2, 3].map((n) => `01852a5c-9d00-7a11-8b22-00000000000${n}`);
const blockId = 'b1b1b1b1-0000-4000-8000-000000000001';

/** A block as it is kept; what it carries inline gets one of the few ids. */
function stored(draft: object): ManagedBlock {
  let kept = 0;
  const keep = () => ids[kept++ % ids.length] ?? '';
  const inner = (drafts: readonly unknown[]): unknown[] =>
    drafts.map((one) => storeBlock(one as BlockDraft, blockId, keep, inner));
  return storeBlock(BlockDraft.parse(draft), blockId, keep, inner);
}

const plain = fc.oneof(...Object.entries(plainBlocks).map(([type, some]) => some.map((rest) => ({ type, ...rest }))));
const aside = fc.record({ type: fc.constant('aside'), blocks: fc.array(plain, { minLength: 1, maxLength: 3 }) });
const blocks = fc.array(fc.oneof(plain, aside).map(stored), { maxLength: 5 });
const isGone = ({ id }: { id: string }) => id === ids[0];
const placesOf = (some: readonly ManagedBlock[]) => some.flatMap((block) => referencesOf(block));
/** Every text with spans, wherever it stands. */
const textsOf = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  const { text, spans } = value as { text?: string; spans?: unknown };
  return [...(spans && text !== undefined ? [text] : []), ...Object.values(value).flatMap(textsOf)];
};

describe('blocks without what is gone', () => {
  it('point at it nowhere, and at all else as before; no word of a text is lost, and all could be posted', () => {
    fc.assert(
      fc.property(blocks, (before) => {
        const after = blocksWithout(before, isGone);
        expect(placesOf(after).filter(isGone)).toEqual([]);
        const kept = (some: readonly ManagedBlock[]) =>
          placesOf(some)
            .filter((place) => !isGone(place))
            .map(({ kind, id }) => `${kind}/${id}`);
        expect(kept(after)).toEqual(kept(before));
        expect(textsOf(after)).toEqual(textsOf(before));
        for (const block of allBlocks(after)) {
          expect(ManagedBlock.safeParse(block).success).toBe(true);
          expect(BlockDraft.safeParse(block).success).toBe(true);
        }
      }),
    );
  });

  it('are the same blocks where nothing is gone', () => {
    fc.assert(
      fc.property(blocks, (before) => {
        const after = blocksWithout(before, () => false);
        expect(after).toHaveLength(before.length);
        after.forEach((block, i) => {
          expect(block).toBe(before[i]);
        });
      }),
    );
  });

  it('keep a text that could not be posted today, and lose the mark alone', () => {
    const old = {
      id: blockId,
      type: 'paragraph',
      text: '',
      spans: [{ start: 0, end: 0, type: 'quote', quoteId: ids[0] }],
    };
    expect(blocksWithout([old as ManagedBlock], isGone)).toEqual([{ ...old, spans: [] }]);
  });
});
