import type { Reference } from './block.js';
import { BlockDraft, type ManagedBlock, referencesOf } from './index.js';

type Path = Reference['path'];

/**
 * The blocks without every place that points at something gone. No more goes than must: of a gallery the one picture, of a text
 * the mark but not the words; the whole block when what is left of it could not be posted.
 */
export function blocksWithout(
  blocks: readonly ManagedBlock[],
  isGone: (reference: Pick<Reference, 'kind' | 'id'>) => boolean,
): ManagedBlock[] {
  return blocks.flatMap((block) => {
    let left: ManagedBlock | undefined = block;
    for (;;) {
      const place: Reference | undefined = referencesOf(left).find(isGone);
      if (!place) return [left];
      left = withoutPlace(left, place.path);
      if (!left) return [];
    }
  });
}

/** The block without the smallest of its parts that holds the place; undefined when that is the whole of it. */
function withoutPlace(block: ManagedBlock, path: Path): ManagedBlock | undefined {
  const wasFit = isFit(block);
  for (let end = path.length; end > 0; end--) {
    if (typeof path[end - 1] !== 'number') continue;
    const left = withoutItem(block, path.slice(0, end)) as ManagedBlock;
    if (isFit(left) || !wasFit) return left;
  }
  return undefined;
}

/** Whether an editor could post it: what is kept of a block can be sent back as it is. */
function isFit(block: ManagedBlock): boolean {
  return BlockDraft.safeParse(block).success;
}

/** The value without the item of an array that a path leads to. */
function withoutItem(value: unknown, [step, ...rest]: Path): unknown {
  if (Array.isArray(value)) {
    if (rest.length === 0) return value.filter((_, i) => i !== step);
    return value.map((item, i) => (i === step ? withoutItem(item, rest) : item));
  }
  const members = value as Record<string, unknown>;
  return { ...members, [String(step)]: withoutItem(members[String(step)], rest) };
}
