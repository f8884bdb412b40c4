// The list of erasures that comes with an export: what was erased there has to stay so here.
import { join } from 'node:path';
import { readErasureList } from '../../backups/named-files.js';
import type { Actor } from '../../kernel/actor.js';
import { readErasureLines } from '../../publishing/erasures/replaying.js';
import { beginErasure, findVersion, settleErasure } from '../../publishing/erasures/repository.js';
import type { ErasureRecord } from '../../publishing/erasures/schemas.js';
import type { Store } from '../../storage/store.js';
import { erasuresFile, pathOf } from '../manifest.js';
import type { Decided } from './deciding.js';

/** The records of an export, in the order of their lines. @throws `invalid` naming the first line that is none */
export async function readErasures(folder: string): Promise<ErasureRecord[]> {
  return readErasureLines(await readErasureList(join(folder, pathOf(erasuresFile))));
}

/** What becomes of each record: only of what is not here it can be noted by itself. */
export async function decideErasures(
  store: Store,
  records: readonly ErasureRecord[],
  erasedHere: ReadonlySet<string>,
): Promise<Decided[]> {
  const decided: Decided[] = [];
  for (const [i, { kind, resourceId: key }] of records.entries()) {
    const number = i + 1;
    if (erasedHere.has(key)) decided.push({ number, key, outcome: 'same' });
    else if ((await findVersion(store, kind, key)) === undefined) decided.push({ number, key, outcome: 'created' });
    else {
      const why = `${kind} ${key} is here with its content; erase it here`;
      decided.push({ number, key, outcome: 'refused', why });
    }
  }
  return decided;
}

/** Notes that a thing was erased, which is not here. */
export async function noteErasure(store: Store, record: ErasureRecord): Promise<void> {
  const actor: Actor = { key: record.by.key, person: record.by.actor, role: 'admin' };
  await store.commit([beginErasure(store, record, actor, record.at), settleErasure(store, record.id)]);
}
