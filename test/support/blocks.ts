import type { z } from 'zod';
import type { Keep, StoreInner } from '../../src/blocks/block.js';
import {
  Block,
  BlockDraft,
  deliverBlock,
  ManagedBlock,
  readingTextOf,
  referencesOf,
  storeBlock,
} from '../../src/blocks/index.js';
import { deliveredImage, fillEmbed, fillImage, fillQuote, type Library } from '../../src/blocks/library.js';
import { violationsOf } from '../../src/kernel/violations.js';

/** A library that has every resource, each with its id and few other facts. */
export const library: Library = {
  image: (id) => deliveredImage(id, fillImage({ alt: 'Seen.', caption: 'Told.', creditLine: 'Agency' })),
  quote: (id) => ({ id, ...fillQuote({ text: 'Said.', language: 'en' }) }),
  embed: (id) => {
    const { thumbnailImageId: _none, ...facts } = fillEmbed({ kind: 'video', provider: 'Host', title: 'Title' });
    return { id, ...facts, thumbnail: null };
  },
};

/** For blocks that carry nothing inline. */
export const keepNothing: Keep = (kind) => {
  throw new Error(`nothing inline was expected, least of all a ${kind}`);
};

/** For blocks that hold no others. */
export const storeNothing: StoreInner = () => {
  throw new Error('no blocks within were expected');
};

/** What is wrong with a draft of a kind: the place and the code of each. */
export function problemsOf({ draft }: { draft: z.ZodType }, value: object): [string, string][] {
  const error = draft.safeParse(value).error;
  return error ? violationsOf(error).map(({ pointer = '', code }) => [pointer, code]) : [];
}

/** A draft of a kind, stored under the id and delivered, with what it refers to. */
export function throughAll(draft: object, id: string, keep: Keep = keepNothing, storeInner: StoreInner = storeNothing) {
  const managed = storeBlock(BlockDraft.parse(draft), id, keep, storeInner);
  const delivered = deliverBlock(managed, library);
  ManagedBlock.parse(managed);
  Block.parse(delivered);
  return { managed, delivered, references: referencesOf(managed), readingText: readingTextOf(delivered) };
}
