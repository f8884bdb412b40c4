import cors from '@fastify/cors';
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { keyRoutes } from './access/keys/routes.js';
import { accessService } from './access/service.js';
import type { Config } from './config.js';
import { articleRoutes } from './content/articles/routes.js';
import { changeRoutes } from './content/changes/routes.js';
import { ListedImage, withThumbnails } from './content/images/listing.js';
import { imageRoutes } from './content/images/routes.js';
import { importRoutes } from './content/imports/routes.js';
import { libraryRoutes } from './content/library/routes.js';
import { removalRoutes } from './content/removal/routes.js';
import { resourceRevisionRoutes } from './content/revisions/resources/routes.js';
import { revisionRoutes } from './content/revisions/routes.js';
import { sectionRoutes } from './content/sections/routes.js';
import { taxonomyRoutes } from './content/taxonomy/routes.js';
import { usageRoutes } from './content/usages/routes.js';
import { representationService } from './delivery/articles/representations.js';
import { listLinks, searchLinks, storyRoutes } from './delivery/articles/routes.js';
import { storyService } from './delivery/articles/service.js';
import { feedRoutes, sitemapRoutes } from './delivery/feeds/routes.js';
import { feedService } from './delivery/feeds/service.js';
import { formatsAt } from './delivery/formats/asked.js';
import { siteAt } from './delivery/formats/format.js';
import { freshnessService } from './delivery/freshness/service.js';
import { historyRoutes } from './delivery/history/routes.js';
import { historyService } from './delivery/history/service.js';
import { deliveredLibraryRoutes } from './delivery/library/routes.js';
import { pictureRoutes } from './delivery/pictures/routes.js';
import { pictureService } from './delivery/pictures/service.js';
import { searchService } from './delivery/search/service.js';
import { speakerRoutes } from './delivery/speakers/routes.js';
import { streamRoutes } from './delivery/stream/routes.js';
import { streamService } from './delivery/stream/service.js';
import { syncRoutes } from './delivery/sync/routes.js';
import { syncService } from './delivery/sync/service.js';
import { publishedTermRoutes } from './delivery/taxonomy/routes.js';
import { readJsonBodies } from './http/body.js';
import { boundConnections, cutOffSlowReaders } from './http/connections.js';
import { docsRoutes } from './http/docs.js';
import { Encoder } from './http/encodings.js';
import { answerErrors, answerUnreadable, answerUnroutable } from './http/errors.js';
import { healthRoutes } from './http/health.js';
import { newRequestId } from './http/logging.js';
import { answerOtherMethods } from './http/methods.js';
import type { Api } from './http/operation.js';
import { refuseUnderPressure } from './http/pressure.js';
import { rateLimits } from './http/rate-limits.js';
import { countRequests, type RequestCounts } from './http/request-counts.js';
import { readUploads, withForms } from './http/uploads.js';
import type { Clock } from './kernel/clock.js';
import { documentBytesMax } from './kernel/documents.js';
import { uploadAgeMs } from './media/sweep/service.js';
import { asOfRoutes } from './publishing/as-of/routes.js';
import { correctionRoutes } from './publishing/corrections/routes.js';
import { embargoRoutes } from './publishing/embargo/routes.js';
import { erasureRoutes } from './publishing/erasures/routes.js';
import { preflightRoutes } from './publishing/preflight/routes.js';
import { previewLinkRoutes, previewRoutes } from './publishing/previews/routes.js';
import { propagationRoutes } from './publishing/propagation/routes.js';
import { publishingRoutes } from './publishing/routes.js';
import { scheduleRoutes } from './publishing/schedules/routes.js';
import type { Services } from './services.js';
import type { Store } from './storage/store.js';
import { deliveryRoutes } from './webhooks/deliveries/routes.js';
import { webhookRoutes } from './webhooks/routes.js';

export interface AppOptions {
  config: Config;
  store: Store;
  /** What readers are served from, if that is another: a copy, to which changes come a little later. */
  delivered?: Store;
  clock: Clock;
  services: Services;
  logger?: FastifyBaseLogger;
  /** Whether it does from its start what goes on without a request; of several servers one is enough. */
  worksInBackground?: boolean;
  /** Counts what is answered, where somebody is to read that. */
  requestCounts?: RequestCounts | undefined;
}

/** How often the log is followed while nobody asks. */
const followMs = 5000;

/** Operations check what they get by themselves. Fastify would load what compiles schemas, 200 modules, though no route has one. */
function noSchema(): never {
  throw new Error('no route has a schema of Fastify’s own');
}

/** The port that the settings name, or the free one that was taken instead of 0. */
function portOf({ server }: FastifyInstance, { port }: Config): number {
  const at = port === 0 ? server.address() : null;
  return typeof at === 'object' && at !== null ? at.port : port;
}

