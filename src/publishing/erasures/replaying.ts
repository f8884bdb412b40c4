// The list of erasures as a file, and doing all of it again: a database that comes from a backup has what was erased since.
import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '../../kernel/errors.js';
import { parsedJson } from '../../kernel/json.js';
import { unstorableText } from '../../kernel/storable.js';
import type { Store } from '../../storage/store.js';
import type { PropagationService } from '../propagation/service.js';
import type { ClearingService } from './clearing.js';
import { listErasureRecords, listUnpurged } from './repository.js';
import { ErasureRecord } from './schemas.js';
import type { ErasureService } from './service.js';

/** Every erasure as a line of JSON (NDJSON), the first of them first. */
export async function erasureLines(store: Store): Promise<string> {
  const records = await listErasureRecords(store);
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** @throws `invalid` naming the first line that is no erasure; one that is cut off is none */
export function readErasureLines(text: string): ErasureRecord[] {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw wrongLine(lines.length + 1, 'it is cut off');
  return lines.map((line, i) => {
    const value = parsedJson(line);
    const fault = unstorableText(line, value);
    if (fault !== undefined) throw wrongLine(i + 1, `it ${fault}`);
    const parsed = ErasureRecord.safeParse(value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw wrongLine(i + 1, `${issue?.path.join('/') ?? ''} ${issue?.message}`.trim());
  });
}

function wrongLine(line: number, what: string) {
  return new DomainError('invalid', `Line ${line} of the erasures is wrong: ${what}.`);
}

interface Services {
  erasures: ErasureService;
  propagation: PropagationService;
  clearing: ClearingService;
}

/**
 * Does every erasure again that the database does not have, to the last byte of its files: live stories and working copies are
 * rid of what was erased before this ends. Nothing else of what goes on by itself is done, so no schedule fires.
 * @returns how many there were to do
 */
export async function replayErasures(
  store: Store,
  { erasures, propagation, clearing }: Services,
  records: readonly ErasureRecord[],
): Promise<number> {
  const ending = new AbortController();
  const fail = (error: unknown) => ending.abort(error);
  await propagation.start(fail);
  await clearing.start(fail);
  try {
    let done = 0;
    for (const record of records) if (await erasures.replay(record)) done += 1;
    while ((await listUnpurged(store)).length > 0) {
      ending.signal.throwIfAborted();
      await pause(20);
    }
    return done;
  } finally {
    await Promise.all([propagation.stop(), clearing.stop()]);
  }
}
