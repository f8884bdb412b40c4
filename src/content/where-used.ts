import { and, eq } from 'drizzle-orm';
import { type ManagedBlock, referencesOf } from '../blocks/index.js';
import type { ResourceKind } from '../blocks/library.js';
import type { Statement, Store } from '../storage/store.js';
import type { ArticleFields } from './articles/schemas.js';

export interface Use {
  kind: ResourceKind | 'article' | 'desk' | 'tag';
  id: string;
}

/** What an article's own fields point at. */
export function usesOfFields({ leadImageId, related, translationOf }: ArticleFields): Use[] {
  return [
    ...(leadImageId === null ? [] : [{ kind: 'image' as const, id: leadImageId }]),
    ...(translationOf === null ? [] : [{ kind: 'article' as const, id: translationOf }]),
    ...related.map((id) => ({ kind: 'article' as const, id })),
  ];
}

export function usesOfBlocks(blocks: readonly ManagedBlock[]): Use[] {
  return blocks.flatMap((block) => referencesOf(block));
}

/** Writes down what one part of a working copy uses: a section, or '' for the article's own fields. */
export function workingUseStatements(
  { db, tables }: Store,
  articleId: string,
  sectionId: string,
  uses: readonly Use[],
): Statement[] {
  const { whereUsed } = tables;
  const mine = and(
    eq(whereUsed.scope, 'working'),
    eq(whereUsed.userKind, 'article'),
    eq(whereUsed.userId, articleId),
    eq(whereUsed.sectionId, sectionId),
  );
  const unique = new Map(uses.map((use) => [`${use.kind}/${use.id}`, use]));
  const rows = [...unique.values()].map(({ kind, id }) => ({
    scope: 'working' as const,
    userKind: 'article' as const,
    userId: articleId,
    sectionId,
    kind,
    resourceId: id,
  }));
  return [
    { query: db.delete(whereUsed).where(mine) },
    ...(rows.length > 0 ? [{ query: db.insert(whereUsed).values(rows) }] : []),
  ];
}
