// Plans of publishers, and the time coming for them.
import { expect } from 'vitest';
import type { TestApp } from './app.js';
import { matching } from './client.js';
import type { Clients, Members } from './editing.js';

export const minuteMs = 60_000;

export type Schedule = Members & { id: string; version: number; at: string; articleVersion: number };

/** An instant that is so far ahead for the server. */
export function ahead({ clock }: Pick<TestApp, 'clock'>, ms = minuteMs): string {
  return new Date(clock.now().getTime() + ms).toISOString();
}

/** Asks to schedule the version that a story has now. The answer is for the caller to judge. */
export async function askSchedule({ as }: Clients, id: string, body: Members) {
  const read = await as.publisher.get(`/v1/manage/articles/${id}`).expect(200);
  return as.publisher.post(`/v1/manage/articles/${id}/schedule`, body).set(matching(read));
}

/** Schedules the version that a story has now, a minute ahead unless `body` says otherwise. */
export async function schedule(app: TestApp, id: string, body: Members = {}): Promise<Schedule> {
  const answer = await askSchedule(app, id, { action: 'publish', at: ahead(app), ...body });
  expect([answer.status, answer.body]).toEqual([201, { data: expect.anything(), warnings: expect.any(Array) }]);
  return answer.body.data;
}

export async function scheduleAsItIs({ as }: Clients, id: unknown): Promise<Schedule> {
  return (await as.viewer.get(`/v1/manage/schedules/${id}`).expect(200)).body.data;
}

/** Lets a minute pass, and waits until the schedule is settled. */
export async function comeDue(app: TestApp, id: unknown, ms = minuteMs): Promise<Schedule> {
  app.clock.advance(ms);
  await expect.poll(async () => (await scheduleAsItIs(app, id)).state).not.toBe('pending');
  return scheduleAsItIs(app, id);
}

/** What was written down of an article's publications, in order. */
export async function publicationsOf({ store }: TestApp, articleId: string) {
  const { publications } = store.tables;
  const rows = await store.all(store.db.select().from(publications));
  return rows.filter((row) => row.articleId === articleId).sort((a, b) => a.version - b.version);
}

/** The actions in the log about an article itself, in order. */
export async function actionsOn({ as }: Clients, articleId: string): Promise<string[]> {
  const { body } = await as.viewer.get(`/v1/manage/changes?article=${articleId}&limit=100`).expect(200);
  const entries: Members[] = body.data;
  return entries.flatMap(({ kind, action }) => (kind === 'article' ? String(action) : [])).reverse();
}

/** How many things a waiting publication of an article holds. */
export async function heldBy({ store }: TestApp, articleId: string): Promise<number> {
  const rows = await store.all(store.db.select().from(store.tables.whereUsed));
  return rows.filter(({ scope, userId }) => scope === 'scheduled' && userId === articleId).length;
}
