import type { Actor } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { cursorScope, type Page, type PageRequest, readPage } from '../../kernel/cursors.js';
import { durationMs } from '../../kernel/durations.js';
import { DomainError, invalid, notFound } from '../../kernel/errors.js';
import { nextStamp, readOnlyViolations, refuseIfAny, requireMatch } from '../../kernel/managed.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Statement, Store } from '../../storage/store.js';
import { hashSecret, newApiKey } from '../api-keys.js';
import {
  findKey,
  guardOtherAdmin,
  hasKeys,
  hasOtherAdmin,
  insertKey,
  type KeyAction,
  type KeyRecord,
  type KeyState,
  listActionsSince,
  listKeys,
  stateOf,
  updateKey,
} from './repository.js';
import {
  type ApiKeyDraft,
  type ApiKeyPatch,
  type ApiKeyRotation,
  type IssuedKey,
  keyReadOnlyNames,
  type ManagedKey,
  overlapDefault,
} from './schemas.js';

/** What each action on a key changes of it. */
const changedBy: Record<KeyAction, string[]> = {
  create: [],
  rename: ['/name'],
  expiry: ['/expiresAt', '/state'],
  update: ['/name', '/expiresAt', '/state'],
  rotate: ['/expiresAt', '/rotatedTo'],
  revoke: ['/revokedAt', '/state'],
};

export type KeyService = ReturnType<typeof keyService>;

/**
 * The rules of API keys. What lets a key in is told once, when the key is made, and never again; everything else is kept for good, so
 * that the log can always be read. An act of a key leaves another admin's key good; the command line, which has none, may do without.
 */
export function keyService(store: Store, clock: Clock) {
  async function getRecord(id: string): Promise<KeyRecord> {
    const found = await findKey(store, id, instant(clock));
    if (!found) throw notFound('API key', id);
    return found;
  }

  /** @throws `not_found` */
  async function get(id: string): Promise<ManagedKey> {
    return (await getRecord(id)).managed;
  }

  /** A page, the last made first. @throws `invalid` for a cursor of another list */
  function list(request: PageRequest & { state?: KeyState | undefined }): Promise<Page<ManagedKey>> {
    return readPage(
      request,
      cursorScope('manage/keys', { state: request.state }),
      ['text', 'text'],
      ({ createdAt, id }) => [createdAt, id],
      (limit, seek) => listKeys(store, request.state, instant(clock), limit, seek),
    );
  }

  /** Makes a key. @throws `invalid` when it would have expired already */
  async function create({ name, role, expiresAt = null }: ApiKeyDraft, actor: Actor): Promise<IssuedKey> {
    const { id, secret, key } = newApiKey();
    return decideAndCommit(store, async () => {
      const at = instant(clock);
      requireFuture(expiresAt, at);
      const made = { id, name, role, createdAt: at, expiresAt, rotatedFrom: null };
      return {
        statements: insertKey(store, { ...made, secretHash: hashSecret(secret) }, actor),
        result: { ...asCreated(made, actor), key },
      };
    });
  }

  /**
   * Gives a key another name or end.
   * @throws `not_found`, `stale_version`, `invalid` (read-only, or an end that is past), `conflict` (it is revoked, was rotated and
   * would last longer, or no admin's key would last as long as this one did)
   */
  async function patch(id: string, body: ApiKeyPatch, ifMatch: string | undefined, actor: Actor): Promise<ManagedKey> {
    return decideAndCommit(store, async () => {
      const { record, at } = await getMatching(id, ifMatch);
      const { managed } = record;
      refuseIfAny(readOnlyViolations(body, managed, keyReadOnlyNames));
      const { name = managed.name, expiresAt = managed.expiresAt } = body;
      const isRenamed = name !== managed.name;
      const isMoved = expiresAt !== managed.expiresAt;
      if (!isRenamed && !isMoved) return { statements: [], result: managed };
      if (managed.state === 'revoked') throw new DomainError('conflict', 'The key is revoked, and that is for good.');
      const guards = isMoved ? await endGuards(managed, expiresAt, actor, at) : [];
      const action = isRenamed && isMoved ? 'update' : isRenamed ? 'rename' : 'expiry';
      return {
        statements: [...guards, ...updateKey(store, record, { name, expiresAt }, action, actor, at)],
        result: withState({ ...managed, name, expiresAt, ...nextStamp(managed, actor, at) }, at),
      };
    });
  }

  /** What must hold for a key to have another end. */
  async function endGuards(key: ManagedKey, expiresAt: string | null, actor: Actor, at: string): Promise<Statement[]> {
    requireFuture(expiresAt, at);
    const isSooner = expiresAt !== null && (key.expiresAt === null || expiresAt < key.expiresAt);
    if (!isSooner && key.rotatedTo !== null) {
      throw new DomainError('conflict', `The key gave way to ${key.rotatedTo}; its end can only be brought forward.`);
    }
    return isSooner ? adminGuards(key, expiresAt, actor) : [];
  }

  /**
   * Makes a second key for the same client, with the same role. The old one stays good until the overlap ends, or its own end.
   * @throws `not_found`, `stale_version`, `invalid` (the new key's end), `conflict` (it is not active, or was rotated before)
   */
  async function rotate(
    id: string,
    { overlap, expiresAt }: ApiKeyRotation,
    ifMatch: string | undefined,
    actor: Actor,
  ): Promise<IssuedKey> {
    const { id: newId, secret, key } = newApiKey();
    return decideAndCommit(store, async () => {
      const { record, at } = await getMatching(id, ifMatch);
      const { managed } = record;
      requireRotatable(managed);
      const overlapEnd = new Date(Date.parse(at) + (durationMs(overlap ?? overlapDefault) ?? 0)).toISOString();
      const end = managed.expiresAt !== null && managed.expiresAt < overlapEnd ? managed.expiresAt : overlapEnd;
      requireSuccessorEnd(managed, expiresAt, end, at);
      const { name, role } = managed;
      const made = { id: newId, name, role, createdAt: at, expiresAt: expiresAt ?? null, rotatedFrom: id };
      const statements = [
        ...updateKey(store, record, { expiresAt: end }, 'rotate', actor, at),
        ...insertKey(store, { ...made, secretHash: hashSecret(secret) }, actor),
      ];
      return { statements, result: { ...asCreated(made, actor), key } };
    });
  }

  /**
   * Ends a key for good: it is refused from the next request on. A revoked one stays as it is.
   * @throws `not_found`, `stale_version`, `conflict` when no admin's key would be left
   */
  async function revoke(id: string, ifMatch: string | undefined, actor: Actor): Promise<ManagedKey> {
    return decideAndCommit(store, async () => {
      const { record, at } = await getMatching(id, ifMatch);
      const { managed } = record;
      if (managed.state === 'revoked') return { statements: [], result: managed };
      const guards = managed.state === 'active' ? await adminGuards(managed, at, actor) : [];
      return {
        statements: [...guards, ...updateKey(store, record, { revokedAt: at }, 'revoke', actor, at)],
        result: withState({ ...managed, revokedAt: at, ...nextStamp(managed, actor, at) }, at),
      };
    });
  }

  /** Holds an act that ends an admin's key to another one being good beyond that end. @throws `conflict` */
  async function adminGuards({ id, role }: ManagedKey, end: string, actor: Actor): Promise<Statement[]> {
    if (role !== 'admin' || actor.key === null) return [];
    if (!(await hasOtherAdmin(store, id, end))) {
      throw new DomainError(
        'conflict',
        'No other admin’s key would be good then, so that nobody could manage keys. Make one first, or do it by the command line.',
      );
    }
    return [guardOtherAdmin(store, id, end)];
  }

  async function getMatching(id: string, ifMatch: string | undefined): Promise<{ record: KeyRecord; at: string }> {
    const record = await getRecord(id);
    await requireMatch(ifMatch, record.managed.version, async (version) => {
      const actions = await listActionsSince(store, id, version);
      return [...new Set(actions.flatMap((action) => changedBy[action as KeyAction]))];
    });
    return { record, at: instant(clock) };
  }

  /** Whether no key was ever made. */
  async function isEmpty(): Promise<boolean> {
    return !(await hasKeys(store));
  }

  return { get, list, create, patch, rotate, revoke, isEmpty };
}

