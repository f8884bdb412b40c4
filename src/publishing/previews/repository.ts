import { and, asc, desc, eq, gt, isNull, lt } from 'drizzle-orm';
import type { Actor } from '../../kernel/actor.js';
import type { Seek } from '../../kernel/cursors.js';
import { inListOrder } from '../../storage/keyset.js';
import type { Statement, Store } from '../../storage/store.js';
import type { PreviewLink } from './schemas.js';

type Row = Store['tables']['previewLinks']['$inferSelect'];

function linkOf(row: Row, now: string): PreviewLink {
  const { id, articleId, articleVersion: version, createdAt, expiresAt, revokedAt } = row;
  const createdBy = { key: row.createdByKey, actor: row.createdByActor };
  const state = revokedAt !== null ? 'revoked' : expiresAt > now ? 'open' : 'expired';
  return { id, articleId, version, state, createdAt, createdBy, expiresAt, revokedAt };
}

export function insertPreviewLink(
  { db, tables: { previewLinks } }: Store,
  link: Pick<PreviewLink, 'id' | 'articleId' | 'version' | 'createdAt' | 'expiresAt'>,
  tokenHash: string,
  { key, person }: Actor,
): Statement {
  const { version: articleVersion, ...columns } = link;
  const row = { ...columns, articleVersion, tokenHash, createdByKey: key, createdByActor: person };
  return { query: db.insert(previewLinks).values(row), rows: 1 };
}

/** The link with a token that hashes to this, whatever its state. */
export async function findPreviewLinkByHash(
  { db, tables: { previewLinks }, all }: Store,
  tokenHash: string,
  now: string,
): Promise<PreviewLink | undefined> {
  const [row] = await all(db.select().from(previewLinks).where(eq(previewLinks.tokenHash, tokenHash)).limit(1));
  return row && linkOf(row, now);
}

export async function findPreviewLink(
  { db, tables: { previewLinks }, all }: Store,
  articleId: string,
  id: string,
  now: string,
): Promise<PreviewLink | undefined> {
  const isIt = and(eq(previewLinks.id, id), eq(previewLinks.articleId, articleId));
  const [row] = await all(db.select().from(previewLinks).where(isIt).limit(1));
  return row && linkOf(row, now);
}

/** The links to an article, the last made first (by id, which tells the time). */
export async function listPreviewLinks(
  { db, tables: { previewLinks }, all }: Store,
  articleId: string,
  now: string,
  limit: number,
  seek: Seek | undefined,
): Promise<PreviewLink[]> {
  const { id } = previewLinks;
  const isBackwards = seek?.direction === 'previous';
  const position = String(seek?.position[0] ?? '');
  const bound = seek && (isBackwards ? gt(id, position) : lt(id, position));
  const rows = await all(
    db
      .select()
      .from(previewLinks)
      .where(and(eq(previewLinks.articleId, articleId), bound))
      .orderBy(isBackwards ? asc(id) : desc(id))
      .limit(limit),
  );
  return inListOrder(rows, seek).map((row) => linkOf(row, now));
}

export function revokePreviewLink({ db, tables: { previewLinks } }: Store, id: string, at: string): Statement {
  const isIt = and(eq(previewLinks.id, id), isNull(previewLinks.revokedAt));
  return { query: db.update(previewLinks).set({ revokedAt: at }).where(isIt), rows: 1 };
}
