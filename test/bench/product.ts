// The product's server as it ships, in a process that tells its parent what it has used.
import { pino } from 'pino';
import { accessService } from '../../src/access/service.js';
import { buildApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { systemClock } from '../../src/kernel/clock.js';
import { buildServices } from '../../src/services.js';
import { openStore } from '../../src/start.js';
import { report } from './usage.js';

const config = readConfig();
const store = openStore(config);
const logger = pino({ level: config.logLevel, base: null }, pino.destination('/dev/null'));
const app = await buildApp({ config, store, clock: systemClock, services: buildServices(store, systemClock), logger });
const address = await app.listen({ host: config.host, port: 0 });
const { key } = await accessService(store, systemClock).createKey('bench', 'admin');
report({ address, key });
