import type { Clock } from '../../kernel/clock.js';
import { recurring } from '../../kernel/recurring.js';
import type { Store } from '../../storage/store.js';
import { listPlanned, listTelling } from './repository.js';

/** How often the plan is read. What is planned for sooner than that comes as unforeseen as a publication by hand. */
const readMs = 1000;
/** How far ahead the plan is read: longer than answers stay usable, and long enough until it is read again. */
const aheadMs = 120_000;
/** A schedule that is due longer than this is one that cannot fire now; answers are not to wait for it. */
const lateMs = 10_000;
/** How long an answer is fresh, and how long it may be used beyond that while it is fetched anew. In seconds. */
const freshMax = 30;
const staleMax = 30;

/** How long answers may be kept: never beyond a scheduled change of what they tell. */
export function freshnessService(store: Store, clock: Clock) {
  let byStory = new Map<string, number>();
  let soonest = Number.POSITIVE_INFINITY;

  /** Cache-Control of an answer that a scheduled change is about to make another; undefined where none is. */
  function boundFor(articleId: string | undefined): string | undefined {
    if (soonest === Number.POSITIVE_INFINITY) return undefined;
    const at = articleId === undefined ? soonest : byStory.get(articleId);
    return at === undefined ? undefined : cacheControl(Math.max(0, Math.floor((at - clock.now().getTime()) / 1000)));
  }

  async function read(): Promise<void> {
    const now = clock.now().getTime();
    const planned = await listPlanned(store, timeAt(now - lateMs), timeAt(now + aheadMs));
    const changes = new Map([...planned].map(([id, at]) => [id, Date.parse(at)]));
    const telling = await listTelling(store, [...planned.keys()]);
    for (const [article, story] of telling) {
      const at = Date.parse(planned.get(article) ?? '');
      changes.set(story, Math.min(at, changes.get(story) ?? at));
    }
    byStory = changes;
    soonest = Math.min(Number.POSITIVE_INFINITY, ...changes.values());
  }

  const reading = recurring(readMs, read);

  /** Reads the plan, and again every second. @param onError told of what fails then; it is tried again */
  async function start(onError: (error: unknown) => void): Promise<void> {
    await read();
    reading.start(onError);
  }

  return { boundFor, start, stop: reading.stop };
}

function timeAt(ms: number): string {
  return new Date(ms).toISOString();
}

function cacheControl(seconds: number): string | undefined {
  if (seconds >= freshMax + staleMax) return undefined;
  const fresh = Math.min(seconds, freshMax);
  const stale = seconds - fresh;
  return `public, max-age=${fresh}${stale > 0 ? `, stale-while-revalidate=${stale}` : ''}`;
}
