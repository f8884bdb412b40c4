// The list of block kinds. A new kind is its file and a line here.
import type { ElementContent } from 'hast';
import type { BlockContent } from 'mdast';
import { z } from 'zod';
import { asideHolding } from './aside.js';
import type { Keep, Reference, Shown, StoreInner } from './block.js';
import { divider } from './divider.js';
import { embed } from './embed.js';
import { gallery } from './gallery.js';
import { heading } from './heading.js';
import { image } from './image.js';
import type { Library } from './library.js';
import { list } from './list.js';
import { mark } from './marks.js';
import { paragraph } from './paragraph.js';
import { quote } from './quote.js';
import { quotesIn } from './quoted-words.js';
import { table } from './table.js';

/** The kinds that may stand anywhere, in an aside as well. */
const plainKinds = [paragraph, heading, list, image, gallery, quote, embed, table, divider] as const;

type Part = 'draft' | 'managed' | 'delivered';
type PartsOf<Kinds extends readonly unknown[], P extends Part> = {
  -readonly [I in keyof Kinds]: Kinds[I] extends Record<P, infer Schema> ? Schema : never;
};

function schemas<const Kinds extends readonly Record<Part, z.ZodType>[], P extends Part>(
  kinds: Kinds,
  part: P,
): PartsOf<Kinds, P> {
  return kinds.map((kind) => kind[part]) as unknown as PartsOf<Kinds, P>;
}

/** A block kind as seen by code that treats all alike: which kind goes with which block is looked up by `type`. */
interface AnyBlockKind {
  store(draft: object, keep: Keep, storeInner: StoreInner): object;
  references(block: object): Reference[];
  deliver(block: object, library: Library): object;
  readingText(block: object): string;
  shown(block: object): Shown[];
  html(block: object): ElementContent[];
  markdown(block: object): BlockContent[];
  plainText(block: object): string;
}

function kindOf(type: string): AnyBlockKind {
  const kind = kindsByType.get(type);
  if (!kind) throw new Error(`there is no block kind ${type}`);
  return kind;
}

/** A block as Markdown, with the quotes that its texts mark told beside it. */
function markdownWithQuotes(block: { type: string }): BlockContent[] {
  // An aside's blocks tell of their own.
  const quotes = block.type === 'aside' ? [] : quotesIn(block);
  return [...(quotes.length > 0 ? [mark('quotes', { quotes })] : []), ...kindOf(block.type).markdown(block)];
}

const PlainBlock = z
  .discriminatedUnion('type', schemas(plainKinds, 'delivered'))
  .meta({ id: 'PlainBlock', description: 'Any block but an aside.' });
type PlainBlock = z.output<typeof PlainBlock>;

const aside = asideHolding({
  draft: z.discriminatedUnion('type', schemas(plainKinds, 'draft')).meta({ id: 'PlainBlockDraft' }),
  managed: z.discriminatedUnion('type', schemas(plainKinds, 'managed')).meta({ id: 'ManagedPlainBlock' }),
  delivered: PlainBlock,
  references: (block) => kindOf(block.type).references(block),
  deliver: (block, library) =>
    ({ id: block.id, type: block.type, ...kindOf(block.type).deliver(block, library) }) as PlainBlock,
  readingText: (block) => kindOf(block.type).readingText(block),
  shown: (block) => kindOf(block.type).shown(block),
  html: (block) => kindOf(block.type).html(block),
  markdown: markdownWithQuotes,
  plainText: (block) => kindOf(block.type).plainText(block),
});

export const blockKinds = [...plainKinds, aside] as const;

const kindsByType = new Map(
  blockKinds.map((kind): [string, AnyBlockKind] => [kind.type, kind as unknown as AnyBlockKind]),
);

export const BlockDraft = z.discriminatedUnion('type', schemas(blockKinds, 'draft')).meta({ id: 'BlockDraft' });
export const ManagedBlock = z.discriminatedUnion('type', schemas(blockKinds, 'managed')).meta({ id: 'ManagedBlock' });
export const Block = z.discriminatedUnion('type', schemas(blockKinds, 'delivered')).meta({ id: 'Block' });

export type BlockDraft = z.output<typeof BlockDraft>;
export type ManagedBlock = z.output<typeof ManagedBlock>;
export type Block = z.output<typeof Block>;

/** The block to keep for a draft, under the given id. `storeInner` is asked for blocks that stand within it. */
export function storeBlock(draft: BlockDraft, id: string, keep: Keep, storeInner: StoreInner): ManagedBlock {
  return { id, type: draft.type, ...kindOf(draft.type).store(draft, keep, storeInner) } as ManagedBlock;
}

/** Every place of the block that points at a library resource. */
export function referencesOf(block: ManagedBlock): Reference[] {
  return kindOf(block.type).references(block);
}

/** The block as readers get it, its resources whole. */
export function deliverBlock(block: ManagedBlock, library: Library): Block {
  return { id: block.id, type: block.type, ...kindOf(block.type).deliver(block, library) } as Block;
}

/** The words of a delivered block that count as reading matter. */
export function readingTextOf(block: Block): string {
  return kindOf(block.type).readingText(block);
}

/** The library resources that a delivered block shows, in order. */
export function shownIn(block: Block): Shown[] {
  return kindOf(block.type).shown(block);
}

/** A delivered block as semantic HTML, below a section's h2. */
export function htmlOfBlock(block: Block): ElementContent[] {
  return kindOf(block.type).html(block);
}

/** A delivered block as CommonMark, below a section's heading of level 2. */
export function markdownOfBlock(block: Block): BlockContent[] {
  return markdownWithQuotes(block);
}

/** A delivered block as plain text; '' when it has nothing to say without pictures. */
export function plainTextOfBlock(block: Block): string {
  return kindOf(block.type).plainText(block);
}

/** The blocks, each followed by those that stand within it. */
export function allBlocks<B extends { type: string }>(blocks: readonly B[]): B[] {
  return blocks.flatMap((block) => ('blocks' in block ? [block, ...allBlocks(block.blocks as B[])] : [block]));
}
