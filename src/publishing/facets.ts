import type { Shown } from '../blocks/block.js';
import { allBlocks, type Block, shownIn } from '../blocks/index.js';
import type { Library, ResourceKind } from '../blocks/library.js';
import { viewText } from '../blocks/renditions.js';
import type { ArticleContent } from '../content/history.js';
import { foldName } from '../kernel/fold.js';
import { anyStory, facetOf, isPair, pairOf } from '../storage/facets.js';

/** All that lists can find a story by. `uses` are the library resources that it shows, `blocks` its body as readers get it. */
export function facetsOf(
  { fields }: ArticleContent,
  blocks: readonly Block[],
  uses: readonly { kind: ResourceKind; id: string }[],
  library: Library,
): string[] {
  const desk = facetOf.desk(fields.desk);
  const tags = fields.tags.map(facetOf.tag);
  const languages = rangesOf(fields.language).map(facetOf.language);
  const speakers = uses.flatMap(({ kind, id }) => (kind === 'quote' ? (library.quote(id).speaker?.name ?? []) : []));
  const media = uses.flatMap(({ kind, id }) => (kind === 'embed' ? library.embed(id).kind : []));
  const contained = [...allBlocks(blocks).map(({ type }) => type), ...media, ...uses.map(({ id }) => id)];
  return [
    ...new Set([
      anyStory,
      desk,
      ...tags,
      ...languages,
      ...languages.map((language) => pairOf(desk, language)),
      ...tags.flatMap((tag) => [pairOf(desk, tag), ...languages.map((language) => pairOf(tag, language))]),
      ...contained.map(facetOf.contains),
      ...blocks.flatMap(shownIn).flatMap(viewFacets),
      ...speakers.map((name) => facetOf.speaker(foldName(name))),
      ...(fields.translationOf === null ? [] : [facetOf.translationOf(fields.translationOf)]),
    ]),
  ];
}

/** The facets that searches count, in an order that stays: of the language only the whole tag, not what it begins with. */
export function countedFacetsOf(facets: readonly string[], language: string): string[] {
  const counted = facets.filter((facet) => /^(desk|tag|speaker):/.test(facet) && !isPair(facet));
  return [...counted.toSorted(), `language:${language}`];
}

/** That readers may have an image as it is shown here. */
function viewFacets(shown: Shown): string[] {
  const view = shown.kind === 'image' ? viewText(shown.view) : '';
  return shown.kind === 'image' && view !== '' ? [facetOf.view(shown.image.id, view)] : [];
}

/** `zh-Hant-TW` → `zh`, `zh-Hant`, `zh-Hant-TW`. */
function rangesOf(language: string): string[] {
  const parts = language.split('-');
  return parts.map((_, i) => parts.slice(0, i + 1).join('-'));
}
