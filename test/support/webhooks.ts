// Webhooks, made and looked after as an admin does.
import type { Delivery } from '../../src/webhooks/deliveries/schemas.js';
import type { IssuedWebhook, Webhook } from '../../src/webhooks/schemas.js';
import { startApp, type TestApp } from './app.js';
import { matching } from './client.js';
import type { Members } from './editing.js';
import { eventually, type Receiver } from './receiver.js';

export const webhooksPath = '/v1/manage/webhooks';

/** Settings of a server that may send to receivers on this machine. */
export function sendingSettings(timeoutMs: number): Record<string, string> {
  return { WEBHOOK_PRIVATE_HOSTS: '127.0.0.1', WEBHOOK_TIMEOUT_MS: String(timeoutMs) };
}

export function startSendingApp(timeoutMs = 5000): Promise<TestApp> {
  return startApp({ environment: sendingSettings(timeoutMs) });
}

export async function makeWebhook(
  { as }: Pick<TestApp, 'as'>,
  { url }: Pick<Receiver, 'url'>,
  body: Members = {},
): Promise<IssuedWebhook> {
  return (await as.admin.post(webhooksPath, { url, ...body }).expect(201)).body.data;
}

export async function readWebhook({ as }: TestApp, id: string): Promise<Webhook> {
  return (await as.admin.get(`${webhooksPath}/${id}`).expect(200)).body.data;
}

/** Changes a webhook from the version that it has. */
export async function changeWebhook({ as }: TestApp, id: string, body: Members): Promise<Webhook> {
  const read = await as.admin.get(`${webhooksPath}/${id}`).expect(200);
  return (await as.admin.patch(`${webhooksPath}/${id}`, body).set(matching(read)).expect(200)).body.data;
}

export async function deliveriesOf({ as }: TestApp, id: string, query = ''): Promise<Delivery[]> {
  return (await as.admin.get(`${webhooksPath}/${id}/deliveries${query}`).expect(200)).body.data;
}

/** Waits until a webhook has so many deliveries that are so. The last made comes first. */
export function settled(app: TestApp, id: string, state: Delivery['state'], count = 1): Promise<Delivery[]> {
  return eventually(`${count} deliveries that are ${state}`, async () => {
    const found = await deliveriesOf(app, id, `?state=${state}`);
    return found.length >= count ? found : undefined;
  });
}

/** Waits until the last delivery of a webhook has had so many attempts. */
export function attempted(app: TestApp, id: string, count: number): Promise<Delivery> {
  return eventually(`${count} attempts`, async () => {
    const [last] = await deliveriesOf(app, id);
    return last && last.attempts.length >= count ? last : undefined;
  });
}

/** Pings a webhook, and waits for what comes of it. */
export async function pinged(app: TestApp, id: string): Promise<Delivery> {
  const { body } = await app.as.admin.post(`${webhooksPath}/${id}/ping`).expect(202);
  return eventually('the end of the ping', async () => {
    const path = `${webhooksPath}/${id}/deliveries/${body.data.id}`;
    const { data } = (await app.as.admin.get(path).expect(200)).body;
    return data.state === 'waiting' ? undefined : data;
  });
}
