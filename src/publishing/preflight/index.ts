// The rules that a story must pass to be seen by readers. A new rule is its file and a line here.
import { referencesOf } from '../../blocks/index.js';
import type { ArticleContent } from '../../content/history.js';
import type { Violation } from '../../kernel/errors.js';
import { jsonPointer } from '../../kernel/json-pointer.js';
import type { Resources } from '../resources.js';
import { headline } from './headline.js';
import { imageAlt } from './image-alt.js';
import { imageCredit } from './image-credit.js';
import { references } from './references.js';
import type { Candidate, PlacedUse, Rule } from './rule.js';

const rules: readonly Rule[] = [headline, references, imageAlt, imageCredit];

/** Every place of a story that keeps it from being published. */
export function preflight(content: ArticleContent, resources: Resources): Violation[] {
  const candidate: Candidate = {
    content,
    uses: placedUses(content, resources),
    image: (id) => (resources.has('image', id) ? resources.image(id) : undefined),
    has: (kind, id) => resources.has(kind, id),
  };
  return rules.flatMap((rule) => rule(candidate));
}

function placedUses({ fields, sections }: ArticleContent, resources: Resources): PlacedUse[] {
  const uses: PlacedUse[] = [];
  if (fields.leadImageId !== null)
    uses.push({ kind: 'image', id: fields.leadImageId, pointer: '/leadImageId', altOverride: null });
  sections.forEach(({ blocks }, s) => {
    blocks.forEach((block, b) => {
      for (const { kind, id, path, alt } of referencesOf(block)) {
        const pointer = jsonPointer(['sections', s, 'blocks', b, ...path]);
        uses.push({ kind, id, pointer, altOverride: alt ?? null });
        const thumbnail = kind === 'embed' && resources.has('embed', id) ? resources.thumbnailOf(id) : null;
        if (thumbnail !== null) uses.push({ kind: 'image', id: thumbnail, pointer, altOverride: null });
      }
    });
  });
  return uses;
}
