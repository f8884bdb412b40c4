// The logs of an export, and whether they can be those of the place that it comes to.
import { join } from 'node:path';
import { Refusal } from '../../backups/refusal.js';
import { jsonEqual } from '../../kernel/json.js';
import { type Store, UniqueViolation } from '../../storage/store.js';
import { listChanges, listPublicLog } from '../exporting/repository.js';
import { pathOf } from '../manifest.js';
import { inBatches, jsonOf, readLines } from '../ndjson.js';
import { findWrong, insertRows } from '../rows/repository.js';
import type { Row } from '../things.js';

const entriesPerCommit = 1000;
const charactersPerCommit = 4_000_000;

const logs = [
  { file: 'changes', table: 'changes', list: listChanges },
  { file: 'public-log', table: 'publicLog', list: listPublicLog },
] as const;
type Log = (typeof logs)[number];

/** How many entries of each log are here already; undefined when the place has a history of its own. */
export type LogPlan = { log: Log; here: number }[] | undefined;

/**
 * Compares the logs with those that are here. Where these are a beginning of those, or the other way round, the place is empty, or
 * an import into it was ended half way, or it is where the export comes from: then they are the same history.
 */
export async function planLogs(store: Store, folder: string): Promise<LogPlan> {
  const plan: { log: Log; here: number }[] = [];
  for (const log of logs) {
    const here = await countCommon(store, folder, log);
    if (here === undefined) return undefined;
    plan.push({ log, here });
  }
  for (const { log } of plan) await requireEntries(store, folder, log);
  return plan;
}

async function countCommon(store: Store, folder: string, { file, list }: Log): Promise<number | undefined> {
  let [common, beyond] = [0, 0];
  for await (const batch of readEntries(folder, file)) {
    const here = await list(store, beyond, batch.length);
    if (!here.every((row, i) => jsonEqual(row, batch[i]))) return undefined;
    common += here.length;
    if (here.length < batch.length) return common;
    beyond = here.at(-1)?.seq ?? beyond;
  }
  // Of an export without any entry nothing is known to be the same.
  return common > 0 || (await list(store, 0, 1)).length === 0 ? common : undefined;
}

/** Adds the entries that are not here yet, in their order and under their numbers. @returns how many */
export async function bringLogs(store: Store, folder: string, plan: LogPlan, signal: AbortSignal): Promise<number> {
  let brought = 0;
  for (const { log, here } of plan ?? []) {
    let passed = 0;
    for await (const batch of readEntries(folder, log.file)) {
      signal.throwIfAborted();
      const rows = batch.slice(Math.max(0, here - passed));
      passed += batch.length;
      if (rows.length === 0) continue;
      await store.commit(insertRows(store, log.table, rows)).catch((error) => {
        if (!(error instanceof UniqueViolation)) throw error;
        throw new Refusal('Somebody writes to this database meanwhile. Run the import once more.');
      });
      brought += rows.length;
    }
  }
  return brought;
}

async function* readEntries(folder: string, file: Log['file']): AsyncGenerator<Row[]> {
  const path = pathOf(file);
  for await (const batch of inBatches(readLines(join(folder, path)), entriesPerCommit, charactersPerCommit))
    yield batch.map((numbered) => {
      try {
        return jsonOf(numbered) as Row;
      } catch (error) {
        throw new Refusal(`${path}:${numbered.number} ${(error as Error).message}. Nothing was imported.`);
      }
    });
}

/** The whole log is one thing: of one with a hole nobody could go on. */
async function requireEntries(store: Store, folder: string, { file, table }: Log): Promise<void> {
  for await (const batch of readEntries(folder, file))
    for (const row of batch) {
      const wrong = findWrong(store, table, row);
      if (wrong !== undefined) throw new Refusal(`An entry of ${pathOf(file)} ${wrong}. Nothing was imported.`);
    }
}
