// Webhooks: what each was told of, what arrived at the receiver, and by which secrets it is signed.
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Delivery } from '../../../src/webhooks/deliveries/schemas.js';
import { webhookEvents } from '../../../src/webhooks/schemas.js';
import { matching } from '../client.js';
import { eventually, isSignedBy, type Receiver } from '../receiver.js';
import { webhooksPath } from '../webhooks.js';
import { type Area, nothing, stepsHeldBy } from './command.js';
import { type Hook, hourMs, type Newsroom, now, type Real, type Told } from './newsroom.js';

const pathOf = ({ id }: Hook) => `${webhooksPath}/${id}`;
const hooksMax = 2;

/** Everything that a webhook was sent, or waits to be, the first made first. */
async function deliveriesOf(hook: Hook, { app }: Real): Promise<Delivery[]> {
  const all: Delivery[] = [];
  let path: string | null = `${pathOf(hook)}/deliveries?limit=100`;
  while (path !== null) {
    const { data, page }: { data: Delivery[]; page: { next: string | null } } = (
      await app.as.admin.get(path).expect(200)
    ).body;
    all.push(...data);
    path = page.next === null ? null : `${pathOf(hook)}/deliveries?limit=100&cursor=${page.next}`;
  }
  return all.reverse();
}

/** Waits until a webhook was sent what it is to be told of, and holds that to be neither more nor less than the model says. */
async function settle(hook: Hook, real: Real): Promise<void> {
  const isSent = ({ type }: Pick<Told, 'type'>) => hook.state === 'enabled' || type === 'ping';
  const deliveries = await eventually(`all of ${hook.told.length} told`, async () => {
    const found = await deliveriesOf(hook, real);
    const isThere = hook.state === 'disabled' || found.length >= hook.told.length;
    return isThere && !found.some((one) => one.state === 'waiting' && isSent(one)) ? found : undefined;
  });
  const known = new Set(hook.told.flatMap(({ id }) => id ?? []));
  const others = deliveries.filter(({ id }) => !known.has(id));
  for (const told of hook.told) {
    if (told.id !== undefined) continue;
    const at = others.findIndex(({ type, articleId }) => type === told.type && articleId === told.articleId);
    told.id = others.splice(at, at < 0 ? 0 : 1)[0]?.id;
  }
  expect(others.map(({ type, articleId }) => ({ type, articleId }))).toEqual([]);
  const states = new Map(deliveries.map(({ id, state }) => [id, state]));
  for (const told of hook.told) {
    const { id } = told;
    // What was on its way when the webhook was disabled may have arrived.
    const isDone = isSent(told) || states.get(id ?? '') === 'delivered';
    if (told.state !== 'waiting' || id === undefined || !isDone) continue;
    told.state = 'delivered';
    told.arrivals += 1;
  }
  const isTold = hook.state === 'enabled' ? hook.told : hook.told.filter(({ id }) => id !== undefined);
  expect(isTold.map(({ id, ...told }) => ({ ...told, state: states.get(id ?? '') }))).toEqual(
    isTold.map(({ id: _id, ...told }) => told),
  );
  for (const told of hook.told) requireArrivals(told, real.receiver);
}

/** Each at least as often as it was sent. */
function requireArrivals({ id, type, articleId, arrivals }: Told, { received }: Receiver): void {
  if (arrivals === 0) return;
  const messages = received.filter(({ headers }) => headers['webhook-id'] === id);
  expect(messages.length).toBeGreaterThanOrEqual(arrivals);
  for (const { body } of messages) expect([body.type, body.data.id ?? null]).toEqual([type, articleId]);
}

async function requireAsModelled({ hooks }: Newsroom, real: Real): Promise<void> {
  for (const hook of hooks) {
    const { data } = (await real.app.as.admin.get(pathOf(hook)).expect(200)).body;
    const { url, events, state, disabledReason } = hook;
    expect(data).toMatchObject({ url, state, disabledReason });
    expect(data.events.toSorted()).toEqual(events.toSorted());
    expect(data.formerSecretUntil !== null).toBe(hook.formerSecret !== null && now(real) < hook.formerUntil);
  }
}

/** Everything that was to be told has been. */
async function requireAllTold(newsroom: Newsroom, real: Real): Promise<void> {
  await requireAsModelled(newsroom, real);
  for (const hook of newsroom.hooks) await settle(hook, real);
}

const step = stepsHeldBy(requireAsModelled);
const all = ({ hooks }: Newsroom): Hook[] => hooks;
const someEvents = fc.subarray([...webhookEvents], { minLength: 1 });

const create = step(
  'make a webhook',
  ({ hooks }) => (hooks.length < hooksMax ? [undefined] : []),
  fc.option(someEvents, { nil: undefined, freq: 2 }),
  async (_, events, { hooks }, { app, receiver, ...real }) => {
    const url = `${receiver.url}/${real.next()}`;
    const body = { url, ...(events && { events }) };
    const { id, secret } = (await app.as.admin.post(webhooksPath, body).expect(201)).body.data;
    const state = { state: 'enabled', disabledReason: null } as const;
    const secrets = { secret, formerSecret: null, formerUntil: 0 };
    hooks.push({ id, url, events: events ?? [...webhookEvents], ...state, ...secrets, told: [] });
  },
);

/** Asks for something of the version that a webhook has now. */
async function ask(hook: Hook, { app }: Real, method: 'patch' | 'post' | 'delete', suffix: string, body?: object) {
  const tag = matching(await app.as.admin.get(pathOf(hook)).expect(200));
  return app.as.admin[method](`${pathOf(hook)}${suffix}`, body).set(tag);
}

