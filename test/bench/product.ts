// The product's server as it ships, in a process that tells its parent what it has used.
import { pino } from 'pino';
import { buildApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { commandLine } from '../../src/kernel/actor.js';
import { systemClock } from '../../src/kernel/clock.js';
import { mediaOf, openStore } from '../../src/opening.js';
import { buildServices } from '../../src/services.js';
import { report } from './usage.js';

// All requests of a round come with one key. They are counted, as ever.
const config = readConfig({ RATE_LIMIT_KEY: '999999999', ...process.env });
const store = await openStore(config);
const logger = pino({ level: config.logLevel, base: null }, pino.destination('/dev/null'));
const services = buildServices(store, systemClock, mediaOf(config, store, systemClock));
const app = await buildApp({ config, store, clock: systemClock, services, logger });
const address = await app.listen({ host: config.host, port: 0 });
const { key } = await services.keys.create({ name: 'bench', role: 'admin' }, commandLine);
report({ address, key });
