import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import type { BlockContent } from 'mdast';
import { z } from 'zod';
import { line } from '../kernel/scalars.js';
import { blockId, defineBlock, draftBlockId, type Reference, type Shown } from './block.js';
import type { Library } from './library.js';
import { mark } from './marks.js';
import { titleParagraph } from './rich-text.js';

const blocksMax = 100;
const type = z.literal('aside');
const title = line(300).meta({ example: 'What the Union State is' });

/** The blocks that may stand in an aside, and what is done with them. */
interface Inner<Draft extends z.ZodType, Managed extends z.ZodType, Delivered extends z.ZodType> {
  draft: Draft;
  managed: Managed;
  delivered: Delivered;
  references(block: z.output<Managed>): Reference[];
  deliver(block: z.output<Managed>, library: Library): z.output<Delivered>;
  readingText(block: z.output<Delivered>): string;
  shown(block: z.output<Delivered>): Shown[];
  html(block: z.output<Delivered>): ElementContent[];
  markdown(block: z.output<Delivered>): BlockContent[];
  plainText(block: z.output<Delivered>): string;
}

/** The kind of block that holds others: a box beside the story. No aside stands in an aside. */
export function asideHolding<Draft extends z.ZodType, Managed extends z.ZodType, Delivered extends z.ZodType>(
  inner: Inner<Draft, Managed, Delivered>,
) {
  return defineBlock({
    type: 'aside',
    draft: z
      .strictObject({
        ...draftBlockId,
        type,
        title: title.nullish(),
        blocks: z.array(inner.draft).min(1).max(blocksMax),
      })
      .meta({ id: 'AsideDraft' }),
    managed: z
      .object({ ...blockId, type, title: title.nullable(), blocks: z.array(inner.managed) })
      .meta({ id: 'ManagedAside' }),
    delivered: z
      .object({ ...blockId, type, title: title.nullable(), blocks: z.array(inner.delivered) })
      .meta({ id: 'Aside', description: 'A box beside the story, with blocks of its own.' }),

    store: (block, _keep, storeInner) => ({
      title: block.title ?? null,
      blocks: storeInner(block.blocks, ['blocks']) as z.output<Managed>[],
    }),
    references: ({ blocks }) =>
      blocks.flatMap((block, i) =>
        inner.references(block).map((reference) => ({ ...reference, path: ['blocks', i, ...reference.path] })),
      ),
    deliver: ({ title: words, blocks }, library) => ({
      title: words,
      blocks: blocks.map((block) => inner.deliver(block, library)),
    }),
    readingText: ({ title: words, blocks }) =>
      [words ?? '', ...blocks.map((block) => inner.readingText(block))].join('\n'),
    shown: ({ blocks }) => blocks.flatMap((block) => inner.shown(block)),
    html: ({ title: words, blocks }) => [
      h('aside', [
        words === null ? null : h('p', { className: ['title'] }, words),
        ...blocks.flatMap((block) => inner.html(block)),
      ]),
    ],
    markdown: ({ title: words, blocks }) => [
      mark('aside', { isTitled: words !== null }),
      { type: 'blockquote', children: [...titleParagraph(words), ...blocks.flatMap((block) => inner.markdown(block))] },
    ],
    plainText: ({ title: words, blocks }) =>
      [words, ...blocks.map((block) => inner.plainText(block))].filter(Boolean).join('\n\n'),
  });
}
