// What a posted body makes of an article's sections.
import type { ManagedBlock } from '../../blocks/index.js';
import { newId } from '../../kernel/ids.js';
import { changedPointers } from '../../kernel/json.js';
import { slugify, unusedSlug } from '../../kernel/slugs.js';
import { type Drafting, requireCounts, requireSize } from '../drafting.js';
import type { SectionContent } from '../history.js';
import { readOnlyViolations, refuseIfAny } from '../managed.js';
import type { SectionRecord } from './repository.js';
import { type SectionDraft, type SectionReplacement, sectionReadOnlyNames } from './schemas.js';

export interface PlannedSection {
  content: SectionContent;
  /** The section it goes on from; none for a new one. */
  was: SectionRecord | undefined;
  /** Pointers within the section to what changes; none when it stays as it is. */
  fields: string[];
}

export function contentOf({ id, anchor, heading, blocks }: SectionContent): SectionContent {
  return { id, anchor, heading, blocks };
}

/**
 * An anchor for a section: the one it has if readers have seen it or its heading stays, else one made from the heading that no
 * other section of the article has.
 */
export function anchorFor(heading: string | null, was: SectionRecord | undefined, taken: ReadonlySet<string>): string {
  if (was && (was.isAnchorFixed || was.section.heading === heading)) return was.section.anchor;
  const base = (heading === null ? '' : slugify(heading)) || 'section';
  return unusedSlug(base, (anchor) => taken.has(anchor));
}

export function planSection(content: SectionContent, was: SectionRecord | undefined): PlannedSection {
  const fields = was ? changedPointers(contentOf(was.section), content) : [];
  return { content, was, fields };
}

/** Plans a whole body's sections. Wrong ids and references are left with `drafting`. @throws `invalid` for read-only fields that differ, `unprocessable` for too many */
export function planSections(
  drafts: readonly (SectionDraft | SectionReplacement)[],
  existing: readonly SectionRecord[],
  drafting: Drafting,
): PlannedSection[] {
  const byId = new Map(existing.map((record) => [record.section.id, record]));
  const keptIds = new Set(drafts.flatMap((draft) => ('id' in draft && draft.id !== undefined ? [draft.id] : [])));
  const taken = new Set(existing.filter(({ section }) => keptIds.has(section.id)).map(({ section }) => section.anchor));
  const seen = new Set<string>();
  const refused = drafts.flatMap((draft, i) => {
    const was = byId.get(('id' in draft && draft.id) || '');
    return was ? readOnlyViolations(draft, was.section, sectionReadOnlyNames, `/sections/${i}`) : [];
  });
  refuseIfAny(refused);
  // Before anchors are looked for: each new one passes by all that are like it.
  requireCounts(drafts);
  const planned = drafts.map((draft, i) => {
    const path = ['sections', i];
    const givenId = 'id' in draft ? draft.id : undefined;
    const was = givenId === undefined ? undefined : byId.get(givenId);
    if (givenId !== undefined && !was) {
      drafting.violation([...path, 'id'], 'unknown_id', 'is no section of this story; leave it out for a new section');
    }
    if (givenId !== undefined && seen.has(givenId))
      drafting.violation([...path, 'id'], 'duplicate_id', 'stands here twice');
    if (givenId !== undefined) seen.add(givenId);
    const heading = draft.heading ?? null;
    const anchor = anchorFor(heading, was, taken);
    taken.add(anchor);
    const blocks: ManagedBlock[] = drafting.blocks(draft.blocks ?? [], [...path, 'blocks']);
    return planSection({ id: givenId ?? newId(), anchor, heading, blocks }, was);
  });
  requireSize(planned.map(({ content }) => content));
  return planned;
}
