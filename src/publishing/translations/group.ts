// A story and its translations are a group around one original. Each live member lists the other live ones.
import type { Statement, Store } from '../../storage/store.js';
import type { LinkChange } from '../links.js';
import { findLiveTranslations } from './repository.js';

export interface Members {
  /** Live or about to be, but for the original, which may be neither. */
  ids: string[];
  guards: Statement[];
}

/** The other members of a story's group, as they are about to be. */
export async function findOtherMembers(
  store: Store,
  articleId: string,
  originalId: string | null,
  change: LinkChange | undefined,
): Promise<Members> {
  const centre = originalId ?? articleId;
  const { ids: staying, guards } = await findLiveTranslations(store, centre, change?.articleId);
  const joining = change?.link && change.original === centre ? [change.articleId] : [];
  const others = [centre, ...staying, ...joining].filter((id) => id !== articleId);
  return { ids: [...new Set(others)], guards };
}

/** The live stories that list another one as a translation, before or after its link changes. */
export async function findListing(store: Store, change: LinkChange): Promise<Members> {
  const centres = new Set([change.articleId, change.formerOriginal, change.original].flatMap((id) => id ?? []));
  const listing = new Set(centres);
  const guards: Statement[] = [];
  for (const centre of centres) {
    const translations = await findLiveTranslations(store, centre, change.articleId);
    for (const id of translations.ids) listing.add(id);
    guards.push(...translations.guards);
  }
  listing.delete(change.articleId);
  return { ids: [...listing], guards };
}
