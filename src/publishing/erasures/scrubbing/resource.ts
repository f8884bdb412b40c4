import type { ResourceKind } from '../../../blocks/library.js';
import { changeStatements, findRevisionContent, revisionStatements } from '../../../content/history.js';
import { findResources } from '../../../content/library/repository.js';
import { requireMatch } from '../../../content/managed.js';
import type { Actor } from '../../../kernel/actor.js';
import { changedPointers } from '../../../kernel/json.js';
import type { Store } from '../../../storage/store.js';
import { refuseErased } from '../refusal.js';
import type { Scrubbing } from './article.js';
import { dropAnswers, dropResource, scrubResource, scrubRevisions } from './repository.js';

/**
 * What scrubs a library resource, deleted or not, from everything that is kept but the stories that show it; undefined when there
 * is none.
 * @throws `conflict` when it was erased already, `stale_version`
 */
export async function resourceScrubbing(
  store: Store,
  kind: ResourceKind,
  id: string,
  ifMatch: string | undefined,
  actor: Actor,
  at: string,
): Promise<Scrubbing | undefined> {
  const found = (await findResources(store, kind, [id])).get(id);
  if (!found) return undefined;
  await refuseErased(store, kind, id);
  const { version } = found.resource;
  await requireMatch(ifMatch, version, async (read) =>
    changedPointers(await findRevisionContent(store, kind, id, read), found.facts),
  );
  const next = { kind, id, version: version + 1, action: 'erase' };
  const statements = [
    scrubResource(store, kind, id, version, actor, at),
    scrubRevisions(store, kind, id),
    ...dropResource(store, kind, id),
    dropAnswers(store, id, []),
    ...revisionStatements(store, actor, at, [{ ...next, fields: [], content: null }]),
    ...changeStatements(store, actor, at, [next]),
  ];
  return { statements };
}
