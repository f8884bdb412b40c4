// What a write to an article is answered with, told by what it was decided from. Read again behind its commit, the article may be at a
// later version, and whoever goes on from that would overwrite what they have not been asked about.
import type { Correction } from '../../blocks/story.js';
import type { Actor } from '../../kernel/actor.js';
import type { Store } from '../../storage/store.js';
import { listCorrections } from '../corrections/repository.js';
import { creationStamp, managedOf, nextStamp } from '../managed.js';
import type { PlannedSection } from '../sections/plan.js';
import type { SectionRecord } from '../sections/repository.js';
import type { ManagedSection } from '../sections/schemas.js';
import type { ArticleRecord } from './repository.js';
import type { ArticleFields, ManagedArticle, Publication } from './schemas.js';

/** What a write makes of an article; what is left out stays as it is. */
interface Outcome {
  fields?: ArticleFields;
  sections?: readonly ManagedSection[];
  /** The version that has what would be published. */
  contentVersion?: number;
  publication?: Partial<Publication>;
  /** What readers are told of beside it. */
  correction?: Correction | undefined;
}

const unpublished: Publication = {
  state: 'unpublished',
  firstPublishedAt: null,
  publishedAt: null,
  contentUpdatedAt: null,
  withdrawnAt: null,
  liveVersion: null,
  hasUnpublishedChanges: false,
  scheduledFor: null,
  scheduleFailure: null,
  embargoedUntil: null,
  embargoReason: null,
};

/** An article as it was read for a decision. */
export async function asItWas(
  store: Store,
  { summary }: ArticleRecord,
  sections: readonly SectionRecord[],
): Promise<ManagedArticle> {
  const corrections = await listCorrections(store, summary.id);
  return { ...summary, corrections, sections: sections.map(({ section }) => section) };
}

/** An article as the first write makes it. */
export function asCreated(
  id: string,
  fields: ArticleFields,
  planned: readonly PlannedSection[],
  actor: Actor,
  at: string,
): ManagedArticle {
  const sections = planned.map((section) => plannedSection(id, section, actor, at));
  return {
    ...managedOf({ id, ...creationStamp(actor, at) }),
    ...fields,
    publication: unpublished,
    corrections: [],
    sections,
  };
}

/** The version of an article that a write makes from the one that was read. */
export function asWritten(
  was: ManagedArticle,
  { contentVersion: formerContentVersion }: Pick<ArticleRecord, 'contentVersion'>,
  { fields, sections = was.sections, contentVersion = formerContentVersion, publication, correction }: Outcome,
  actor: Actor,
  at: string,
): ManagedArticle {
  const next = { ...was.publication, ...publication };
  const hasUnpublishedChanges = next.state === 'live' && contentVersion > (next.liveVersion ?? 0);
  const issued = correction ? [{ ...correction, by: { key: actor.key, actor: actor.person } }] : [];
  return {
    ...was,
    ...fields,
    ...nextStamp(was, actor, at),
    publication: { ...next, hasUnpublishedChanges },
    corrections: [...was.corrections, ...issued],
    sections: [...sections],
  };
}

/** A section as a plan makes it. */
export function plannedSection(
  articleId: string,
  { content, was, fields }: PlannedSection,
  actor: Actor,
  at: string,
): ManagedSection {
  if (!was) return { ...managedOf({ ...creationStamp(actor, at), id: content.id }), articleId, ...content };
  return fields.length === 0 ? was.section : { ...was.section, ...content, ...nextStamp(was.section, actor, at) };
}
