// Takes what was erased out of working copies and embeds, so that editors are not left with places that point at nothing.
import { findArticle, updateArticle } from '../../content/articles/repository.js';
import { contentKept, detachFromSection } from '../../content/erasures/returning.js';
import { changeStatements, revisionStatements } from '../../content/history.js';
import { findResources, updateResource } from '../../content/library/repository.js';
import { contentOf, planSection } from '../../content/sections/plan.js';
import { listSections } from '../../content/sections/repository.js';
import { usesOfFields, workingUseStatements } from '../../content/where-used.js';
import type { Actor } from '../../kernel/actor.js';
import { changedPointers } from '../../kernel/json.js';
import type { Statement, Store } from '../../storage/store.js';

const action = 'detach';

/**
 * Takes all that was erased out of an article's working copy. Whether that has unpublished changes stays as it is: what readers
 * get is compiled without those places as well.
 */
export async function detachFromArticle(store: Store, id: string, actor: Actor, at: string): Promise<Statement[]> {
  const record = await findArticle(store, id);
  if (!record || record.isDeleted) return [];
  const sections = await listSections(store, id, record.sectionIds);
  const was = { fields: record.fields, sections: sections.map(({ section }) => contentOf(section)) };
  const {
    content: { fields, sections: kept },
  } = await contentKept(store, was);
  const pointers = changedPointers(record.fields, fields);
  const planned = kept
    .map((section, i) => planSection(section, sections[i]))
    .filter((section) => section.fields.length > 0);
  const version = record.summary.version + 1;
  const header = {
    kind: 'article' as const,
    id,
    version,
    article: { id, version },
    action,
    fields: pointers,
    content: { ...fields, sectionIds: record.sectionIds },
  };
  return [
    updateArticle(store, record, { fields, changesContent: false }, actor, at),
    ...workingUseStatements(store, id, '', usesOfFields(fields)),
    ...revisionStatements(store, actor, at, pointers.length > 0 ? [header] : []),
    ...planned.flatMap((section) => detachFromSection(store, id, section, actor, at)),
    ...changeStatements(store, actor, at, [{ kind: 'article', id, version, action, articleId: id }]),
  ];
}

/** Takes a thumbnail that was erased from an embed. */
export async function detachFromEmbed(store: Store, id: string, actor: Actor, at: string): Promise<Statement[]> {
  const embed = (await findResources(store, 'embed', [id])).get(id);
  if (!embed || embed.isDeleted) return [];
  const facts = { ...embed.facts, thumbnailImageId: null };
  return updateResource(store, 'embed', embed.resource, facts, action, ['/thumbnailImageId'], actor, at);
}
