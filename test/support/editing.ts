// What editors and publishers do over HTTP, in one call each: read the version there is, then change it.
import { expect } from 'vitest';
import type { Role } from '../../src/kernel/actor.js';
import type { TestApp } from './app.js';
import { matching } from './client.js';

export type Plural = 'images' | 'quotes' | 'embeds';
export type Members = Record<string, unknown>;
export type Resource = Members & { id: string; version: number };

/** What of a test's server these need: a second server on the same database has it as well. */
export type Clients = Pick<TestApp, 'as' | 'anybody'>;

export async function createResource({ as }: Clients, plural: Plural, body: Members): Promise<Resource> {
  return (await as.editor.post(`/v1/manage/${plural}`, body).expect(201)).body.data;
}

/** Changes a resource from the version it has now. The answer is for the caller to judge. */
export async function patchResource(
  { as }: Clients,
  plural: Plural,
  id: string,
  body: Members,
  role: Role = 'publisher',
) {
  const path = `/v1/manage/${plural}/${id}`;
  return as[role].patch(path, body).set(matching(await as.viewer.get(path).expect(200)));
}

/** Changes a resource, and the answer must be 200. */
export async function changeResource(clients: Clients, plural: Plural, id: string, body: Members): Promise<Resource> {
  const response = await patchResource(clients, plural, id, body);
  expect(response.body).toMatchObject({ data: body });
  expect(response.status).toBe(200);
  return response.body.data;
}

/** Changes fields of a working copy; readers see nothing of it yet. */
export async function editStory({ as }: Clients, id: string, body: Members): Promise<void> {
  const path = `/v1/manage/articles/${id}`;
  await as.editor
    .patch(path, body)
    .set(matching(await as.editor.get(path).expect(200)))
    .expect(200);
}

/** Puts blocks in place of those of a section of a working copy. */
export async function editSection({ as }: Clients, id: string, body: Members): Promise<void> {
  const path = `/v1/manage/sections/${id}`;
  await as.editor
    .patch(path, body)
    .set(matching(await as.editor.get(path).expect(200)))
    .expect(200);
}

/** Asks to publish or withdraw the version that a story has now. The answer is for the caller to judge. */
export async function act({ as }: Clients, id: string, action: 'publish' | 'withdraw', body: Members = {}) {
  const read = await as.publisher.get(`/v1/manage/articles/${id}`).expect(200);
  return as.publisher.post(`/v1/manage/articles/${id}/${action}`, body).set(matching(read));
}

export async function withdrawStory(clients: Clients, id: string): Promise<void> {
  expect((await act(clients, id, 'withdraw')).status).toBe(200);
}

/** Asks to tell the readers of a story, at the version it has now. The answer is for the caller to judge. */
export async function correct({ as }: Clients, id: string, kind = 'correction', text = 'It was not so.') {
  const read = await as.publisher.get(`/v1/manage/articles/${id}`).expect(200);
  return as.publisher.post(`/v1/manage/articles/${id}/corrections`, { kind, text }).set(matching(read));
}
