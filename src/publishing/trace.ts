// What a write to an article's publication leaves behind.
import type { ArticleRecord } from '../content/articles/repository.js';
import { changeStatements, revisionStatements } from '../content/history.js';
import type { Actor } from '../kernel/actor.js';
import type { Statement, Store } from '../storage/store.js';

interface Trace {
  action: string;
  /** Whether readers see a difference. */
  isPublic?: boolean;
  /** Why, where whoever does it has to say. */
  reason?: string;
  /** Pointers to what changed, if that is more than the publication. */
  fields?: string[];
}

/** A revision without content and a change, both of the version that follows the record's. */
export function traceStatements(
  store: Store,
  record: ArticleRecord,
  trace: Trace,
  actor: Actor,
  at: string,
): Statement[] {
  return [...traceRevision(store, record, trace, actor, at), ...traceChange(store, record, trace, actor, at)];
}

function traceRevision(
  store: Store,
  { summary: { id, version } }: ArticleRecord,
  { action, reason, fields = ['/publication'] }: Trace,
  actor: Actor,
  at: string,
): Statement[] {
  const next = version + 1;
  const what = { kind: 'article' as const, id, version: next, article: { id, version: next }, action };
  const why = reason === undefined ? {} : { reason };
  return revisionStatements(store, actor, at, [{ ...what, fields, content: null, ...why }]);
}

/** Only the change, where another write of the same version leaves the revision. */
export function traceChange(
  store: Store,
  { summary: { id, version } }: ArticleRecord,
  { action, isPublic = false }: Trace,
  actor: Actor,
  at: string,
): Statement[] {
  return changeStatements(store, actor, at, [
    { kind: 'article', id, version: version + 1, action, articleId: id, isPublic },
  ]);
}
