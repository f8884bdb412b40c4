// Does to a story what a diff tells, as a client would that has one version and the diff.
import { expect } from 'vitest';
import type { ArticleDiff, BlockChange, FieldChange } from '../../src/content/revisions/diff-schemas.js';

type Json = Record<string, unknown>;
export type StoryBlock = Json & { id: string; type: string; blocks?: StoryBlock[] };
export interface StorySection extends Json {
  id: string;
  blocks: StoryBlock[];
}
export type Story = Json & { sections: StorySection[] };

/** Puts what a pointer names in place; each text must be what its segments say. */
function changeFields(target: Json, changes: readonly FieldChange[]): void {
  for (const { pointer, before, after, segments } of changes) {
    const path = pointer.split('/').slice(1);
    const last = path.pop() ?? '';
    const holder = path.reduce<Json>((value, name) => value[name] as Json, target);
    expect(holder[last] ?? null).toEqual(before);
    holder[last] = after;
    if (!segments) continue;
    const without = (op: string) => segments.flatMap((segment) => (segment.op === op ? [] : [segment.text])).join('');
    expect([without('insert'), without('delete')]).toEqual([before, after]);
  }
}

/** A block without those within it, changed as told. */
function changed({ blocks: _within, ...block }: StoryBlock, { type, fields }: BlockChange): StoryBlock {
  const [whole] = fields;
  if (whole?.pointer !== '') {
    changeFields(block, fields);
    return block;
  }
  const { id, ...own } = block;
  expect(own).toEqual(whole.before);
  return { id, type, ...(whole.after as Json) };
}

function insertAt<Change extends { after: { index: number } | null }>(
  changes: readonly Change[],
  listOf: (change: Change) => string[],
  idOf: (change: Change) => string,
): void {
  for (const change of changes.toSorted((a, b) => (a.after?.index ?? 0) - (b.after?.index ?? 0))) {
    listOf(change).splice(change.after?.index ?? 0, 0, idOf(change));
  }
}

const isPutIn = ({ changes }: { changes: readonly string[] }) => changes.includes('added') || changes.includes('moved');
const isTakenOut = ({ changes }: { changes: readonly string[] }) =>
  changes.includes('removed') || changes.includes('moved');

/** The story after what the diff tells. Neither argument is changed. */
export function applyDiff(story: Story, diff: Pick<ArticleDiff, 'fields' | 'sections' | 'blocks'>): Story {
  const { sections, ...fields } = structuredClone(story);
  changeFields(fields, diff.fields);

  const blocks = new Map<string, StoryBlock>();
  const idsWithin = new Map<string, string[]>();
  const note = (container: string, some: readonly StoryBlock[]) => {
    idsWithin.set(
      container,
      some.map(({ id }) => id),
    );
    for (const block of some) {
      blocks.set(block.id, block);
      if (block.blocks) note(block.id, block.blocks);
    }
  };
  for (const section of sections) note(section.id, section.blocks);
  const withinOf = (container: string) => {
    const ids = idsWithin.get(container) ?? [];
    idsWithin.set(container, ids);
    return ids;
  };
  const takeOut = (ids: string[], id: string) => {
    expect(ids).toContain(id);
    ids.splice(ids.indexOf(id), 1);
  };

  for (const change of diff.blocks) {
    const { id, block, before } = change;
    if (block) blocks.set(id, block as StoryBlock);
    else blocks.set(id, changed(blocks.get(id) as StoryBlock, change));
    if (isTakenOut(change)) takeOut(withinOf(before?.asideId ?? before?.sectionId ?? ''), id);
  }
  insertAt(
    diff.blocks.filter(isPutIn),
    ({ after }) => withinOf(after?.asideId ?? after?.sectionId ?? ''),
    ({ id }) => id,
  );

  const kept = new Map<string, Json & { id: string }>(
    sections.map(({ blocks: _blocks, ...section }) => [section.id, section]),
  );
  const order = sections.map(({ id }) => id);
  for (const change of diff.sections) {
    const { id, anchor, heading } = change;
    if (change.changes.includes('added')) kept.set(id, { id, anchor, heading });
    changeFields(kept.get(id) as Json, change.fields);
    if (isTakenOut(change)) takeOut(order, id);
  }
  insertAt(
    diff.sections.filter(isPutIn),
    () => order,
    ({ id }) => id,
  );

  const whole = (id: string): StoryBlock => {
    const { blocks: _within, ...block } = blocks.get(id) as StoryBlock;
    return block.type === 'aside' ? { ...block, blocks: withinOf(id).map(whole) } : block;
  };
  return {
    ...fields,
    sections: order.map((id) => ({ ...(kept.get(id) as Json & { id: string }), blocks: withinOf(id).map(whole) })),
  };
}
