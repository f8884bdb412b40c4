// API keys: what each may do right now, by its role, its end and what was done to it.
import fc from 'fast-check';
import { expect } from 'vitest';
import { type Role, roles } from '../../../src/kernel/actor.js';
import { matching, newClient } from '../client.js';
import { type Area, nothing, stepsHeldBy } from './command.js';
import { hourMs, instantOf, type Key, type Newsroom, now, type Real } from './newsroom.js';

const path = '/v1/manage/keys';
const pathOf = ({ id }: Key) => `${path}/${id}`;
const keysMax = 4;
const missing = '01852a5c-0000-7000-8000-00000000dead';

function stateOf({ isRevoked, expiresAt }: Key, at: number): 'active' | 'expired' | 'revoked' {
  if (isRevoked) return 'revoked';
  return expiresAt !== null && expiresAt <= at ? 'expired' : 'active';
}

/** What a few requests must be answered: one for each role, and a public one. None of them changes anything. */
function expectedOf(role: Role, isActive: boolean): number[] {
  if (!isActive) return [401, 401, 401, 401, 401];
  const may = (needed: Role, status: number) => (roles.indexOf(role) >= roles.indexOf(needed) ? status : 403);
  return [200, may('viewer', 200), may('editor', 400), may('publisher', 404), may('admin', 200)];
}

async function statusesOf({ app }: Real, { key }: Key): Promise<number[]> {
  const client = newClient(app.app, key);
  const answers = [
    await client.get('/v1/desks?limit=1'),
    await client.get('/v1/manage/tags?limit=1'),
    await client.post('/v1/manage/tags', {}),
    await client.post(`/v1/manage/articles/${missing}/publish`, {}),
    await client.get(`${path}?limit=1`),
  ];
  return answers.map(({ status }) => status);
}

async function requireKeys({ keys }: Newsroom, real: Real): Promise<void> {
  for (const one of keys) {
    const state = stateOf(one, now(real));
    expect(await statusesOf(real, one)).toEqual(expectedOf(one.role, state === 'active'));
    const { data } = (await real.app.as.admin.get(pathOf(one)).expect(200)).body;
    const { name, role, rotatedTo, isRevoked, expiresAt } = one;
    expect(data).toMatchObject({ name, role, state, rotatedTo });
    expect(data.revokedAt !== null).toBe(isRevoked);
    expect(data.expiresAt === null ? null : Date.parse(data.expiresAt)).toBe(expiresAt);
  }
}

const step = stepsHeldBy(requireKeys);
const ends = fc.constantFrom(null, 1, 2);
const all = ({ keys }: Newsroom): Key[] => keys;
/** An end so many hours ahead. */
const endIn = (hours: number | null, real: Real): number | null => (hours === null ? null : now(real) + hours * hourMs);
const sentEnd = (end: number | null): string | null => (end === null ? null : instantOf(end));

const create = step(
  'make a key',
  ({ keys }) => (keys.length < keysMax ? [undefined] : []),
  fc.record({ role: fc.constantFrom(...roles), hours: ends }),
  async (_, { role, hours }, { keys }, real) => {
    const [name, expiresAt] = [`key no ${real.next()}`, endIn(hours, real)];
    const body = { name, role, expiresAt: sentEnd(expiresAt) };
    const { id, key } = (await real.app.as.admin.post(path, body).expect(201)).body.data;
    keys.push({ id, key, name, role, expiresAt, isRevoked: false, rotatedTo: null });
  },
);

/** Asks for something of the version that a key has now. */
async function ask(key: Key, real: Real, method: 'patch' | 'post', suffix: string, body: object) {
  const tag = matching(await real.app.as.admin.get(pathOf(key)).expect(200));
  return real.app.as.admin[method](`${pathOf(key)}${suffix}`, body).set(tag);
}

const patch = step(
  'change a key',
  all,
  fc.record({ isRenamed: fc.boolean(), hours: fc.option(ends, { nil: undefined }) }),
  async (key, { isRenamed, hours }, _, real) => {
    const name = isRenamed ? `key no ${real.next()}` : key.name;
    const expiresAt = hours === undefined ? key.expiresAt : endIn(hours, real);
    const { status } = await ask(key, real, 'patch', '', { name, expiresAt: sentEnd(expiresAt) });
    const isMoved = expiresAt !== key.expiresAt;
    const isSooner = expiresAt !== null && (key.expiresAt === null || expiresAt < key.expiresAt);
    const isRefused = (key.isRevoked && (isRenamed || isMoved)) || (isMoved && !isSooner && key.rotatedTo !== null);
    expect(status).toBe(isRefused ? 409 : 200);
    if (status === 200) Object.assign(key, { name, expiresAt });
  },
);

const rotate = step(
  'rotate a key',
  all,
  fc.record({ overlapHours: fc.constantFrom(0, 1, 24), hours: fc.constantFrom(null, 48) }),
  async (key, { overlapHours, hours }, { keys }, real) => {
    const at = now(real);
    const expiresAt = endIn(hours, real);
    const body = { overlap: `PT${overlapHours}H`, expiresAt: sentEnd(expiresAt) };
    const answer = await ask(key, real, 'post', '/rotate', body);
    const isRotatable = key.rotatedTo === null && stateOf(key, at) === 'active';
    expect(answer.status).toBe(isRotatable ? 201 : 409);
    if (!isRotatable) return;
    const { id, key: text } = answer.body.data;
    const { data } = (await real.app.as.admin.get(pathOf(key)).expect(200)).body;
    const end = Date.parse(data.expiresAt);
    // Its own end, or that of the overlap, which the server counts from when it took the request.
    const overlapEnd = at + overlapHours * hourMs;
    if (key.expiresAt !== null && key.expiresAt < overlapEnd) expect(end).toBe(key.expiresAt);
    else expect(Math.abs(end - overlapEnd)).toBeLessThan(1000);
    Object.assign(key, { expiresAt: end, rotatedTo: id });
    keys.push({ id, key: text, name: key.name, role: key.role, expiresAt, isRevoked: false, rotatedTo: null });
  },
);

const revoke = step('revoke a key', all, nothing, async (key, _, _newsroom, real) => {
  expect((await ask(key, real, 'post', '/revoke', {})).status).toBe(200);
  key.isRevoked = true;
});

export const keys: Area = { steps: [create, patch, rotate, revoke], requireAsModelled: requireKeys };
