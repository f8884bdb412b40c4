// What the two APIs show of a story, brought to the terms of the model, and what that must be.
import { expect } from 'vitest';
import { type Block, blocksOf, type Content, type Kind, type Members, type Newsroom, resourceOf } from './newsroom.js';

interface ManagedBlock {
  id: string;
  type: Block['type'];
  text?: string;
  imageId?: string;
  quoteId?: string;
  embedId?: string;
  caption?: string | null;
}
interface Managed {
  slug: string;
  headline: string;
  desk: string;
  tags: string[];
  sections: { id: string; anchor: string; heading: string | null; blocks: ManagedBlock[] }[];
}

/** A working copy as the Management API tells it. */
export function contentOf({ slug, headline, desk, tags, sections }: Managed): Content {
  return {
    slug,
    headline,
    desk,
    tags,
    sections: sections.map(({ id, anchor, heading, blocks }) => ({ id, anchor, heading, blocks: blocks.map(blockOf) })),
  };
}

function blockOf({ id, type, text, imageId, quoteId, embedId, caption }: ManagedBlock): Block {
  return {
    id,
    type,
    text: text ?? null,
    resource: imageId ?? quoteId ?? embedId ?? null,
    caption: caption ?? null,
  };
}

/** A block as it is sent: with its id, where it has one already. */
export function sentBlock({ id, type, text, resource, caption }: Block): Members {
  const identity = id === '' ? {} : { id };
  if (type === 'paragraph') return { ...identity, type, text };
  return { ...identity, type, [`${type}Id`]: resource, ...(type === 'image' && caption !== null && { caption }) };
}

export function paragraph(text: string): Block {
  return { id: '', type: 'paragraph', text, resource: null, caption: null };
}

export function placeOf(kind: Kind, id: string, caption: string | null = null): Block {
  return { id: '', type: kind, text: null, resource: id, caption: kind === 'image' ? caption : null };
}

/**
 * Holds a working copy to what it must be. Ids that are empty there are new ones, and anchors are the server's to make.
 * @returns what it must be, with its ids and anchors
 */
export function requireContent(expected: Content, data: Managed): Content {
  const found = contentOf(data);
  const isKnown = (id: string | undefined) => id !== undefined && id !== '';
  const named = expected.sections.map((section, s) => {
    const other = found.sections[s];
    return {
      ...section,
      id: isKnown(section.id) ? section.id : other?.id,
      anchor: other?.anchor,
      blocks: section.blocks.map((block, b) => ({ ...block, id: isKnown(block.id) ? block.id : other?.blocks[b]?.id })),
    };
  });
  expect(found).toEqual({ ...expected, sections: named });
  return found;
}

interface DeliveredResource {
  id: string;
  caption?: string | null;
  text?: string;
  title?: string;
  file?: { sha256: string } | null;
  thumbnail?: { id: string; caption: string | null } | null;
}
interface DeliveredBlock {
  id: string;
  type: string;
  text?: string;
  caption?: string | null;
  image?: DeliveredResource;
  quote?: DeliveredResource;
  embed?: DeliveredResource;
}
interface Delivered {
  slug: string;
  headline: string;
  desk: Named;
  tags: Named[];
  leadImage: { id: string } | null;
  sections: { id: string; heading: string | null; blocks: DeliveredBlock[] }[];
}
interface Named {
  key: string;
  name: string;
}

/** A story as readers or those who have a link to it get it. */
export function shownOf({ slug, headline, desk, tags, leadImage, sections }: Delivered): unknown {
  return {
    slug,
    headline,
    desk: namedOf(desk),
    tags: tags.map(namedOf),
    leadImage: leadImage?.id ?? null,
    sections: sections.map(({ id, heading, blocks }) => ({ id, heading, blocks: blocks.map(shownBlock) })),
  };
}

function namedOf({ key, name }: Named): Named {
  return { key, name };
}

function shownBlock({ id, type, text, caption, ...block }: DeliveredBlock): unknown {
  const resource = block.image ?? block.quote ?? block.embed;
  return {
    id,
    type,
    text: text ?? null,
    caption: caption ?? null,
    resource: resource?.id ?? null,
    words: (block.image?.caption ?? block.quote?.text ?? block.embed?.title) || null,
    picture: block.image?.file?.sha256 ?? null,
    thumbnail: block.embed?.thumbnail ? [block.embed.thumbnail.id, block.embed.thumbnail.caption] : null,
  };
}

/** What must be shown of a content, by the library, desks and tags as they are now. */
export function expectedOf(newsroom: Newsroom, content: Content): unknown {
  const { slug, headline, desk, tags, sections } = content;
  const named = (kind: 'desk' | 'tag', key: string): Named => {
    const term = newsroom.terms.find((one) => one.kind === kind && one.key === key);
    return { key, name: term?.name ?? '' };
  };
  return {
    slug,
    headline,
    desk: named('desk', desk),
    tags: tags.map((key) => named('tag', key)),
    leadImage: blocksOf(content).find(({ type }) => type === 'image')?.resource ?? null,
    sections: sections.map(({ id, heading, blocks }) => ({
      id,
      heading,
      blocks: blocks.map((block) => expectedBlock(newsroom, block)),
    })),
  };
}

function expectedBlock(newsroom: Newsroom, { id, type, text, resource, caption }: Block): unknown {
  const facts = resourceOf(newsroom, resource)?.facts;
  const thumbnail = resourceOf(newsroom, facts?.thumbnail ?? null);
  return {
    id,
    type,
    text,
    caption: type === 'image' ? (caption ?? facts?.words ?? null) : null,
    resource,
    words: facts?.words ?? null,
    picture: facts?.picture ?? null,
    thumbnail: thumbnail && !thumbnail.isDeleted ? [thumbnail.id, thumbnail.facts.words] : null,
  };
}
