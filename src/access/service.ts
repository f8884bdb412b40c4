import type { Actor } from '../kernel/actor.js';
import { type Clock, instant } from '../kernel/clock.js';
import { DomainError } from '../kernel/errors.js';
import { recurring } from '../kernel/recurring.js';
import type { Store } from '../storage/store.js';
import { parseApiKey, secretMatches } from './api-keys.js';
import { findKeyRow, noteUses, stateOf } from './keys/repository.js';

/** How old the note of a key's last use may be. */
const noteAgeMaxMs = 60_000;
/** How long uses are gathered before they are noted together. */
const gatherMs = 1000;

export type AccessService = ReturnType<typeof accessService>;

/** Who may come in, as what. */
export function accessService(store: Store, clock: Clock) {
  /**
   * Who sends a request.
   * @param authorization the Authorization header (RFC 6750: `Bearer <key>`)
   * @throws `unauthorized`, which does not tell a wrong key from an expired or revoked one
   */
  async function authenticate(authorization: string | undefined): Promise<Actor> {
    if (authorization === undefined)
      throw new DomainError('unauthorized', 'This needs an API key: Authorization: Bearer <key>.');
    const parsed = parseApiKey(/^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '');
    const row = parsed && (await findKeyRow(store, parsed.id));
    // Compared even where there is no such key, so that its time does not tell which ids there are.
    const isRight = secretMatches(parsed?.secret ?? '', row?.secretHash);
    const now = instant(clock);
    if (!isRight || row === undefined || stateOf(row, now) !== 'active')
      throw new DomainError('unauthorized', 'The API key is not valid.');
    gather(row.id, row.lastUsedAt, now);
    return { key: row.id, person: null, role: row.role };
  }

  /** When keys were last gathered, noted or not, so that a store that takes no writes is not asked at every request. */
  const gathered = new Map<string, string>();
  /** What is to be noted. */
  let uses = new Map<string, string>();

  /** Notes the use of a key before long, if the last note is old. Nobody waits for it. */
  function gather(id: string, lastUsedAt: string | null, now: string): void {
    const known = [lastUsedAt ?? '', gathered.get(id) ?? ''].sort().at(-1) ?? '';
    if (known !== '' && Date.parse(now) - Date.parse(known) < noteAgeMaxMs) return;
    gathered.set(id, now);
    uses.set(id, now);
  }

  /** Notes what was gathered. When the store cannot take it now, a later use is noted instead. */
  async function note(): Promise<void> {
    const statements = noteUses(store, uses);
    uses = new Map();
    if (statements.length > 0) await store.commit(statements).catch(() => undefined);
  }

  const noting = recurring(gatherMs, note);

  /** Begins to note the uses of keys. */
  function start(): void {
    noting.start(() => undefined);
  }

  /** Notes what is left, and ends that. */
  async function stop(): Promise<void> {
    await noting.stop();
    await note();
  }

  return { authenticate, start, stop };
}
