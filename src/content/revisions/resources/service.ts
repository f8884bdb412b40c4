import { cursorScope, type Page, type PageRequest, readPage } from '../../../kernel/cursors.js';
import { DomainError, notFound } from '../../../kernel/errors.js';
import type { Store } from '../../../storage/store.js';
import type { ResourceDiff } from '../diff-schemas.js';
import { FieldChanges } from '../field-changes.js';
import { findRevision, listRevisions, type RevisionFilters } from '../repository.js';
import type { ResourceRevision } from '../schemas.js';
import { headOf } from '../service.js';

/** What has versions beside articles: the resources of the library, desks and tags. */
export interface RevisedResource {
  kind: 'image' | 'quote' | 'embed' | 'desk' | 'tag';
  /** Its facts as they are sent, of the content that a revision keeps. */
  fill(content: Record<string, unknown>): Record<string, unknown>;
}

export type Revised = ResourceRevision & { content: Record<string, unknown> };

export type ResourceRevisionService = ReturnType<typeof resourceRevisionService>;

/** What one kind of resource was. The history of deleted ones is there to be read, too. */
export function resourceRevisionService({ kind, fill }: RevisedResource, store: Store) {
  /** The last version of a resource, deleted or not. @throws `not_found` */
  async function getLast(id: string): Promise<ResourceRevision> {
    const [last] = await listRevisions(store, kind, id, {}, 1, undefined);
    if (!last) throw notFound(kind, id);
    return last;
  }

  /** A page of a resource's versions, the last first. @throws `not_found`, `invalid` for a cursor of another list */
  async function list(
    id: string,
    { limit, cursor, ...filters }: PageRequest & RevisionFilters,
  ): Promise<Page<ResourceRevision>> {
    await getLast(id);
    return readPage(
      { limit, cursor },
      cursorScope(`manage/${kind}s/revisions`, { id, ...filters }),
      ['integer'],
      ({ version }) => [version],
      (count, seek) => listRevisions(store, kind, id, filters, count, seek),
    );
  }

  /** A version with the resource as it was. @throws `not_found`, `gone` when it was erased */
  async function get(id: string, version: number): Promise<Revised> {
    const found = Number.isSafeInteger(version) ? await findRevision(store, kind, id, version) : undefined;
    if (!found) throw notFound(`version ${version} of ${kind}`, id);
    if (found.content === undefined) throw new DomainError('gone', 'The content of this version was erased.');
    return { ...found.revision, content: fill(found.content as Record<string, unknown>) };
  }

  /** What makes of one version another: of the one before it, unless `from` says which, the present one. @throws `not_found`, `gone` */
  async function diff(id: string, from: number | undefined, to: number | undefined): Promise<ResourceDiff> {
    const last = to ?? (await getLast(id)).version;
    const after = await get(id, last);
    const before = await get(id, from ?? Math.max(1, last - 1));
    const { language } = after.content;
    const gathered = new FieldChanges(typeof language === 'string' ? language : undefined);
    const fields = gathered.between(before.content, after.content);
    await gathered.settle();
    return { from: headOf(before), to: headOf(after), fields };
  }

  return { getLast, list, get, diff };
}
