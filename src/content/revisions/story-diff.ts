// What makes of one story another. Sections and blocks are matched by id.
import type { ManagedBlock } from '../../blocks/index.js';
import { longestRise } from '../../kernel/longest-rise.js';
import type { ArticleContent, SectionContent } from '../history.js';
import type { ArticleDiff, BlockChange, BlockPlace, SectionChange } from './diff-schemas.js';
import { FieldChanges } from './field-changes.js';

interface Placed {
  block: ManagedBlock;
  place: BlockPlace;
}

/** The block without those that stand within it, which are told by themselves. */
function ownFields({ id: _id, ...block }: ManagedBlock): Record<string, unknown> {
  const { blocks: _blocks, ...own } = block as Record<string, unknown>;
  return own;
}

/** Every block of a story, those within others behind them, with its place. */
function placedBlocks(sections: readonly SectionContent[]): Map<string, Placed> {
  const all = new Map<string, Placed>();
  const place = (blocks: readonly ManagedBlock[], sectionId: string, asideId: string | null) => {
    blocks.forEach((block, index) => {
      all.set(block.id, { block, place: { sectionId, asideId, index } });
      if ('blocks' in block) place(block.blocks, sectionId, block.id);
    });
  };
  for (const { id, blocks } of sections) place(blocks, id, null);
  return all;
}

const containerOf = ({ asideId, sectionId }: BlockPlace) => asideId ?? sectionId;

/** Of the ids in both lists, those that have to move for one order to become the other: as few as can be. */
function movedAmong(before: readonly string[], after: readonly string[]): Set<string> {
  const places = new Map(before.map((id, i) => [id, i]));
  const common = after.filter((id) => places.has(id));
  const kept = longestRise(common.map((id) => places.get(id) ?? 0));
  return new Set(common.filter((_, i) => !kept.has(i)));
}

/** Blocks that stand elsewhere: in another section or aside, or in another order in the same. */
function movedBlocks(before: ReadonlyMap<string, Placed>, after: ReadonlyMap<string, Placed>): Set<string> {
  const idsByContainer = (placed: ReadonlyMap<string, Placed>) =>
    Map.groupBy(placed.keys(), (id) => containerOf((placed.get(id) as Placed).place));
  const [had, has] = [idsByContainer(before), idsByContainer(after)];
  const elsewhere = [...after].flatMap(([id, { place }]) => {
    const was = before.get(id)?.place;
    return was && containerOf(was) !== containerOf(place) ? [id] : [];
  });
  const reordered = [...has].flatMap(([container, ids]) => [...movedAmong(had.get(container) ?? [], ids)]);
  return new Set([...elsewhere, ...reordered]);
}

type Change = SectionChange['changes'][number];

function changesOf(isMoved: boolean, fields: readonly unknown[]): Change[] {
  return [...(isMoved ? (['moved'] as const) : []), ...(fields.length > 0 ? (['changed'] as const) : [])];
}

function sectionChanges(
  before: readonly SectionContent[],
  after: readonly SectionContent[],
  gathered: FieldChanges,
): SectionChange[] {
  const had = new Map(before.map((section, index) => [section.id, { section, index }]));
  const has = new Set(after.map(({ id }) => id));
  const moved = movedAmong([...had.keys()], [...has]);
  const own = ({ anchor, heading }: SectionContent) => ({ anchor, heading });
  const present = after.flatMap((section, index): SectionChange[] => {
    const was = had.get(section.id);
    const named = { id: section.id, after: { index }, ...own(section) };
    if (!was) return [{ ...named, changes: ['added'], before: null, fields: [] }];
    const fields = gathered.between(own(was.section), own(section));
    const changes = changesOf(moved.has(section.id), fields);
    return changes.length > 0 ? [{ ...named, changes, before: { index: was.index }, fields }] : [];
  });
  const removed = before.flatMap((section, index): SectionChange[] =>
    has.has(section.id)
      ? []
      : [{ id: section.id, changes: ['removed'], before: { index }, after: null, ...own(section), fields: [] }],
  );
  return [...present, ...removed];
}

function blockChanges(
  before: readonly SectionContent[],
  after: readonly SectionContent[],
  gathered: FieldChanges,
): BlockChange[] {
  const [had, has] = [placedBlocks(before), placedBlocks(after)];
  const moved = movedBlocks(had, has);
  const present = [...has.values()].flatMap(({ block, place }): BlockChange[] => {
    const was = had.get(block.id);
    const named = { id: block.id, type: block.type, after: place };
    if (!was) return [{ ...named, changes: ['added'], before: null, block, fields: [] }];
    const [fieldsBefore, fieldsAfter] = [ownFields(was.block), ownFields(block)];
    const isSameType = was.block.type === block.type;
    const fields = isSameType ? gathered.between(fieldsBefore, fieldsAfter) : gathered.whole(fieldsBefore, fieldsAfter);
    const changes = changesOf(moved.has(block.id), fields);
    return changes.length > 0 ? [{ ...named, changes, before: was.place, block: null, fields }] : [];
  });
  const removed = [...had.values()].flatMap(({ block, place }): BlockChange[] =>
    has.has(block.id)
      ? []
      : [{ id: block.id, type: block.type, changes: ['removed'], before: place, after: null, block, fields: [] }],
  );
  return [...present, ...removed];
}

/** What makes of one story another; nothing when they are the same. */
export async function storyDiff(
  before: ArticleContent,
  after: ArticleContent,
): Promise<Pick<ArticleDiff, 'fields' | 'sections' | 'blocks'>> {
  const gathered = new FieldChanges(after.fields.language);
  const told = {
    fields: gathered.between(before.fields, after.fields),
    sections: sectionChanges(before.sections, after.sections, gathered),
    blocks: blockChanges(before.sections, after.sections, gathered),
  };
  await gathered.settle();
  return told;
}
