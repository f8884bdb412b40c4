// Compares what is noted of who uses what with what working copies, embeds and versions that wait say.
import { findArticle } from '../content/articles/repository.js';
import { findArticleContentAt } from '../content/history.js';
import { listSections } from '../content/sections/repository.js';
import { type Use, usesOfBlocks, usesOfFields } from '../content/where-used.js';
import { usesOf } from '../publishing/resources.js';
import type { FrozenStore } from '../storage/database-files.js';
import { type Examination, eachBeyond } from './examination.js';
import { listArticleIds, listEmbeds, listNotedUses, listWaitingVersions, type UseScope } from './repository.js';

const perLook = 200;

type PlacedUse = Use & { sectionId: string };

export async function examineUses(store: FrozenStore): Promise<Examination> {
  const faults: string[] = [];
  const compare = async (scope: UseScope, kind: 'article' | 'embed', id: string, wanted: readonly PlacedUse[]) => {
    const other = differenceOf(await listNotedUses(store, scope, kind, id), wanted);
    if (other.length > 0) faults.push(`${kind} ${id} (${scope}) uses otherwise than is noted: ${other.join(', ')}`);
  };
  const articles = await eachBeyond(
    async (beyond) => {
      await store.renew();
      return listArticleIds(store, beyond, perLook);
    },
    (id) => id,
    async (id) => compare('working', 'article', id, await usesOfWorkingCopy(store, id)),
  );
  const embeds = await eachBeyond(
    async (beyond) => {
      await store.renew();
      return listEmbeds(store, beyond, perLook);
    },
    ({ id }) => id,
    ({ id, uses }) => compare('working', 'embed', id, placed('', uses)),
  );
  await store.renew();
  for (const [id, version] of await listWaitingVersions(store)) {
    const content = await findArticleContentAt(store, id, version);
    await compare('scheduled', 'article', id, placed('', content ? usesOf(content) : []));
  }
  const cure = 'saving the article or embed once more, or a backup';
  return { part: 'where things are used', looked: `${articles} articles, ${embeds} embeds`, faults, cure };
}

async function usesOfWorkingCopy(store: FrozenStore, id: string): Promise<PlacedUse[]> {
  const record = await findArticle(store, id);
  if (!record || record.isDeleted) return [];
  const sections = await listSections(store, id, record.sectionIds);
  return [
    ...placed('', usesOfFields(record.fields)),
    ...sections.flatMap(({ section }) => placed(section.id, usesOfBlocks(section.blocks))),
  ];
}

function placed(sectionId: string, uses: readonly Use[]): PlacedUse[] {
  return uses.map(({ kind, id }) => ({ kind, id, sectionId }));
}

/** The uses that only one of the two has. */
function differenceOf(noted: readonly PlacedUse[], wanted: readonly PlacedUse[]): string[] {
  const nameOf = ({ kind, id, sectionId }: PlacedUse) =>
    sectionId === '' ? `${kind} ${id}` : `${kind} ${id} in section ${sectionId}`;
  const [has, wants] = [new Set(noted.map(nameOf)), new Set(wanted.map(nameOf))];
  return [...[...has].filter((name) => !wants.has(name)), ...[...wants].filter((name) => !has.has(name))];
}
