// What a receiver of webhooks must have been told by a server that was killed again and again.
import DatabaseFile from 'better-sqlite3';
import { expect } from 'vitest';
import type { Receiver } from './receiver.js';

/** How long the last messages are waited for: one that was on its way is claimed for twice the timeout. */
const patienceMs = 120_000;

/**
 * Each entry of the public log was told under one id and no other, and the last that was told of each live story is what readers
 * have. @returns how many messages there are, and how many came more than once
 */
export async function requireAllTold(receiver: Receiver, databaseFile: string) {
  const file = new DatabaseFile(databaseFile, { readonly: true, timeout: 30_000 });
  try {
    const count = (sql: string) => Number(file.prepare(sql).pluck().get());
    const isBehind = 'SELECT count(*) FROM webhooks WHERE reached_seq < (SELECT max(seq) FROM public_log)';
    const isWaiting = "SELECT count(*) FROM webhook_deliveries WHERE state = 'waiting'";
    const left = () => count(isBehind) + count(isWaiting);
    await expect.poll(left, { timeout: patienceMs, interval: 200 }).toBe(0);

    const told = new Map<string, string>();
    const lastTags = new Map<string, unknown>();
    for (const { headers, body } of receiver.received) {
      const id = headers['webhook-id'] ?? '';
      const about = `${body.type} ${body.data.id} ${body.timestamp}`;
      expect(told.get(id) ?? about, 'what was told under an id').toBe(about);
      told.set(id, about);
      lastTags.set(String(body.data.id), body.data.etag);
    }
    expect(told.size).toBe(count('SELECT count(*) FROM public_log'));
    const live = file.prepare('SELECT article_id, etag FROM snapshots WHERE withdrawn_at IS NULL').raw().all();
    expect([...lastTags].sort()).toEqual((live as [string, string][]).sort());
    return { messages: told.size, repeated: receiver.received.length - told.size };
  } finally {
    file.close();
  }
}
