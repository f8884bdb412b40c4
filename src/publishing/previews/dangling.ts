// What an article refers to may be there no more. Publishing refuses such references; a preview leaves out what stands there.
import { referencesOf } from '../../blocks/index.js';
import type { ResourceKind } from '../../blocks/library.js';
import type { ArticleContent, SectionContent } from '../../content/history.js';
import { jsonPointer } from '../../kernel/json-pointer.js';

type Path = readonly (string | number)[];

/** The content without what refers to a resource that is not there, and pointers to where it did. */
export function withoutDangling(
  { fields, sections }: ArticleContent,
  has: (kind: ResourceKind, id: string) => boolean,
): { content: ArticleContent; missing: string[] } {
  const isLeadMissing = fields.leadImageId !== null && !has('image', fields.leadImageId);
  const places: Path[] = sections.flatMap(({ blocks }, s) =>
    blocks.flatMap((block, b) =>
      referencesOf(block).flatMap(({ kind, id, path }) =>
        has(kind, id) ? [] : [['sections', s, 'blocks', b, ...path]],
      ),
    ),
  );
  const kept =
    places.length === 0 ? sections : (without({ sections }, places) as { sections: SectionContent[] }).sections;
  return {
    content: { fields: isLeadMissing ? { ...fields, leadImageId: null } : fields, sections: kept },
    missing: [...(isLeadMissing ? ['/leadImageId'] : []), ...places.map((place) => jsonPointer([...place]))],
  };
}

/** A value without those items of its lists that are the innermost ones around the places: a span, a gallery's image, a block. */
function without(value: unknown, places: readonly Path[]): unknown {
  const within = (step: string | number) => places.filter(([first]) => first === step).map(([, ...rest]) => rest);
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => {
      const inner = within(i);
      if (inner.some((path) => !path.some((step) => typeof step === 'number'))) return [];
      return [inner.length > 0 ? without(item, inner) : item];
    });
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const inner = within(name);
      return [name, inner.length > 0 ? without(member, inner) : member];
    }),
  );
}
