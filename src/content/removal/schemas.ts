import { z } from 'zod';
import type { Actor } from '../../kernel/actor.js';
import { Slug } from '../../kernel/scalars.js';

export const UndeleteRequest = z
  .strictObject({
    slug: Slug.nullish().meta({
      description: 'Another slug, should the one that it had be another’s by now.',
      example: 'talks-in-minsk',
    }),
  })
  .meta({ id: 'UndeleteRequest' });
export type UndeleteRequest = z.output<typeof UndeleteRequest>;

/** Deletes one kind of thing and brings it back. */
export interface Removal<Thing> {
  /** Refuses, before anything else is read, what may not be deleted with this key. @throws `not_found`, `forbidden` */
  authorizeRemoval(id: string, actor: Actor): Promise<void>;
  /**
   * Deletes it: it stays in the store, and nothing finds it but its deletion's undoing.
   * @returns the version that it has as a deleted thing
   * @throws `not_found`, `forbidden`, `stale_version`, `conflict` while it is used anywhere, saying where
   */
  remove(id: string, ifMatch: string | undefined, actor: Actor): Promise<number>;
  /** The same for bringing it back. @throws `not_found`, `forbidden` */
  authorizeUndeletion(id: string, actor: Actor): Promise<void>;
  /**
   * Brings it back as it was.
   * @throws `not_found`, `forbidden`, `stale_version`, `conflict` when it is not deleted or its slug is another's,
   * `unprocessable` when something that it points at was deleted meanwhile
   */
  undelete(id: string, request: UndeleteRequest, ifMatch: string | undefined, actor: Actor): Promise<Thing>;
}