/** @throws `conflict` */
function requireRotatable({ state, rotatedTo }: ManagedKey): void {
  if (rotatedTo !== null)
    throw new DomainError('conflict', `The key was rotated before: ${rotatedTo} takes over from it.`);
  if (state !== 'active') throw new DomainError('conflict', `The key is ${state}. Make a new one.`);
}

/** @throws `invalid` when the new key of a rotation has no end though the old one has, or not one behind the old one's */
function requireSuccessorEnd(old: ManagedKey, expiresAt: string | null | undefined, oldEnd: string, at: string): void {
  if (expiresAt === undefined && old.expiresAt !== null) {
    const message = 'is required, since the old key expires by itself';
    throw invalid([{ pointer: '/expiresAt', code: 'required', message }]);
  }
  requireFuture(expiresAt ?? null, at);
  if (expiresAt && expiresAt <= oldEnd) {
    const message = `must be behind the end of the old key, which is ${oldEnd}`;
    throw invalid([{ pointer: '/expiresAt', code: 'before_overlap_ends', message }]);
  }
}

/** @throws `invalid` */
function requireFuture(expiresAt: string | null | undefined, at: string): void {
  if (!expiresAt || expiresAt > at) return;
  const message = 'must be in the future; a key is ended at once by revoking it';
  throw invalid([{ pointer: '/expiresAt', code: 'in_the_past', message }]);
}

/** A key as the commit that makes it leaves it: read again behind that, it might be another's version. */
function asCreated(
  { createdAt, ...key }: Pick<ManagedKey, 'id' | 'name' | 'role' | 'createdAt' | 'expiresAt' | 'rotatedFrom'>,
  { key: byKey, person }: Actor,
): ManagedKey {
  const by = { key: byKey, actor: person };
  const stamps = { version: 1, createdAt, createdBy: by, updatedAt: createdAt, updatedBy: by };
  return { ...key, ...stamps, state: 'active', revokedAt: null, lastUsedAt: null, rotatedTo: null };
}

/** A key as it is at an instant. */
function withState(key: ManagedKey, now: string): ManagedKey {
  return { ...key, state: stateOf(key, now) };
}
