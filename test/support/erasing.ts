import { expect } from 'vitest';
import type { TestApp } from './app.js';
import type { Clients, Members } from './editing.js';

export type Erasable = 'article' | 'image' | 'quote' | 'embed';

/** Asks for the erasure of the version that a thing has now. The answer is for the caller to judge. */
export async function askErasure({ as }: Clients, kind: Erasable, id: string, body: Members = {}) {
  const read = await as.admin.get(`/v1/manage/${kind}s/${id}`).expect(200);
  return as.admin
    .post('/v1/manage/erasures', { kind, id, reason: 'A court said so.', ...body })
    .set('if-match', read.headers.etag ?? '');
}

/** Erases a thing, whatever others write to it meanwhile, and the answer must be 201. */
export async function erase(app: Clients, kind: Erasable, id: string, body: Members = {}): Promise<Members> {
  let response = await askErasure(app, kind, id, body);
  for (let asked = 1; response.status === 412 && asked < 10; asked++) response = await askErasure(app, kind, id, body);
  expect([response.status, response.status === 201 ? '' : response.text]).toEqual([201, '']);
  expect(response.body).toMatchObject({ data: { kind, resourceId: id } });
  return response.body.data;
}

/** Waits until an erasure is done, to the last byte. */
export async function cleared({ as }: Clients, { id }: Members): Promise<Members> {
  const read = async () => (await as.admin.get(`/v1/manage/erasures/${id}`).expect(200)).body.data;
  await expect.poll(read).toMatchObject({ state: 'done', purgedAt: expect.any(String) });
  return read();
}

/** The revisions that are kept of a thing, as the store has them. */
export async function keptRevisions({ store: { db, tables, all } }: TestApp, ids: readonly string[]) {
  const rows = await all(db.select().from(tables.revisions));
  return rows.filter(({ resourceId, articleId }) => ids.includes(resourceId) || ids.includes(articleId ?? ''));
}