/** The whole HTTP server, ready to listen. */
export async function buildApp({
  config,
  store,
  delivered = store,
  clock,
  services,
  logger = pino({ level: 'silent' }),
  worksInBackground = true,
  requestCounts,
}: AppOptions): Promise<FastifyInstance> {
  const { trustProxy: trusted } = config;
  const app = Fastify({
    // Fastify's own would make a child and listeners for every request; a found story is not logged.
    logger: false,
    genReqId: newRequestId,
    clientErrorHandler: answerUnreadable,
    frameworkErrors: answerUnroutable,
    trustProxy: typeof trusted === 'number' ? (_address, hop) => hop < trusted : trusted,
    bodyLimit: documentBytesMax,
    // Of uploads; other bodies have less time, by the operations that take them.
    requestTimeout: 300_000,
    http: { headersTimeout: 5000, connectionsCheckingInterval: 1000 },
    forceCloseConnections: 'idle',
    // A request that has come in is answered, though it is the last on its connection.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 500 },
    schemaController: { compilersFactory: { buildValidator: noSchema, buildSerializer: noSchema } },
  });
  app.decorate('logger', logger);
  app.decorate('operations', []);
  boundConnections(app);
  cutOffSlowReaders(app);
  const freshness = freshnessService(delivered, clock);
  app.decorate('sending', { encoder: new Encoder(), boundFor: freshness.boundFor });
  app.decorateRequest('actor', null);
  app.decorateRequest('cameAt', 0);
  app.decorateRequest('keyHeader', null);
  readJsonBodies(app);
  readUploads(app);
  refuseUnderPressure(app, config.eventLoopDelayMaxMs);
  answerErrors(app, config.logsEveryRequest);
  countRequests(app, requestCounts);
  if (config.corsOrigins.length > 0) {
    await app.register(cors, {
      origin: config.corsOrigins,
      exposedHeaders: [
        'ETag',
        'Link',
        'Location',
        'Idempotency-Replayed',
        'Retry-After',
        'RateLimit',
        'RateLimit-Policy',
      ],
      strictPreflight: false,
    });
  }

  const access = accessService(store, clock);
  const limits = rateLimits(access, clock, config.rateLimits);
  const api: Api = { app, limits, idempotency: services.idempotency };
  const {
    articles,
    sections,
    changes,
    library,
    removals,
    usages,
    desks,
    tags,
    preflight,
    publishing,
    propagation,
    keys,
  } = services;
  const site = siteAt(
    config.siteName,
    () => config.publicUrl ?? `http://${config.host}:${portOf(app, config)}`,
    config.storyUrl,
  );
  const { revisions, restoring, resourceRevisions, asOf } = services;
  const stories = storyService(delivered, listLinks);
  storyRoutes(api, stories, searchService(delivered, searchLinks), representationService(site));
  historyRoutes(api, stories, historyService(delivered));
  deliveredLibraryRoutes(api, delivered);
  speakerRoutes(api, delivered);
  const { media } = services;
  pictureRoutes(api, pictureService(delivered, media.addresses, media.renditions));
  const feeds = feedService(delivered, clock, site);
  feedRoutes(api, feeds);
  sitemapRoutes(api, feeds);
  syncRoutes(api, syncService(delivered));
  const report = (error: unknown) => logger.error(error, 'the log could not be followed; it is tried again');
  const stream = streamService(delivered, { listenersMax: config.streamListenersMax }, report);
  streamRoutes(api, stream);
  publishedTermRoutes(api, delivered, 'desk');
  publishedTermRoutes(api, delivered, 'tag');
  previewRoutes(api, services.previews, formatsAt(site));
  articleRoutes(api, articles);
  importRoutes(api, services.imports);
  sectionRoutes(api, sections);
  preflightRoutes(api, articles, preflight);
  publishingRoutes(api, articles, publishing);
  correctionRoutes(api, articles, services.corrections);
  previewLinkRoutes(api, articles, services.previews, { origin: config.publicUrl, frontEnd: config.previewUrl });
  embargoRoutes(api, articles, services.embargoes);
  scheduleRoutes(api, articles, services.schedules);
  await withForms(app, (own) =>
    imageRoutes({ ...api, app: own }, library.image, services.images, media.intake, media.addresses),
  );
  libraryRoutes(api, 'image', library.image, { Item: ListedImage, of: withThumbnails(media.addresses) });
  libraryRoutes(api, 'quote', library.quote);
  libraryRoutes(api, 'embed', library.embed);
  usageRoutes(api, usages, async (kind, id) =>
    kind === 'article' ? (await articles.getRecord(id)).summary.id : (await library[kind].get(id)).id,
  );
  removalRoutes(api, removals);
  taxonomyRoutes(api, 'desk', desks);
  taxonomyRoutes(api, 'tag', tags);
  propagationRoutes(api, propagation);
  changeRoutes(api, changes);
  keyRoutes(api, keys);
  webhookRoutes(api, services.webhooks);
  deliveryRoutes(api, services.webhooks, services.deliveries);
  revisionRoutes(api, articles, revisions, restoring);
  asOfRoutes(api, revisions, asOf);
  resourceRevisionRoutes(api, 'image', library.image, resourceRevisions.image);
  resourceRevisionRoutes(api, 'quote', library.quote, resourceRevisions.quote);
  resourceRevisionRoutes(api, 'embed', library.embed, resourceRevisions.embed);
  erasureRoutes(api, services.erasures);
  if (worksInBackground)
    app.addHook('onReady', () => services.background.start((error, message) => logger.error(error, message)));
  app.addHook('onClose', () => services.background.stop());
  app.addHook('onReady', async () => access.start());
  app.addHook('onClose', () => access.stop());
  app.addHook('onReady', () =>
    freshness.start((error) => logger.error(error, 'what is planned could not be read; it is tried again')),
  );
  app.addHook('onClose', () => freshness.stop());
  // Has the caches follow the log even while nobody reads: it may tell of a purge by another process.
  const follow = async () => {
    await Promise.all([store, delivered].map(async (one) => one.publicSequence()));
  };
  const following = setInterval(() => follow().catch(report), followMs).unref();
  app.addHook('onClose', async () => clearInterval(following));
  app.addHook('onReady', async () => void (await media.incoming.clear(uploadAgeMs)));
  let isDraining = false;
  app.addHook('preClose', async () => {
    isDraining = true;
  });
  app.addHook('preClose', () => stream.close());
  healthRoutes(api, { store, delivered }, () => isDraining);
  await docsRoutes(app);
  answerOtherMethods(app);
  return app;
}
