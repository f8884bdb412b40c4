// Puts the services together; the server, the command line and the tests all take them from here.
import { articleService } from './content/articles/service.js';
import { libraryService, type Propagate } from './content/library/service.js';
import { sectionService } from './content/sections/service.js';
import type { Clock } from './kernel/clock.js';
import { recompileStatements } from './publishing/live-stories.js';
import { publishingService } from './publishing/service.js';
import type { Store } from './storage/store.js';

export type Services = ReturnType<typeof buildServices>;

export function buildServices(store: Store, clock: Clock) {
  const propagate: Propagate = (change, articleIds, actor, at) =>
    recompileStatements(store, articleIds, { action: 'recompile', resource: change }, actor, at);
  const articles = articleService(store, clock);
  return {
    articles,
    sections: sectionService(store, clock),
    library: {
      image: libraryService('image', store, clock, propagate),
      quote: libraryService('quote', store, clock, propagate),
      embed: libraryService('embed', store, clock, propagate),
    },
    publishing: publishingService(store, clock, articles),
  };
}
