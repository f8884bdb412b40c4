import cluster from 'node:cluster';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import { buildApp } from './app.js';
import { type Config, readConfig } from './config.js';
import { closeInTime } from './http/connections.js';
import { RequestCounts } from './http/request-counts.js';
import { commandLine } from './kernel/actor.js';
import { systemClock } from './kernel/clock.js';
import { versionTag } from './kernel/version-tags.js';
import { LogOutput } from './log-output.js';
import type { Measured } from './metrics/families.js';
import { exitWith, keepFilesFromOthers, mediaOf, openStore, openStores, StartError, type Stores } from './opening.js';
import { seedFiles, seedStories } from './seeding.js';
import { buildServices, type Services } from './services.js';
import { outliveOutputs, outputFailure, say } from './standard-output.js';
import type { Store } from './storage/store.js';
import { leadMessage, type Ready, superviseWorkers, type WorkerFailed } from './supervising.js';

/** How a key is made where this runs: from source, or from what was built. */
const keysCommand = import.meta.url.endsWith('.ts') ? 'npm run keys --' : 'node dist/cli/keys.js';

export async function startServer(): Promise<void> {
  keepFilesFromOthers();
  outliveOutputs();
  try {
    const config = readConfig();
    if (cluster.isWorker) await serveAsWorker(config);
    else if (config.workers > 1) await supervise(config);
    else await serveAlone(config);
  } catch (error) {
    exitWith(error);
  }
}

async function serveAlone(config: Config): Promise<void> {
  const stores = await openStores(config);
  const { store, delivered } = stores;
  const logger = newLogger(config);
  const services = buildServices(store, systemClock, mediaOf(config, store, systemClock), config.webhooks);
  const measured = measuredOf(config, store, logger);
  const requestCounts = measured?.requestCounts;
  const app = await buildApp({ config, store, delivered, clock: systemClock, services, logger, requestCounts });
  await seedIfEmpty(config, services);
  const address = await listen(app, config);
  const metrics = measured && (await openMetrics(config, ({ serveOwnMetrics }, at) => serveOwnMetrics(at, measured)));
  closeOnSignals(logger, () => close(app, stores));
  await welcome(config, services, logger, { server: address, metrics });
}

/** Starts the workers, once the store is as they need it. */
async function supervise(config: Config): Promise<void> {
  const store = await openStore(config);
  const logger = newLogger(config);
  const services = buildServices(store, systemClock, mediaOf(config, store, systemClock), config.webhooks);
  await seedIfEmpty(config, services);
  const workers = superviseWorkers(logger);
  const metrics = await openMetrics(config, ({ serveWorkersMetrics }, at) =>
    serveWorkersMetrics(at, workers.ready, reportTo(logger)),
  );
  closeOnSignals(logger, () => workers.stop());
  const address = await workers.startFirst().catch((error: WorkerFailed) => process.exit(error.code));
  await welcome(config, services, logger, { server: address, metrics });
  await store.close();
  workers.start(config.workers - 1);
}

/** Serves beside others. What goes on without a request is done by the one that the primary names. */
async function serveAsWorker(config: Config): Promise<void> {
  const stores = await openStores(config, true);
  const { store, delivered } = stores;
  const logger = newLogger(config).child({ worker: cluster.worker?.id });
  const services = buildServices(store, systemClock, mediaOf(config, store, systemClock), config.webhooks);
  const measured = measuredOf(config, store, logger, String(cluster.worker?.id));
  const requestCounts = measured?.requestCounts;
  const here = { config, store, delivered, clock: systemClock, services, logger, requestCounts };
  const app = await buildApp({ ...here, worksInBackground: false });
  if (measured) (await import('./metrics/serving.js')).tellMetrics(measured);
  process.on('message', (message) => {
    if (message !== leadMessage) return;
    services.background
      .start((error, text) => logger.error(error, text))
      .catch((error) => {
        logger.fatal(error, 'the background work could not begin');
        process.exit(1);
      });
  });
  const address = await listen(app, config);
  closeOnSignals(logger, () => close(app, stores));
  const ready: Ready = { address };
  process.send?.(ready);
}

