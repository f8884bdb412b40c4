import type { Element, ElementContent } from 'hast';
import { h } from 'hastscript';
import type { List } from 'mdast';
import { z } from 'zod';
import { text } from '../kernel/scalars.js';
import { blockId, defineBlock, draftBlockId, type Keep, type Reference, type Shown } from './block.js';
import type { Library } from './library.js';
import {
  deliverText,
  htmlOfText,
  markdownOfText,
  referencesOfText,
  richTextShapes,
  shownInText,
  spansFit,
  storeText,
} from './rich-text.js';

const itemsMax = 200;
const shapes = richTextShapes(text(5000, 1).meta({ example: 'Cheaper gas for Belarus' }));

/** An item that holds no others, and two levels above it; a list nests to three. */
const deepest = {
  draft: z.strictObject(shapes.draft).superRefine(spansFit).meta({ id: 'ListItemDraft3' }),
  managed: z.object(shapes.managed).meta({ id: 'ManagedListItem3' }),
  delivered: z.object(shapes.delivered).meta({ id: 'ListItem3', description: 'An item that holds no others.' }),
};
const middle = {
  draft: z
    .strictObject({ ...shapes.draft, items: z.array(deepest.draft).max(itemsMax).nullish() })
    .superRefine(spansFit)
    .meta({ id: 'ListItemDraft2' }),
  managed: z.object({ ...shapes.managed, items: z.array(deepest.managed) }).meta({ id: 'ManagedListItem2' }),
  delivered: z.object({ ...shapes.delivered, items: z.array(deepest.delivered) }).meta({ id: 'ListItem2' }),
};
const outer = {
  draft: z
    .strictObject({ ...shapes.draft, items: z.array(middle.draft).max(itemsMax).nullish() })
    .superRefine(spansFit)
    .meta({ id: 'ListItemDraft' }),
  managed: z.object({ ...shapes.managed, items: z.array(middle.managed) }).meta({ id: 'ManagedListItem' }),
  delivered: z.object({ ...shapes.delivered, items: z.array(middle.delivered) }).meta({ id: 'ListItem' }),
};

const type = z.literal('list');
const ordered = z
  .boolean()
  .meta({ description: 'Whether the order means something, so that items are numbered.', example: false });

type Draft = z.output<typeof outer.draft>;
type Managed = z.output<typeof outer.managed>;
type Delivered = z.output<typeof outer.delivered>;
/** Items of any level; the deepest have no `items`. */
type AnyDraft = Omit<Draft, 'items'> & { items?: readonly AnyDraft[] | null | undefined };
type AnyManaged = Omit<Managed, 'items'> & { items?: readonly AnyManaged[] };
type AnyDelivered = Omit<Delivered, 'items'> & { items?: readonly AnyDelivered[] };
type Path = (string | number)[];

const depthMax = 3;

function storeItems(items: readonly AnyDraft[], keep: Keep, path: Path, depth = 1): AnyManaged[] {
  return items.map((item, i) => {
    const at = [...path, 'items', i];
    const stored = storeText(item, keep, at);
    return depth === depthMax ? stored : { ...stored, items: storeItems(item.items ?? [], keep, at, depth + 1) };
  });
}

function referencesOfItems(items: readonly AnyManaged[], path: Path = []): Reference[] {
  return items.flatMap((item, i) => {
    const at = [...path, 'items', i];
    return [...referencesOfText(item, at), ...referencesOfItems(item.items ?? [], at)];
  });
}

function deliverItems(items: readonly AnyManaged[], library: Library): AnyDelivered[] {
  return items.map((item) => ({
    ...deliverText(item, library),
    ...(item.items && { items: deliverItems(item.items, library) }),
  }));
}

function wordsOf(items: readonly AnyDelivered[]): string[] {
  return items.flatMap((item) => [item.text, ...wordsOf(item.items ?? [])]);
}

function shownInItems(items: readonly AnyDelivered[]): Shown[] {
  return items.flatMap((item) => [...shownInText(item), ...shownInItems(item.items ?? [])]);
}

function htmlOfItems(ordered: boolean, items: readonly AnyDelivered[]): Element {
  const children = items.map((item) => {
    const inner: ElementContent[] = item.items && item.items.length > 0 ? [htmlOfItems(ordered, item.items)] : [];
    return h('li', [...htmlOfText(item), ...inner]);
  });
  return h(ordered ? 'ol' : 'ul', children);
}

function markdownOfItems(ordered: boolean, items: readonly AnyDelivered[]): List {
  return {
    type: 'list',
    ordered,
    spread: false,
    children: items.map((item) => ({
      type: 'listItem',
      spread: false,
      children: [
        { type: 'paragraph', children: markdownOfText(item) },
        ...(item.items && item.items.length > 0 ? [markdownOfItems(ordered, item.items)] : []),
      ],
    })),
  };
}

function linesOfItems(ordered: boolean, items: readonly AnyDelivered[], indent = ''): string[] {
  return items.flatMap((item, i) => {
    const marker = ordered ? `${i + 1}. ` : '- ';
    const deeper = `${indent}${' '.repeat(marker.length)}`;
    const [first = '', ...rest] = item.text.split('\n');
    return [
      `${indent}${marker}${first}`,
      ...rest.map((line) => `${deeper}${line}`),
      ...linesOfItems(ordered, item.items ?? [], deeper),
    ];
  });
}

export const list = defineBlock({
  type: 'list',
  draft: z
    .strictObject({
      ...draftBlockId,
      type,
      ordered: ordered.nullish(),
      items: z.array(outer.draft).min(1).max(itemsMax),
    })
    .meta({ id: 'ListDraft', description: 'Items nest to three levels.' }),
  managed: z.object({ ...blockId, type, ordered, items: z.array(outer.managed) }).meta({ id: 'ManagedList' }),
  delivered: z.object({ ...blockId, type, ordered, items: z.array(outer.delivered) }).meta({ id: 'List' }),

  store: (block, keep) => ({
    ordered: block.ordered ?? false,
    items: storeItems(block.items, keep, []) as Managed[],
  }),
  references: (block) => referencesOfItems(block.items),
  deliver: (block, library) => ({ ordered: block.ordered, items: deliverItems(block.items, library) as Delivered[] }),
  readingText: (block) => wordsOf(block.items).join('\n'),
  shown: (block) => shownInItems(block.items),
  html: (block) => [htmlOfItems(block.ordered, block.items)],
  markdown: (block) => [markdownOfItems(block.ordered, block.items)],
  plainText: (block) => linesOfItems(block.ordered, block.items).join('\n'),
});
