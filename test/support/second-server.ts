import { dirname } from 'node:path';
import { buildApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { type Role, roles } from '../../src/kernel/actor.js';
import { mediaOf } from '../../src/opening.js';
import { buildServices } from '../../src/services.js';
import type { TestApp } from './app.js';
import { type Client, newClient } from './client.js';

/** Another server on the database file of a test's server, with connections and caches of its own. */
export async function startBeside(
  { path, clock, keys, openBeside }: TestApp,
  environment: Record<string, string> = {},
) {
  const patience = { EVENT_LOOP_DELAY_MAX_MS: '0', RATE_LIMIT_KEY: '0', RATE_LIMIT_FAILED_KEYS: '0' };
  const config = readConfig({ NODE_ENV: 'test', DATA_DIR: dirname(path), ...patience, ...environment });
  const store = await openBeside();
  const services = buildServices(store, clock, mediaOf(config, store, clock), config.webhooks);
  const app = await buildApp({ config, store, clock, services });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const clients = roles.map((role) => [role, newClient(app, keys[role])] as const);
  return {
    origin: app.listeningOrigin,
    services,
    as: Object.fromEntries(clients) as Record<Role, Client>,
    anybody: newClient(app, undefined),
    async close() {
      await app.close();
      await store.close();
    },
  };
}
