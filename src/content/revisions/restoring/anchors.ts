import { slugify, unusedSlug } from '../../../kernel/slugs.js';
import type { SectionContent } from '../../history.js';
import type { FormerSection } from './repository.js';

/**
 * The anchors of sections that come back as they were, by id. One that readers know stays with its section; the others are as
 * they were, unless another section has it meanwhile: then one is made from the heading.
 */
export function anchorsFor(
  sections: readonly SectionContent[],
  now: ReadonlyMap<string, FormerSection>,
): Map<string, string> {
  const anchors = new Map<string, string>();
  const taken = new Set<string>();
  const give = (id: string, anchor: string) => {
    if (anchors.has(id) || taken.has(anchor)) return;
    anchors.set(id, anchor);
    taken.add(anchor);
  };
  const known = sections.flatMap(({ id }) => {
    const section = now.get(id);
    return section?.isAnchorFixed ? [section] : [];
  });
  for (const { id, anchor, isDeleted } of known) if (!isDeleted) give(id, anchor);
  for (const { id, anchor } of known) give(id, anchor);
  for (const { id, anchor } of sections) give(id, anchor);
  for (const { id, heading } of sections) {
    const base = (heading === null ? '' : slugify(heading)) || 'section';
    give(
      id,
      unusedSlug(base, (anchor) => taken.has(anchor)),
    );
  }
  return anchors;
}
