// Deleting and bringing back over HTTP, and what must hold of the store whatever was deleted meanwhile.
import { and, eq, isNotNull } from 'drizzle-orm';
import { expect } from 'vitest';
import type { Role } from '../../src/kernel/actor.js';
import type { TestApp } from './app.js';
import { matching } from './client.js';
import type { Clients, Members } from './editing.js';

/** Deletes what stands at an address, from the version that it has now. The answer is for the caller to judge. */
export async function remove({ as }: Clients, path: string, role: Role = 'editor') {
  return as[role].delete(path).set(matching(await as.viewer.get(path).expect(200)));
}

/** Deletes it, and the answer must be 204. @returns the answer, whose ETag is the version to bring back */
export async function removed(clients: Clients, path: string, role: Role = 'editor') {
  const answer = await remove(clients, path, role);
  expect([answer.status, answer.body]).toEqual([204, {}]);
  return answer;
}

/** Brings back what a request has deleted. The answer is for the caller to judge. */
export function bringBack(
  { as }: Clients,
  path: string,
  deletion: { headers: Record<string, string> },
  body: Members = {},
  role: Role = 'editor',
) {
  return as[role].post(`${path}/undelete`, body).set(matching(deletion));
}

/** The places that a thing is used in, as its list of usages tells. */
export async function usagesOf({ as }: Clients, path: string, query = ''): Promise<Members[]> {
  return (await as.viewer.get(`${path}/usages${query}`).expect(200)).body.data;
}

/** Holds the store to this: nothing uses what is deleted, and nothing that is deleted uses anything. */
export async function requireNoDeletedUses({ store }: Pick<TestApp, 'store'>): Promise<void> {
  const { db, tables, all } = store;
  const { whereUsed } = tables;
  for (const [kind, table] of [
    ['article', tables.articles],
    ['image', tables.images],
    ['quote', tables.quotes],
    ['embed', tables.embeds],
  ] as const) {
    const { id, deletedAt } = table as typeof tables.articles;
    const isDeleted = isNotNull(deletedAt);
    const used = db.select({ id }).from(whereUsed);
    expect(
      await all(used.innerJoin(table, and(eq(whereUsed.kind, kind), eq(whereUsed.resourceId, id))).where(isDeleted)),
    ).toEqual([]);
    if (kind === 'image' || kind === 'quote') continue;
    const using = db.select({ id }).from(whereUsed);
    expect(
      await all(using.innerJoin(table, and(eq(whereUsed.userKind, kind), eq(whereUsed.userId, id))).where(isDeleted)),
    ).toEqual([]);
  }
}
