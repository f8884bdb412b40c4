// The list of block kinds. A new kind is its file and a line here.
import { z } from 'zod';
import type { Keep, Reference } from './block.js';
import { embed } from './embed.js';
import { image } from './image.js';
import type { Library } from './library.js';
import { paragraph } from './paragraph.js';
import { quote } from './quote.js';

export const blockKinds = [paragraph, image, quote, embed] as const;

type Part = 'draft' | 'managed' | 'delivered';
type PartsOf<Kinds extends readonly unknown[], P extends Part> = {
  -readonly [I in keyof Kinds]: Kinds[I] extends Record<P, infer Schema> ? Schema : never;
};

function schemas<P extends Part>(part: P): PartsOf<typeof blockKinds, P> {
  return blockKinds.map((kind) => kind[part]) as unknown as PartsOf<typeof blockKinds, P>;
}

export const BlockDraft = z.discriminatedUnion('type', schemas('draft')).meta({ id: 'BlockDraft' });
export const ManagedBlock = z.discriminatedUnion('type', schemas('managed')).meta({ id: 'ManagedBlock' });
export const Block = z.discriminatedUnion('type', schemas('delivered')).meta({ id: 'Block' });

export type BlockDraft = z.output<typeof BlockDraft>;
export type ManagedBlock = z.output<typeof ManagedBlock>;
export type Block = z.output<typeof Block>;

/** A block kind as seen by code that treats all alike: which kind goes with which block is looked up by `type`. */
interface AnyBlockKind {
  store(draft: BlockDraft, keep: Keep): object;
  references(block: ManagedBlock): Reference[];
  deliver(block: ManagedBlock, library: Library): object;
  readingText(block: Block): string;
}

const kindsByType = new Map<string, AnyBlockKind>(
  blockKinds.map((kind) => [kind.type, kind as unknown as AnyBlockKind]),
);

function kindOf(type: string): AnyBlockKind {
  const kind = kindsByType.get(type);
  if (!kind) throw new Error(`there is no block kind ${type}`);
  return kind;
}

/** The block to keep for a draft, under the given id. */
export function storeBlock(draft: BlockDraft, id: string, keep: Keep): ManagedBlock {
  return { id, type: draft.type, ...kindOf(draft.type).store(draft, keep) } as ManagedBlock;
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
