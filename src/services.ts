// Puts the services together; the server, the command line and the tests all take them from here.
import { idempotencyService } from './access/idempotency/service.js';
import { keyService } from './access/keys/service.js';
import { backgroundWork } from './background.js';
import { articleService } from './content/articles/service.js';
import { changeLog } from './content/changes/service.js';
import { imageService } from './content/images/service.js';
import { importService } from './content/imports/service.js';
import { libraryKinds } from './content/library/kinds.js';
import { libraryService } from './content/library/service.js';
import { articleRemoval } from './content/removal/articles.js';
import { libraryRemoval } from './content/removal/library.js';
import { resourceRevisionService } from './content/revisions/resources/service.js';
import { restoringService } from './content/revisions/restoring/service.js';
import { revisionService } from './content/revisions/service.js';
import { sectionService } from './content/sections/service.js';
import { taxonomyService } from './content/taxonomy/service.js';
import { usageService } from './content/usages/service.js';
import type { Clock } from './kernel/clock.js';
import type { Media } from './media/media.js';
import { asOfService } from './publishing/as-of/service.js';
import { correctionService } from './publishing/corrections/service.js';
import { embargoService } from './publishing/embargo/service.js';
import { clearingService } from './publishing/erasures/clearing.js';
import { erasureService } from './publishing/erasures/service.js';
import { preflightService } from './publishing/preflight/service.js';
import { previewService } from './publishing/previews/service.js';
import { propagationService } from './publishing/propagation/service.js';
import { publicLogSweeper } from './publishing/public-log/sweeper.js';
import { firing } from './publishing/schedules/firing.js';
import { scheduler } from './publishing/schedules/scheduler.js';
import { scheduleService } from './publishing/schedules/service.js';
import { publishingService } from './publishing/service.js';
import type { Store } from './storage/store.js';
import { deliveryService } from './webhooks/deliveries/service.js';
import { dispatcher } from './webhooks/dispatching/dispatcher.js';
import type { SendingRules } from './webhooks/dispatching/sending.js';
import { webhookService } from './webhooks/service.js';

export type Services = ReturnType<typeof buildServices>;

/** Only a server sends anything; commands need not say how. */
const carefulSending: SendingRules = { timeoutMs: 15_000, privateHosts: [] };

export function buildServices(store: Store, clock: Clock, media: Media, sending: SendingRules = carefulSending) {
  const idempotency = idempotencyService(store, clock);
  const propagation = propagationService(store, clock);
  const articles = articleService(store, clock);
  const revisions = revisionService(store);
  const publishing = publishingService(store, clock, articles, propagation);
  const scheduling = scheduler(store, clock, firing(store, clock, publishing));
  const sweeper = publicLogSweeper(store, clock);
  const clearing = clearingService(store, clock, media);
  const images = libraryService('image', store, clock, propagation);
  const dispatching = dispatcher(store, clock, sending);
  return {
    articles,
    sections: sectionService(store, clock),
    imports: importService(store, articles),
    library: {
      image: images,
      quote: libraryService('quote', store, clock, propagation),
      embed: libraryService('embed', store, clock, propagation),
    },
    images: imageService(images),
    media,
    removals: {
      article: articleRemoval(store, clock, articles),
      image: libraryRemoval('image', store, clock),
      quote: libraryRemoval('quote', store, clock),
      embed: libraryRemoval('embed', store, clock),
    },
    usages: usageService(store),
    desks: taxonomyService('desk', store, clock, propagation),
    tags: taxonomyService('tag', store, clock, propagation),
    preflight: preflightService(store, clock, articles),
    previews: previewService(store, clock, articles, media.addresses.sign),
    corrections: correctionService(store, clock, articles, propagation),
    publishing,
    schedules: scheduleService(store, clock, articles),
    scheduler: scheduling,
    publicLogSweeper: sweeper,
    background: backgroundWork(store, {
      propagation,
      scheduler: scheduling,
      clearing,
      publicLogSweeper: sweeper,
      idempotency,
      dispatcher: dispatching,
    }),
    embargoes: embargoService(store, clock, articles),
    propagation,
    changes: changeLog(store),
    keys: keyService(store, clock),
    idempotency,
    webhooks: webhookService(store, clock, sending.privateHosts),
    deliveries: deliveryService(store, clock),
    dispatcher: dispatching,
    revisions,
    asOf: asOfService(store, clock, media.addresses.sign),
    restoring: restoringService(store, clock, articles, revisions),
    resourceRevisions: {
      image: resourceRevisionService(libraryKinds.image, store),
      quote: resourceRevisionService(libraryKinds.quote, store),
      embed: resourceRevisionService(libraryKinds.embed, store),
    },
    erasures: erasureService(store, clock, propagation, clearing),
    clearing,
  };
}
