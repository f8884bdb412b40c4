// The rules that a story must pass to be seen by readers. A new rule is its file and a line here.
import { referencesOf } from '../../blocks/index.js';
import type { ResourceKind } from '../../blocks/library.js';
import type { ArticleContent } from '../../content/history.js';
import type { Violation } from '../../kernel/errors.js';
import { jsonPointer } from '../../kernel/json-pointer.js';
import type { Resources } from '../resources.js';
import { headline } from './headline.js';
import { imageAlt } from './image-alt.js';
import { imageCredit } from './image-credit.js';
import { references } from './references.js';
import type { Candidate, PlacedUse, Rule, UseRule } from './rule.js';

const useRules: readonly UseRule[] = [references, imageAlt, imageCredit];
const rules: readonly Rule[] = [headline, ...useRules];

/** Every place of a story that keeps it from being published. */
export function preflight(content: ArticleContent, resources: Resources): Violation[] {
  const candidate: Candidate = { content, uses: placedUses(content, resources), ...lookup(resources) };
  return rules.flatMap((rule) => rule(candidate));
}

/** What would keep any story that shows the resource, and says nothing of its own about it, from being published. */
export function preflightResource(kind: ResourceKind, id: string, resources: Resources): Violation[] {
  const candidate = { uses: placedUse(kind, id, '', null, resources), ...lookup(resources) };
  return useRules.flatMap((rule) => rule(candidate).map(({ code, message }) => ({ code, message })));
}

function lookup(resources: Resources): Pick<Candidate, 'image' | 'has'> {
  return {
    image: (id) => (resources.has('image', id) ? resources.image(id) : undefined),
    has: (kind, id) => resources.has(kind, id),
  };
}

function placedUses({ fields, sections }: ArticleContent, resources: Resources): PlacedUse[] {
  const uses: PlacedUse[] = [];
  if (fields.leadImageId !== null)
    uses.push(...placedUse('image', fields.leadImageId, '/leadImageId', null, resources));
  sections.forEach(({ blocks }, s) => {
    blocks.forEach((block, b) => {
      for (const { kind, id, path, alt } of referencesOf(block)) {
        uses.push(...placedUse(kind, id, jsonPointer(['sections', s, 'blocks', b, ...path]), alt ?? null, resources));
      }
    });
  });
  return uses;
}

/** A resource at a place, and the image that stands for it if it is an embed. */
function placedUse(
  kind: ResourceKind,
  id: string,
  pointer: string,
  altOverride: string | null,
  resources: Resources,
): PlacedUse[] {
  const thumbnail = kind === 'embed' && resources.has('embed', id) ? resources.thumbnailOf(id) : null;
  return [
    { kind, id, pointer, altOverride },
    ...(thumbnail === null ? [] : [{ kind: 'image' as const, id: thumbnail, pointer, altOverride: null }]),
  ];
}
