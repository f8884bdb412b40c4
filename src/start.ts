import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { buildApp } from './app.js';
import { type Config, readConfig } from './config.js';
import { commandLine } from './kernel/actor.js';
import { systemClock } from './kernel/clock.js';
import { exitWith, mediaOf, openStore, StartError } from './opening.js';
import { seedFiles, seedStories } from './seeding.js';
import { buildServices } from './services.js';
import type { Store } from './storage/store.js';

/** How a key is made where this runs: from source, or from what was built. */
const keysCommand = import.meta.url.endsWith('.ts') ? 'npm run keys --' : 'node dist/cli/keys.js';

export async function startServer(): Promise<void> {
  try {
    const config = readConfig();
    const store = openStore(config);
    await serve(config, store);
  } catch (error) {
    exitWith(error);
  }
}

async function serve(config: Config, store: Store): Promise<void> {
  const logger = newLogger(config);
  const services = buildServices(store, systemClock, mediaOf(config, store, systemClock));
  const app = await buildApp({ config, store, clock: systemClock, services, logger });
  if (!config.isProduction && (await services.articles.isEmpty())) await seedStories(services, await seedFiles());
  const address = await listen(app, config);
  closeOnSignals(app, store);
  if (!(await services.keys.isEmpty())) return say(config, address);
  if (config.isProduction) {
    logger.warn(`there is no API key yet; make one by: ${keysCommand} create --role admin --name NAME`);
    return say(config, address);
  }
  const { key } = await services.keys.create({ name: 'first admin', role: 'admin' }, commandLine);
  say(config, address, key);
}

function newLogger(config: Config) {
  const options = { level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (process.stdout.isTTY) {
    return pino({
      ...options,
      transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname', translateTime: 'HH:MM:ss' } },
    });
  }
  return pino(options, pino.destination({ sync: false, minLength: 0 }));
}

async function listen(app: FastifyInstance, config: Config): Promise<string> {
  try {
    return await app.listen({ host: config.host, port: config.port, listenTextResolver: (at) => `listening at ${at}` });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new StartError(
        `Port ${config.port} of ${config.host} is taken. Stop what uses it, or set PORT to another.`,
      );
    if (code === 'EACCES')
      throw new StartError(`Port ${config.port} may not be used by this user. Set PORT to one above 1023.`);
    throw new StartError(`Cannot listen at ${config.host}:${config.port}: ${message}. Set HOST and PORT.`);
  }
}

function say(config: Config, address: string, key?: string): void {
  const base = config.publicUrl ?? address;
  const lines = [`Copydesk is at ${base}/v1/articles`, `Its documentation is at ${base}/docs`];
  if (key !== undefined) lines.push(`Admin key, shown only now: ${key}`);
  console.log(lines.join('\n'));
}

function closeOnSignals(app: FastifyInstance, store: Store): void {
  let isClosing = false;
  const close = async (signal: string) => {
    if (isClosing) return;
    isClosing = true;
    app.log.info({ signal }, 'closing: no new connections, open requests are finished');
    // A client may keep a connection whose last request ended only after closing began.
    const sweep = setInterval(() => app.server.closeIdleConnections(), 100);
    await app.close();
    clearInterval(sweep);
    await store.close();
    process.exit(0);
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
}
