// Where monitoring reads: a port of its own, so that what it tells of a newsroom is never beside what is public.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expositionType } from './families.js';

const path = '/metrics';

/**
 * Answers GET /metrics, and nothing else.
 * @param read the text; who asks while it is being made gets the same
 * @returns the address to ask
 * @throws what keeps it from listening
 */
export async function listenForMetrics(
  { host, port }: { host: string; port: number },
  read: () => Promise<string>,
  report: (error: unknown) => void,
): Promise<string> {
  let reading: Promise<string> | undefined;
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5000 }, async ({ method, url }, response) => {
    response.setHeader('cache-control', 'no-store').setHeader('x-content-type-options', 'nosniff');
    if (url?.split('?')[0] !== path) return void response.writeHead(404).end();
    if (method !== 'GET' && method !== 'HEAD') return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
    try {
      reading ??= read().finally(() => {
        reading = undefined;
      });
      response.setHeader('content-type', expositionType).end(await reading);
    } catch (error) {
      report(error);
      response.writeHead(500).end();
    }
  });
  // It keeps no process alive by itself.
  server.listen({ host, port, exclusive: true }).unref();
  await once(server, 'listening');
  const { address, family, port: taken } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}${path}`;
}