const patch = step(
  'change a webhook',
  all,
  fc.record({
    events: fc.option(someEvents, { nil: undefined }),
    state: fc.constantFrom('enabled' as const, 'disabled' as const),
  }),
  async (hook, { events, state }, _, real) => {
    const body = { state, ...(events && { events }) };
    expect((await ask(hook, real, 'patch', '', body)).status).toBe(200);
    const disabledReason = state === 'enabled' ? null : (hook.disabledReason ?? 'admin');
    Object.assign(hook, { ...body, disabledReason });
    await settle(hook, real);
  },
);

const remove = step('delete a webhook', all, nothing, async (hook, _, newsroom, real) => {
  expect((await ask(hook, real, 'delete', '')).status).toBe(204);
  await real.app.as.admin.get(pathOf(hook)).expect(404);
  newsroom.hooks = newsroom.hooks.filter((one) => one !== hook);
});

const rotate = step('rotate a secret', all, fc.constantFrom(0, 1, 24), async (hook, hours, _, real) => {
  const former = hook.secret;
  const answer = await ask(hook, real, 'post', '/rotate', { overlap: `PT${hours}H` });
  expect(answer.status).toBe(200);
  const formerSecret = hours === 0 ? null : former;
  Object.assign(hook, { secret: answer.body.data.secret, formerSecret, formerUntil: now(real) + hours * hourMs });
  const message = await ping(hook, real);
  expect(isSignedBy(former, message)).toBe(hours > 0);
});

/** Pings a webhook whose receiver is well. @returns the message, signed as it must be */
async function ping(hook: Hook, real: Real) {
  const told = await pinged(hook, real);
  await settle(hook, real);
  expect(told.state).toBe('delivered');
  const [message] = real.receiver.received.filter(({ headers }) => headers['webhook-id'] === told.id);
  if (!message) throw new Error(`The ping ${told.id} has not arrived.`);
  expect(isSignedBy(hook.secret, message)).toBe(true);
  const isFormerGood = hook.formerSecret !== null && now(real) < hook.formerUntil;
  if (hook.formerSecret !== null) expect(isSignedBy(hook.formerSecret, message)).toBe(isFormerGood);
  return message;
}

async function pinged(hook: Hook, { app }: Real): Promise<Told> {
  const { id } = (await app.as.admin.post(`${pathOf(hook)}/ping`).expect(202)).body.data;
  const told: Told = { type: 'ping', articleId: null, id, state: 'waiting', arrivals: 0 };
  hook.told.push(told);
  return told;
}

const pingWell = step('ping', all, nothing, async (hook, _, _newsroom, real) => void (await ping(hook, real)));

/** Has a delivery go out while its receiver is not well, and waits for what becomes of it. */
async function meet(mood: 'failing' | 'gone', hook: Hook, told: Told, real: Real, send: () => Promise<void>) {
  real.moods.set(hook.url, mood);
  await send();
  const path = () => `${pathOf(hook)}/deliveries/${told.id}`;
  await eventually('a delivery that is dead', async () => {
    const { data } = (await real.app.as.admin.get(path()).expect(200)).body;
    return data.state === 'dead' ? true : undefined;
  });
  real.moods.delete(hook.url);
  told.state = 'dead';
  told.arrivals += 1;
  if (mood === 'gone' && hook.state === 'enabled') Object.assign(hook, { state: 'disabled', disabledReason: 'gone' });
}

const pingUnwell = step(
  'ping who is unwell',
  all,
  fc.constantFrom('failing' as const, 'gone' as const),
  async (hook, mood, _, real) => {
    await settle(hook, real);
    real.moods.set(hook.url, mood);
    const told = await pinged(hook, real);
    await meet(mood, hook, told, real, async () => undefined);
  },
);

interface Sent {
  hook: Hook;
  told: Told;
}
const sent = ({ hooks }: Newsroom): Sent[] =>
  hooks.flatMap((hook) => hook.told.filter(({ id }) => id !== undefined).map((told) => ({ hook, told })));

async function requireWaiting(hook: Hook, { id }: Told, { app }: Real): Promise<void> {
  const { data } = (await app.as.admin.get(`${pathOf(hook)}/deliveries/${id}`).expect(200)).body;
  expect(data.state).toBe('waiting');
}

const replayOne = step('replay a delivery', sent, fc.boolean(), async ({ hook, told }, isGone, _, real) => {
  await settle(hook, real);
  const send = async () => {
    await real.app.as.admin.post(`${pathOf(hook)}/deliveries/${told.id}/replay`, {}).expect(202);
  };
  // What is sent to nobody for now meets nobody.
  if (isGone && (hook.state === 'enabled' || told.type === 'ping')) return meet('gone', hook, told, real, send);
  await send();
  told.state = 'waiting';
  if (hook.state === 'disabled' && told.type !== 'ping') await requireWaiting(hook, told, real);
  await settle(hook, real);
});

const replayMany = step(
  'replay',
  all,
  fc.constantFrom(undefined, ['delivered' as const]),
  async (hook, states, _, real) => {
    await settle(hook, real);
    // Pings are of the moment.
    const those = hook.told.filter(({ type, state }) => type !== 'ping' && state === (states?.[0] ?? 'dead'));
    const answer = await real.app.as.admin.post(`${pathOf(hook)}/replay`, states ? { states } : {}).expect(202);
    expect(answer.body.data.count).toBe(those.length);
    for (const told of those) told.state = 'waiting';
    await settle(hook, real);
  },
);

export const hooks: Area = {
  steps: [create, create, patch, remove, rotate, pingWell, pingUnwell, replayOne, replayMany],
  requireAsModelled: requireAllTold,
};
