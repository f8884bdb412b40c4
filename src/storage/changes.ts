// The log of everything that was changed, which sync, the stream, webhooks and the audit read. Every accepted write is in it.
import type { SQL } from 'drizzle-orm';
import type { Actor } from '../kernel/actor.js';
import type { Statement, Store } from './store.js';

/** What there can be changes of. */
export type ChangedKind = Store['tables']['changes']['$inferSelect']['kind'];

export interface ChangeEntry {
  kind: ChangedKind;
  id: string;
  version: number | SQL<number>;
  action: string;
  articleId?: string;
  /** Whether readers see a difference. */
  isPublic?: boolean;
}

export function changeStatements(
  { db, tables }: Store,
  actor: Actor,
  at: string,
  entries: readonly ChangeEntry[],
): Statement[] {
  if (entries.length === 0) return [];
  const rows = entries.map(({ kind, id, version, action, articleId, isPublic }) => ({
    at,
    byKey: actor.key,
    byActor: actor.person,
    action,
    kind,
    resourceId: id,
    version,
    articleId: articleId ?? null,
    public: isPublic ?? false,
  }));
  return [{ query: db.insert(tables.changes).values(rows), rows: rows.length }];
}
