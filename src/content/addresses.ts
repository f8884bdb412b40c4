// How the Management API addresses what can be used, deleted and brought back: stories and the library.
import { z } from 'zod';
import { type ResourceKind, resourceKinds } from '../blocks/library.js';
import { libraryKinds } from './library/kinds.js';

export type AddressedKind = 'article' | ResourceKind;
export const addressedKinds: readonly AddressedKind[] = ['article', ...resourceKinds];

/** Of the example story, so that reading runs as it stands in the document. */
export const exampleIds: Record<AddressedKind, string> = {
  article: 'putin-lukashenko-minsk-december-2022',
  image: '01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17',
  quote: '01852a5c-7083-72d5-8b39-e14a6f0c925d',
  embed: '01852a5c-ebf0-70cb-b693-81e4dc3f952a',
};

/** What the routes of one kind have in common. */
export function addressOf(kind: AddressedKind) {
  const { noun, plural } = kind === 'article' ? { noun: 'article', plural: 'articles' } : libraryKinds[kind];
  const named = noun.charAt(0).toUpperCase() + noun.slice(1);
  const description = kind === 'article' ? 'Id or working slug of the article.' : `Id of the ${noun}.`;
  return {
    noun,
    /** For operation ids. */
    named,
    path: `/v1/manage/${plural}/{id}`,
    chapter: { group: 'Management', chapter: `${named}s` } as const,
    params: z.object({ id: z.string().meta({ description, example: exampleIds[kind] }) }),
  };
}
