// The log of everything that was changed, which sync, the stream, webhooks and the audit read. Every accepted write is in it.
import type { SQL } from 'drizzle-orm';
import type { Actor } from '../kernel/actor.js';
import { prepared } from './prepared.js';
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

type Row = Omit<Store['tables']['changes']['$inferSelect'], 'seq'>;

const insertRows = prepared(({ db, tables }, { rows }: { rows: Row[] }) => db.insert(tables.changes).values(rows));

export function changeStatements(store: Store, actor: Actor, at: string, entries: readonly ChangeEntry[]): Statement[] {
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
  const isPlain = (row: (typeof rows)[number]): row is Row => typeof row.version === 'number';
  const query = rows.every(isPlain) ? insertRows(store, { rows }) : store.db.insert(store.tables.changes).values(rows);
  return [{ query, rows: rows.length }];
}
