// What an article refers to may be there no more. Publishing refuses such references; a preview leaves out what stands there.
import { referencesOf } from '../../blocks/index.js';
import { type ResourceKind, resourceKinds } from '../../blocks/library.js';
import { contentWithout } from '../../content/erasures/without.js';
import type { ArticleContent } from '../../content/history.js';
import { jsonPointer } from '../../kernel/json-pointer.js';

/** The content without what refers to a resource that is not there, and pointers to where it did. */
export function withoutDangling(
  content: ArticleContent,
  has: (kind: ResourceKind, id: string) => boolean,
): { content: ArticleContent; missing: string[] } {
  const { fields, sections } = content;
  const isLeadMissing = fields.leadImageId !== null && !has('image', fields.leadImageId);
  const places = sections.flatMap(({ blocks }, s) =>
    blocks.flatMap((block, b) =>
      referencesOf(block).flatMap(({ kind, id, path }) =>
        has(kind, id) ? [] : [jsonPointer(['sections', s, 'blocks', b, ...path])],
      ),
    ),
  );
  return {
    content: contentWithout(content, ({ kind, id }) =>
      resourceKinds.some((known) => known === kind && !has(known, id)),
    ),
    missing: [...(isLeadMissing ? ['/leadImageId'] : []), ...places],
  };
}
