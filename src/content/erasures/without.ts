import { blocksWithout } from '../../blocks/without.js';
import type { ArticleFields } from '../articles/schemas.js';
import type { ArticleContent, SectionContent } from '../history.js';
import type { Use } from '../where-used.js';

export type IsGone = (use: Pick<Use, 'kind' | 'id'>) => boolean;

/** The fields without what they point at that is gone. */
export function fieldsWithout(fields: ArticleFields, isGone: IsGone): ArticleFields {
  const { leadImageId, translationOf, related } = fields;
  const isKept = (kind: Use['kind'], id: string | null) => id === null || !isGone({ kind, id });
  return {
    ...fields,
    leadImageId: isKept('image', leadImageId) ? leadImageId : null,
    translationOf: isKept('article', translationOf) ? translationOf : null,
    related: related.filter((id) => isKept('article', id)),
  };
}

export function sectionWithout(section: SectionContent, isGone: IsGone): SectionContent {
  return { ...section, blocks: blocksWithout(section.blocks, isGone) };
}

/** A story without every place that points at something gone, and without the sections that this leaves empty. */
export function contentWithout({ fields, sections }: ArticleContent, isGone: IsGone): ArticleContent {
  return {
    fields: fieldsWithout(fields, isGone),
    sections: sections.flatMap((section) => {
      const left = sectionWithout(section, isGone);
      return left.blocks.length === 0 && section.blocks.length > 0 ? [] : [left];
    }),
  };
}
