// API keys, made and used as an admin and a client do.
import { expect } from 'vitest';
import type { Role } from '../../src/kernel/actor.js';
import type { TestApp } from './app.js';
import { type Client, matching, newClient } from './client.js';
import type { Members } from './editing.js';

export const keysPath = '/v1/manage/keys';

export interface Issued extends Members {
  id: string;
  version: number;
  key: string;
  expiresAt: string | null;
}

/** Makes a key. */
export async function issueKey({ as }: TestApp, role: Role, body: Members = {}): Promise<Issued> {
  return (await as.admin.post(keysPath, { name: `a ${role}`, role, ...body }).expect(201)).body.data;
}

export async function readKey({ as }: TestApp, id: string): Promise<Members> {
  return (await as.admin.get(`${keysPath}/${id}`).expect(200)).body.data;
}

/** Asks for a change or an act from the version that a key has now. The answer is for the caller to judge. */
export async function changeKey({ as }: TestApp, id: string, body: Members, by: Client = as.admin) {
  return by.patch(`${keysPath}/${id}`, body).set(matching(await as.admin.get(`${keysPath}/${id}`)));
}

export async function actOnKey({ as }: TestApp, id: string, action: 'rotate' | 'revoke', body: Members = {}) {
  return as.admin.post(`${keysPath}/${id}/${action}`, body).set(matching(await as.admin.get(`${keysPath}/${id}`)));
}

/** What a key is answered on a managed and on a public address. */
export async function statusesOf({ app }: TestApp, key: string): Promise<number[]> {
  const client = newClient(app, key);
  const answers = [await client.get('/v1/manage/articles'), await client.get('/v1/articles')];
  return answers.map(({ status }) => status);
}

export const letIn = [200, 200];
export const refused = [401, 401];

/** Holds an answer to be a refusal for what is there, and gives its words. */
export function conflictIn({ status, body }: { status: number; body: Members }): string {
  expect([status, body.type]).toEqual([409, '/problems/conflict']);
  return String(body.detail);
}
