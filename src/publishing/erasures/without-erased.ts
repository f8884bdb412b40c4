// What was erased, or is about to be, is left out of stories that pointed at it: their revisions go on to.
import { findErased } from '../../content/erasures/repository.js';
import { contentWithout } from '../../content/erasures/without.js';
import type { ArticleContent } from '../../content/history.js';
import { findResources } from '../../content/library/repository.js';
import type { Use } from '../../content/where-used.js';
import type { Store } from '../../storage/store.js';
import { type FindResources, usesOf } from '../resources.js';

/** A revision as it can still be shown. @param erased what is about to be, in the same commit */
export async function withoutErased(store: Store, content: ArticleContent, erased?: Use): Promise<ArticleContent> {
  const gone = [...(await findErased(store, usesOf(content))), ...(erased ? [erased] : [])];
  if (gone.length === 0) return content;
  const names = new Set(gone.map(({ kind, id }) => `${kind}/${id}`));
  return contentWithout(content, ({ kind, id }) => names.has(`${kind}/${id}`));
}

/** Reads the library as it is but for what is about to be erased: an embed may still point at that. */
export function findAllBut(erased: Use | undefined): FindResources {
  return (store, kind, ids) =>
    findResources(store, kind, erased?.kind === kind ? ids.filter((id) => id !== erased.id) : ids);
}
