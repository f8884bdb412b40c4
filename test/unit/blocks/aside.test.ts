import { describe, expect, it } from 'vitest';
import { allBlocks, BlockDraft, blockKinds, type ManagedBlock, storeBlock } from '../../../src/blocks/index.js';
import { keepNothing, problemsOf, throughAll } from '../../support/blocks.js';

const id = 'b1b1b1b1-0000-4000-8000-000000000001';
const inner = 'b1b1b1b1-0000-4000-8000-000000000002';
const imageId = '01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17';
const problems = (blocks: unknown) => problemsOf({ draft: BlockDraft }, { type: 'aside', blocks });
const paragraph = { type: 'paragraph', text: 'Beside.' };

describe('an aside', () => {
  it('holds every kind of block but an aside', () => {
    const kinds = blockKinds.map(({ type }) => type).filter((type) => type !== 'aside');
    expect(problems([{ type: 'divider' }, paragraph])).toEqual([]);
    expect(problems([{ type: 'aside', blocks: [paragraph] }])).toEqual([['/blocks/0/type', 'invalid_union']]);
    const [issue] = BlockDraft.safeParse({ type: 'aside', blocks: [{ type: 'x' }] }).error?.issues ?? [];
    expect(issue?.message).toBe(`must be one of: ${kinds.join(', ')}`);
    expect(problems([])).toEqual([['/blocks', 'too_small']]);
  });

  it('stores and delivers what it holds, refers to what that refers to, and is read with it', () => {
    const { managed, delivered, references, readingText } = throughAll(
      { type: 'aside', title: 'The Union State', blocks: [paragraph, { type: 'image', imageId, alt: 'Mine.' }] },
      id,
      keepNothing,
      (drafts) => drafts.map((draft) => storeBlock(draft as BlockDraft, inner, keepNothing, () => [])),
    );
    expect(managed).toMatchObject({
      id,
      title: 'The Union State',
      blocks: [
        { id: inner, type: 'paragraph', text: 'Beside.', spans: [] },
        { id: inner, imageId },
      ],
    });
    expect(references).toEqual([{ kind: 'image', id: imageId, path: ['blocks', 1, 'imageId'], alt: 'Mine.' }]);
    expect(delivered).toMatchObject({ blocks: [{ text: 'Beside.' }, { alt: 'Mine.', image: { id: imageId } }] });
    expect(readingText).toBe('The Union State\nBeside.\n');
    expect(allBlocks<ManagedBlock>([managed]).map(({ type }) => type)).toEqual(['aside', 'paragraph', 'image']);
  });
});
