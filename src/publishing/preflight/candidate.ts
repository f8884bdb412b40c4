// Lays a story out for the rules.
import { allBlocks, deliverBlock, type ManagedBlock, readingTextOf, referencesOf } from '../../blocks/index.js';
import {
  deliveredImage,
  fillEmbed,
  fillImage,
  fillQuote,
  type Library,
  type ResourceFacts,
  type ResourceKind,
} from '../../blocks/library.js';
import { textsIn } from '../../blocks/rich-text.js';
import type { ArticleContent } from '../../content/history.js';
import { jsonPointer } from '../../kernel/json-pointer.js';
import type { Candidate, Circumstances, PlacedBlock, PlacedUse } from './rule.js';

/** Where the resources are that a story points at. */
export interface Shelf {
  /** The facts of a resource; undefined when there is none such. */
  find<K extends ResourceKind>(kind: K, id: string): ResourceFacts[K] | undefined;
}

type Place = Pick<PlacedUse, 'pointer' | 'standsIn' | 'altOverride'>;

export function candidateOf(content: ArticleContent, shelf: Shelf, circumstances: Circumstances): Candidate {
  const library = filledLibrary(shelf);
  const blocks = content.sections.flatMap((section, index) =>
    allBlocks(section.blocks).map((block) => placedBlock(block, index, library)),
  );
  return {
    ...circumstances,
    content,
    uses: placedUses(content, shelf),
    blocks,
    texts: content.sections.flatMap((section, index) => textsIn(section.blocks, ['sections', index, 'blocks'])),
    runningText: blocks.flatMap(({ block, words }) => ('blocks' in block || words === '' ? [] : words)).join('\n'),
  };
}

function placedBlock(block: ManagedBlock, section: number, library: Library): PlacedBlock {
  const words = readingTextOf(deliverBlock(block, library));
  return { block, section, words, hasResource: referencesOf(block).length > 0 };
}

/** Every place of a story that points at a library resource. */
export function placedUses({ fields, sections }: ArticleContent, shelf: Shelf): PlacedUse[] {
  const lead: Place = { pointer: '/leadImageId', standsIn: 'lead', altOverride: null };
  const uses = fields.leadImageId === null ? [] : usesAt('image', fields.leadImageId, lead, shelf);
  sections.forEach(({ blocks }, s) => {
    blocks.forEach((block, b) => {
      for (const { kind, id, path, alt } of referencesOf(block)) {
        const pointer = jsonPointer(['sections', s, 'blocks', b, ...path]);
        uses.push(...usesAt(kind, id, { pointer, standsIn: 'body', altOverride: alt ?? null }, shelf));
      }
    });
  });
  return uses;
}

/** A resource as any story shows it that says nothing of its own about it. */
export function placedAlone(kind: ResourceKind, id: string, shelf: Shelf): PlacedUse[] {
  return usesAt(kind, id, { pointer: '', standsIn: 'body', altOverride: null }, shelf);
}

/** A resource at a place, and the image that stands for it if it is an embed. */
function usesAt(kind: ResourceKind, id: string, place: Place, shelf: Shelf): PlacedUse[] {
  const use = { kind, id, ...place, facts: shelf.find(kind, id) } as PlacedUse;
  const thumbnail = use.kind === 'embed' ? (use.facts?.thumbnailImageId ?? null) : null;
  if (thumbnail === null) return [use];
  const facts = shelf.find('image', thumbnail);
  const { pointer } = place;
  return [use, { kind: 'image', id: thumbnail, pointer, standsIn: 'thumbnail', altOverride: null, facts }];
}

/** A library that has something for every id, so that a story can be read which points at what is not there. */
function filledLibrary(shelf: Shelf): Library {
  return {
    image: (id) => deliveredImage(id, shelf.find('image', id) ?? fillImage({})),
    quote: (id) => ({ id, ...(shelf.find('quote', id) ?? fillQuote({ text: '', language: 'und' })) }),
    embed: (id) => {
      const missing = fillEmbed({ kind: 'document', provider: '', title: '' });
      const { thumbnailImageId: _unseen, ...facts } = shelf.find('embed', id) ?? missing;
      return { id, ...facts, thumbnail: null };
    },
  };
}
