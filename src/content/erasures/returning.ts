// What comes back (a version that is restored, a thing that is undeleted) comes without what was erased meanwhile: nothing can bring
// that back, and working copies lost those places when it was erased.
import type { ResourceFacts, ResourceKind } from '../../blocks/library.js';
import type { Actor } from '../../kernel/actor.js';
import type { Statement, Store } from '../../storage/store.js';
import { type ArticleContent, revisionStatements } from '../history.js';
import { libraryKinds } from '../library/kinds.js';
import type { PlannedSection } from '../sections/plan.js';
import { sectionRevision, sectionUseStatements, updateSection } from '../sections/repository.js';
import { type Use, usesOfBlocks, usesOfFields } from '../where-used.js';
import { findErased, guardNotErased } from './repository.js';
import { fieldsWithout, type IsGone, sectionWithout } from './without.js';

/** What was erased of the things that something points at, and what holds a commit to the others not being erased since. */
interface Erased {
  isGone: IsGone;
  guards: Statement[];
}

async function erasedAmong(store: Store, uses: readonly Use[]): Promise<Erased> {
  const names = new Set((await findErased(store, uses)).map(({ kind, id }) => `${kind}/${id}`));
  const isGone: IsGone = ({ kind, id }) => names.has(`${kind}/${id}`);
  // That a thing is deleted does not hold it: as such it may come back, and be erased meanwhile.
  const left = uses.filter((use) => !isGone(use));
  return { isGone, guards: guardNotErased(store, left) };
}

/** A story without every place that points at something erased. Sections stay, for the editor to decide about their headings. */
export async function contentKept(store: Store, was: ArticleContent): Promise<{ content: ArticleContent } & Erased> {
  const { fields, sections } = was;
  const uses = [...usesOfFields(fields), ...sections.flatMap(({ blocks }) => usesOfBlocks(blocks))];
  const erased = await erasedAmong(store, uses);
  const content = {
    fields: fieldsWithout(fields, erased.isGone),
    sections: sections.map((section) => sectionWithout(section, erased.isGone)),
  };
  return { content, ...erased };
}

/** What writes a section that loses what was erased, under a new version and with what it uses from then on. */
export function detachFromSection(
  store: Store,
  articleId: string,
  { content, was, fields }: PlannedSection,
  actor: Actor,
  at: string,
): Statement[] {
  const version = was?.section.version ?? 0;
  return [
    updateSection(store, version, content, actor, at),
    ...sectionUseStatements(store, articleId, content.id, content.blocks),
    ...revisionStatements(store, actor, at, [sectionRevision(articleId, content, version + 1, 'detach', fields)]),
  ];
}

/** The facts of a resource without images that were erased. */
export async function factsKept<K extends ResourceKind>(
  store: Store,
  kind: K,
  was: ResourceFacts[K],
): Promise<{ facts: ResourceFacts[K]; guards: Statement[] }> {
  const references = libraryKinds[kind].imageReferences(was);
  const { isGone, guards } = await erasedAmong(
    store,
    references.map(({ id }) => ({ kind: 'image', id })),
  );
  const lost = references.filter(({ id }) => isGone({ kind: 'image', id }));
  const facts = { ...was, ...Object.fromEntries(lost.map(({ pointer }) => [pointer.slice(1), null])) };
  return { facts, guards };
}
