import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ManagedBlock } from '../../../src/blocks/index.js';
import { type ArticleFields, fillArticle } from '../../../src/content/articles/schemas.js';
import type { ArticleContent } from '../../../src/content/history.js';
import { storyDiff } from '../../../src/content/revisions/story-diff.js';
import { applyDiff, type Story } from '../../support/diffs.js';

const storyOf = ({ fields, sections }: ArticleContent) => ({ ...fields, sections }) as unknown as Story;

const words = fc
  .array(fc.constantFrom('gas', 'war', 'Minsk', 'talks', '.', '明斯克'), { maxLength: 6 })
  .map((parts) => parts.join(' '));
const plain = (id: string): fc.Arbitrary<ManagedBlock> =>
  fc.oneof(
    words.map((text) => ({ id, type: 'paragraph' as const, text, spans: [] })),
    words.map((text) => ({
      ...{ id, type: 'paragraph' as const, text },
      spans: text === '' ? [] : [{ start: 0, end: text.length, type: 'strong' as const }],
    })),
    words.map((text) => ({ id, type: 'heading' as const, level: 2 as const, text })),
    fc.array(words, { maxLength: 3 }).map((texts) => ({
      ...{ id, type: 'list' as const, ordered: false },
      items: texts.map((text) => ({ text, spans: [], items: [] })),
    })),
  );

/** Stories of the same few ids, so that any two of them share some, at the same places and at others. */
const story: fc.Arbitrary<ArticleContent> = fc
  .tuple(
    fc.shuffledSubarray(['s1', 's2', 's3', 's4']),
    fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']),
    fc.array(fc.tuple(fc.nat(3), fc.boolean(), fc.boolean()), { minLength: 10, maxLength: 10 }),
    fc.record({ headline: fc.option(words), deck: fc.option(words), tags: fc.subarray(['gas', 'war']) }),
  )
  .chain(([sectionIds, blockIds, places, own]) =>
    fc
      .tuple(fc.tuple(...blockIds.map(plain)), fc.tuple(...sectionIds.map(() => fc.option(words))))
      .map(([blocks, headings]) => {
        const sections = sectionIds.map((id, i) => ({
          ...{ id, anchor: `anchor-${id}`, heading: headings[i] ?? null },
          blocks: [] as ManagedBlock[],
        }));
        blocks.forEach((block, i) => {
          const [where, isAside, isWithin] = places[i] ?? [0, false, false];
          const section = sections[where % Math.max(1, sections.length)];
          const aside = section?.blocks.findLast((one) => one.type === 'aside');
          if (isWithin && aside) aside.blocks.push(block as (typeof aside.blocks)[number]);
          else section?.blocks.push(isAside ? { id: block.id, type: 'aside', title: null, blocks: [] } : block);
        });
        const fields = fillArticle({ language: 'en', desk: 'world', slug: 'story', ...own }) as ArticleFields;
        return { fields, sections };
      }),
  );

describe('a diff of two stories', () => {
  it('makes of the one the other, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(story, story, async (before, after) => {
        const diff = await storyDiff(before, after);
        expect(applyDiff(storyOf(before), diff)).toEqual(storyOf(after));
      }),
      { numRuns: 1000 },
    );
  });

  it('tells nothing of a story and itself', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (same) => {
        expect(await storyDiff(same, structuredClone(same))).toEqual({ fields: [], sections: [], blocks: [] });
      }),
    );
  });

  it('tells one block that was moved as the one that moved, however many it passed', async () => {
    const place = fc.nat(19);
    await fc.assert(
      fc.asyncProperty(place, place, async (from, to) => {
        const ids = Array.from({ length: 20 }, (_, i) => `b${i}`);
        const contentOf = (order: string[]): ArticleContent => ({
          fields: fillArticle({ language: 'en', desk: 'world', slug: 'story' }) as ArticleFields,
          sections: [{ id: 's', anchor: 's', heading: null, blocks: order.map((id) => ({ id, type: 'divider' })) }],
        });
        const moved = ids.toSpliced(from, 1).toSpliced(to, 0, ids[from] ?? '');
        const { blocks } = await storyDiff(contentOf(ids), contentOf(moved));
        // Of two neighbours that change places, either may be told.
        const told = blocks.map(({ id, changes }) => [id, changes]);
        if (Math.abs(from - to) > 1) expect(told).toEqual([[ids[from], ['moved']]]);
        else expect(told).toHaveLength(from === to ? 0 : 1);
      }),
    );
  });
});
