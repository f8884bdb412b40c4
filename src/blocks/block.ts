import type { ElementContent } from 'hast';
import type { BlockContent } from 'mdast';
import type { z } from 'zod';
import { Id } from '../kernel/scalars.js';
import type { Embed, Image, InlineResources, Library, Quote, ResourceKind } from './library.js';
import type { Renditions, View } from './renditions.js';

/** A place in a block that points at a library resource. */
export interface Reference {
  kind: ResourceKind;
  id: string;
  /** Path of the pointing field within the block. */
  path: (string | number)[];
  /** The alt text that stands in for the image's own at this place, if any; images only. */
  alt?: string | null;
}

/** Puts an inline resource into the library and gives the id to refer to it by. `path` is its place within the block. */
export type Keep = <K extends ResourceKind>(kind: K, inline: InlineResources[K], path: (string | number)[]) => string;

/** Gives what to keep of blocks that stand within another. `path` is their place within it. */
export type StoreInner = (drafts: readonly unknown[], path: (string | number)[]) => unknown[];

/** A resource as a block shows it to readers. */
export type Shown =
  | {
      kind: 'image';
      image: Image;
      alt: string | null;
      caption: string | null;
      view: View;
      renditions: Renditions | null;
    }
  | { kind: 'quote'; quote: Quote }
  | { kind: 'embed'; embed: Embed };

/** What one kind of block is. Everything else in the product asks here and knows no kind by name. */
export interface BlockKind<
  Type extends string,
  Draft extends z.ZodType,
  Managed extends z.ZodType,
  Delivered extends z.ZodType,
> {
  readonly type: Type;
  /** As an editor sends it: a resource by id or inline. */
  readonly draft: Draft;
  /** As it is kept and as the Management API sends it: resources by id. */
  readonly managed: Managed;
  /** As readers get it: resources whole. */
  readonly delivered: Delivered;
  /** What to keep of a draft. */
  store(draft: z.output<Draft>, keep: Keep, storeInner: StoreInner): Omit<z.output<Managed>, 'id' | 'type'>;
  references(block: z.output<Managed>): Reference[];
  deliver(block: z.output<Managed>, library: Library): Omit<z.output<Delivered>, 'id' | 'type'>;
  /** The words of the block that a reader of the running text reads; '' when it has none. */
  readingText(block: z.output<Delivered>): string;
  /** The library resources that it shows, in order. */
  shown(block: z.output<Delivered>): Shown[];
  /** As semantic HTML (a hast tree), below the section's heading, which is an h2. */
  html(block: z.output<Delivered>): ElementContent[];
  /** As CommonMark (an mdast tree; tables as GitHub has them), below the section's heading, which is of level 2. */
  markdown(block: z.output<Delivered>): BlockContent[];
  /** As plain text, for those who have nothing else: paragraphs without a blank line at the end. */
  plainText(block: z.output<Delivered>): string;
}

/** Gives a block kind its type; the compiler checks that its parts fit together. */
export function defineBlock<
  Type extends string,
  Draft extends z.ZodType,
  Managed extends z.ZodType,
  Delivered extends z.ZodType,
>(kind: BlockKind<Type, Draft, Managed, Delivered>): BlockKind<Type, Draft, Managed, Delivered> {
  return kind;
}

export const draftBlockId = {
  id: Id.optional().meta({ description: 'Of a block that the story already has; leave it out for a new one.' }),
};
export const blockId = { id: Id.meta({ description: 'Stays the same for as long as the block lives.' }) };
