import { eq } from 'drizzle-orm';
import type { Actor, Role } from '../kernel/actor.js';
import { type Clock, instant } from '../kernel/clock.js';
import { DomainError } from '../kernel/errors.js';
import type { Store } from '../storage/store.js';
import { hashSecret, newApiKey, parseApiKey, secretMatches } from './api-keys.js';

export type AccessService = ReturnType<typeof accessService>;

/** API keys: who may come in, as what. */
export function accessService(store: Store, clock: Clock) {
  const { apiKeys } = store.tables;

  /** Makes a key. Its text is given here once and never stored. */
  async function createKey(name: string, role: Role): Promise<{ id: string; key: string }> {
    const { id, secret, key } = newApiKey();
    const row = { id, name, role, secretHash: hashSecret(secret), createdAt: instant(clock) };
    await store.commit([{ query: store.db.insert(apiKeys).values(row), rows: 1 }]);
    return { id, key };
  }

  /**
   * Who sends a request.
   * @param authorization the Authorization header (RFC 6750: `Bearer <key>`)
   * @throws `unauthorized`, which does not tell a wrong key from an expired or revoked one
   */
  async function authenticate(authorization: string | undefined): Promise<Actor> {
    if (authorization === undefined)
      throw new DomainError('unauthorized', 'This needs an API key: Authorization: Bearer <key>.');
    const parsed = parseApiKey(/^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '');
    const [row] = parsed
      ? await store.all(store.db.select().from(apiKeys).where(eq(apiKeys.id, parsed.id)).limit(1))
      : [];
    const isRight = parsed !== undefined && row !== undefined && secretMatches(parsed.secret, row.secretHash);
    const now = instant(clock);
    const isValid = isRight && row.revokedAt === null && (row.expiresAt === null || row.expiresAt > now);
    if (!isValid) throw new DomainError('unauthorized', 'The API key is not valid.');
    return { key: row.id, person: null, role: row.role };
  }

  /** Whether any key was ever made. */
  async function hasKeys(): Promise<boolean> {
    return (await store.all(store.db.select({ id: apiKeys.id }).from(apiKeys).limit(1))).length > 0;
  }

  return { createKey, authenticate, hasKeys };
}
