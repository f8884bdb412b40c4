import { jsonEqual } from '../../kernel/json.js';
import type { ArticleContent } from '../history.js';

/** Fields that readers never get, so that changing them leaves nothing to publish. */
export const internalFields: ReadonlySet<string> = new Set(['slugline', 'internalNote', 'stage']);

/** Whether two contents of a story are one to readers. */
export function isSameForReaders(a: ArticleContent, b: ArticleContent): boolean {
  return jsonEqual(shown(a), shown(b));
}

function shown({ fields, sections }: ArticleContent) {
  return [Object.fromEntries(Object.entries(fields).filter(([name]) => !internalFields.has(name))), sections];
}
