// How live stories link to one another, and what a publication changes about the links to a story.
import type { ArticleLink, Correction } from '../blocks/story.js';
import type { Store } from '../storage/store.js';
import type { CompiledStory } from './compile.js';
import type { SnapshotHead } from './repository.js';
import { findLiveOriginal } from './translations/repository.js';

export interface LinkChange {
  articleId: string;
  /** How others link to it from now on; none when it goes. */
  link: ArticleLink | undefined;
  /** What readers see it as a translation of, from now on and before; none when it is no translation, or not live. */
  original: string | null;
  formerOriginal: string | null;
}

export function linkTo(id: string, { slug, language, headline, retracted }: CompiledStory): ArticleLink {
  return { id, slug, language, headline, retracted };
}

/** What publishing a story changes for those that link to it; undefined when that is nothing. A retraction is told by links as well. */
export async function findLinkChange(
  store: Store,
  articleId: string,
  former: SnapshotHead | undefined,
  { story, original }: { story: CompiledStory; original: string | null },
  correction: Correction | undefined,
): Promise<LinkChange | undefined> {
  const link = linkTo(articleId, story);
  const formerOriginal = former?.isLive ? await findLiveOriginal(store, articleId) : null;
  const isSame =
    former?.isLive === true &&
    former.slug === link.slug &&
    former.language === link.language &&
    former.headline === link.headline &&
    formerOriginal === original &&
    correction?.kind !== 'retraction';
  return isSame ? undefined : { articleId, link, original, formerOriginal };
}