async function seedIfEmpty({ isProduction }: Config, services: Services): Promise<void> {
  if (!isProduction && (await services.articles.isEmpty())) await seedStories(services, await seedFiles());
}

/** Says where the server is and, at its first start, by which key one may come in. */
async function welcome(config: Config, { keys }: Services, logger: Logger, at: Addresses): Promise<void> {
  const isFirst = await keys.isEmpty();
  const howTo = `make one by: ${keysCommand} create --role admin --name NAME`;
  if (isFirst && config.isProduction) logger.warn(`there is no API key yet; ${howTo}`);
  if (!isFirst || config.isProduction) {
    await say(addressLines(config, at).join('\n'));
    return;
  }
  const { id, version, key } = await keys.create({ name: 'first admin', role: 'admin' }, commandLine);
  const isKnown = await say([...addressLines(config, at), `Admin key, shown only now: ${key}`].join('\n'));
  if (isKnown) return;
  // A key that nobody knows is good for nobody but who finds it.
  await keys.revoke(id, versionTag(version), commandLine);
  console.error(
    `copydesk: The first admin’s key could not be shown (${outputFailure()?.message}), so it was revoked; ${howTo}`,
  );
}

function newLogger(config: Config): Logger {
  const options = { level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (process.stdout.isTTY) {
    return pino({
      ...options,
      transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname', translateTime: 'HH:MM:ss' } },
    });
  }
  return pino(options, new LogOutput(process.stdout.fd));
}

/** Where it listens. */
interface Addresses {
  server: string;
  metrics: string | undefined;
}

async function listen(app: FastifyInstance, config: Config): Promise<string> {
  try {
    const address = await app.listen({ host: config.host, port: config.port });
    app.logger.info(`listening at ${address}`);
    return address;
  } catch (error) {
    throw cannotListen(error as NodeJS.ErrnoException, config, '');
  }
}

function cannotListen({ code, message }: NodeJS.ErrnoException, at: { host: string; port: number }, prefix: string) {
  const { host, port } = at;
  const [hostName, portName] = [`${prefix}HOST`, `${prefix}PORT`];
  if (code === 'EADDRINUSE')
    return new StartError(`Port ${port} of ${host} is taken. Stop what uses it, or set ${portName} to another.`);
  if (code === 'EACCES')
    return new StartError(`Port ${port} may not be used by this user. Set ${portName} to one above 1023.`);
  return new StartError(`Cannot listen at ${host}:${port}: ${message}. Set ${hostName} and ${portName}.`);
}

/** What is measured of this process, where somebody is to read it. */
function measuredOf(config: Config, store: Store, logger: Logger, worker?: string): Measured | undefined {
  if (!config.metrics) return undefined;
  return { store, clock: systemClock, requestCounts: new RequestCounts(), worker, report: reportTo(logger) };
}

function reportTo(logger: Logger): (error: unknown) => void {
  return (error) => logger.error(error, 'some metrics could not be read');
}

/** Lets metrics be read where a port is set for it. */
async function openMetrics(
  { metrics }: Config,
  open: (serving: typeof import('./metrics/serving.js'), at: NonNullable<Config['metrics']>) => Promise<string>,
): Promise<string | undefined> {
  if (!metrics) return undefined;
  const serving = await import('./metrics/serving.js');
  try {
    return await open(serving, metrics);
  } catch (error) {
    throw cannotListen(error as NodeJS.ErrnoException, metrics, 'METRICS_');
  }
}

function addressLines(config: Config, { server, metrics }: Addresses): string[] {
  const base = config.publicUrl ?? server;
  const lines = [`Copydesk is at ${base}/v1/articles`, `Its documentation is at ${base}/docs`];
  if (metrics) lines.push(`Its metrics are at ${metrics}`);
  return lines;
}

async function close(app: FastifyInstance, stores: Stores): Promise<void> {
  await closeInTime(app);
  await stores.close();
}

function closeOnSignals(logger: Logger, finish: () => Promise<void>): void {
  let isClosing = false;
  const stop = async (signal: string) => {
    if (isClosing) return;
    isClosing = true;
    logger.info({ signal }, 'closing: no new connections, open requests are finished');
    await finish();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
