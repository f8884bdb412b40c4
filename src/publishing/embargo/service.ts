import { asItWas, asWritten } from '../../content/articles/answers.js';
import { type ArticleRecord, guardVersion } from '../../content/articles/repository.js';
import type { ManagedArticle } from '../../content/articles/schemas.js';
import type { ArticleService } from '../../content/articles/service.js';
import { refuseIfAny } from '../../content/managed.js';
import { type Actor, mayActAs } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { DomainError } from '../../kernel/errors.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Store } from '../../storage/store.js';
import { getMatching } from '../matching.js';
import { updatePublication } from '../publications/repository.js';
import { traceStatements } from '../trace.js';
import type { EmbargoLift, EmbargoRequest } from './schemas.js';

export type EmbargoService = ReturnType<typeof embargoService>;

/**
 * Keeps stories from being published before their time, for everyone. An embargo binds publications to come: what is live stays
 * live, and a schedule that waits fails if it fires before the end.
 */
export function embargoService(store: Store, clock: Clock, articles: ArticleService) {
  /**
   * Sets the embargo of a story, or changes it. An end that comes sooner than that of the embargo in force is a publisher's act.
   * @throws `not_found`, `invalid` (an end that is past), `forbidden`, `stale_version`
   */
  async function impose(
    idOrSlug: string,
    { until, reason }: EmbargoRequest,
    ifMatch: string | undefined,
    actor: Actor,
  ): Promise<ManagedArticle> {
    return decideAndCommit(store, async () => {
      const now = instant(clock);
      if (until <= now)
        refuseIfAny([{ pointer: '/until', code: 'in_the_past', message: `must be in the future; it is ${now}` }]);
      requireRight(await articles.getRecord(idOrSlug), until, actor, now);
      const { record, sections } = await getMatching(store, articles, idOrSlug, ifMatch);
      // Once more: it may have been set since.
      requireRight(record, until, actor, now);
      const { publication } = record.summary;
      const was = await asItWas(store, record, sections);
      if (publication.embargoedUntil === until && publication.embargoReason === reason)
        return { statements: [guardVersion(store, record)], result: was };
      const embargo = { embargoedUntil: until, embargoReason: reason };
      const statements = [
        updatePublication(store, record, embargo, actor, now),
        ...traceStatements(store, record, { action: 'embargo', reason }, actor, now),
      ];
      return { statements, result: asWritten(was, record, { publication: embargo }, actor, now) };
    });
  }

  /**
   * Ends an embargo before its time. Why is kept with the revision.
   * @throws `not_found`, `stale_version`, `conflict` when none is in force
   */
  async function lift(
    idOrSlug: string,
    { reason }: EmbargoLift,
    ifMatch: string | undefined,
    actor: Actor,
  ): Promise<ManagedArticle> {
    return decideAndCommit(store, async () => {
      const now = instant(clock);
      const { record, sections } = await getMatching(store, articles, idOrSlug, ifMatch);
      if (!isInForce(record, now)) throw new DomainError('conflict', 'The article is under no embargo.');
      const was = await asItWas(store, record, sections);
      const none = { embargoedUntil: null, embargoReason: null };
      const statements = [
        updatePublication(store, record, none, actor, now),
        ...traceStatements(store, record, { action: 'embargo.lift', reason }, actor, now),
      ];
      return { statements, result: asWritten(was, record, { publication: none }, actor, now) };
    });
  }

  return { impose, lift };
}

/** @throws `forbidden` for an end that comes sooner than that of the embargo in force, unless a publisher says so */
function requireRight(record: ArticleRecord, until: string, actor: Actor, now: string): void {
  const isSooner = isInForce(record, now) && until < (record.summary.publication.embargoedUntil ?? '');
  if (isSooner && !mayActAs(actor, 'publisher'))
    throw new DomainError('forbidden', 'Ending an embargo sooner needs a key with the role publisher.');
}

function isInForce({ summary: { publication } }: ArticleRecord, now: string): boolean {
  return publication.embargoedUntil !== null && now < publication.embargoedUntil;
}
