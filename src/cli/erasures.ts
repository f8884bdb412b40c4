// npm run erasures -- export [FILE] | replay FILE: writes down what was erased, and erases it again from what is restored.
import { readErasureList, writeWholeFile } from '../backups/named-files.js';
import { Refusal } from '../backups/refusal.js';
import { runCommand, UsageError } from '../command.js';
import { type Config, readConfig } from '../config.js';
import { systemClock } from '../kernel/clock.js';
import { mediaOf, openStore } from '../opening.js';
import { erasureLines, readErasureLines, replayErasures } from '../publishing/erasures/replaying.js';
import { buildServices } from '../services.js';
import { outputFailure, say, sayRaw } from '../standard-output.js';
import type { Store } from '../storage/store.js';

const usage = 'usage: npm run erasures -- export [FILE] | replay FILE';
const explanation = `export [FILE]  writes the list of all erasures, a line of JSON each, into the file or to standard output. It holds no content.
               Keep it apart from the database, and anew after each erasure: npm run restore -- FOLDER --erasures FILE takes it.
replay FILE    erases again what the list says, in a database that another tool than npm run restore has brought back. Run it
               before a server is on it, so that nobody reads what was erased.`;

async function exportTo(store: Store, file: string | undefined): Promise<void> {
  const lines = await erasureLines(store);
  if (file !== undefined) await writeWholeFile(file, lines);
  // Here what is said is the work, so whoever reads it has to have all of it.
  else if (!(await sayRaw(lines))) throw new Refusal(`The list could not be written: ${outputFailure()?.message}.`);
}

async function replayFrom(config: Config, store: Store, text: string): Promise<void> {
  const records = readErasureLines(text);
  const services = buildServices(store, systemClock, mediaOf(config, store, systemClock));
  await say(`erased again: ${await replayErasures(store, services, records)} of ${records.length}`);
}

await runCommand(usage, explanation, async ([what, file, ...rest]) => {
  const isReplay = what === 'replay' && file !== undefined;
  if (!(what === 'export' || isReplay) || rest.length > 0)
    throw new UsageError('Say export, and at most one file, or replay and a file.');
  // Before anything is opened.
  const text = isReplay ? await readErasureList(file) : undefined;
  const config = readConfig();
  const store = await openStore(config);
  try {
    await (text === undefined ? exportTo(store, file) : replayFrom(config, store, text));
  } finally {
    await store.close();
  }
  return true;
});
