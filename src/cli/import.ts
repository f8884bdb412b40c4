// npm run import -- FOLDER: brings an export into the database, beside what is there, beside a running server or without one.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readErasureList } from '../backups/named-files.js';
import { Refusal } from '../backups/refusal.js';
import { endingSignal, progressOf, runCommand, UsageError } from '../command.js';
import { type Config, readConfig } from '../config.js';
import { systemClock } from '../kernel/clock.js';
import { DomainError } from '../kernel/errors.js';
import { findDatabase, mediaOf, openFrozen, openStore } from '../opening.js';
import { readErasureLines, replayErasures } from '../publishing/erasures/replaying.js';
import { buildServices } from '../services.js';
import { say } from '../standard-output.js';
import type { Store } from '../storage/store.js';
import { checkExport, type Imported, type ImportRequest, importAll } from '../transfer/importing/import.js';
import { Report, remains } from '../transfer/importing/report.js';

const usage = 'usage: npm run import -- FOLDER [--dry-run] [--report FILE] [--erasures FILE]';
const explanation = `Brings what npm run export wrote into the database, which may be empty or have stories. Every file is held to the manifest
before anything is written. What is there with the same id and content is left, and whatever else is there as well: a line that would
change it is refused, and told with its reason. Ended half way, it goes on when it is run again; run once more, it changes nothing.

--dry-run        tells what would become of every line, and writes nothing
--report FILE    a line of JSON for each line: its file and number, what it is, and whether it was created, the same or refused, and why
--erasures FILE  what was erased since it was exported, as npm run erasures writes it: none of that comes in

Ends with 1 when a line is refused.`;

interface Wanted {
  folder: string;
  isDry: boolean;
  report: string | undefined;
  erasures: string | undefined;
}

function parse(args: readonly string[]): Wanted {
  try {
    const string = { type: 'string' } as const;
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { 'dry-run': { type: 'boolean' }, report: string, erasures: string },
      allowPositionals: true,
    });
    const [folder, ...rest] = positionals;
    if (folder === undefined || rest.length > 0) throw new UsageError('Name the folder of one export.');
    return { folder, isDry: values['dry-run'] === true, report: values.report, erasures: values.erasures };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message, { cause: error });
  }
}

/** Lends the database. A dry run gets one that cannot be written, or an empty one of its own where there is none. */
async function withStore<Result>(
  config: Config,
  isDry: boolean,
  use: (store: Store) => Promise<Result>,
): Promise<Result> {
  const there = isDry ? await findDatabase(config) : undefined;
  const own = isDry && !there ? await mkdtemp(join(tmpdir(), 'copydesk-import-')) : undefined;
  const empty = own === undefined ? config : { ...config, dataDir: own, database: undefined };
  const store = there ? await openFrozen(config, there) : await openStore(empty);
  try {
    return await use(store);
  } finally {
    await store.close();
    if (own !== undefined) await rm(own, { recursive: true });
  }
}

/** Erases, or notes as erased, before anything comes in: so none of it is here for a moment. */
async function eraseBefore(config: Config, store: Store, file: string | undefined): Promise<void> {
  if (file === undefined) return;
  const records = readErasureLines(await readErasureList(file));
  await replayErasures(store, buildServices(store, systemClock, mediaOf(config, store, systemClock)), records);
}

/** What kept the store from going on, for who can mend it and go on. */
function halfWay(error: unknown): unknown {
  if (!(error instanceof DomainError)) return error;
  const why = error.code === 'storage_full' ? 'There is no room left.' : error.message;
  return new Refusal(`${why} ${remains}`);
}

async function tell(wanted: Wanted, report: Report, { isMirror, entries, mended, failed }: Imported): Promise<boolean> {
  for (const text of report.told) console.error(`copydesk: ${text}`);
  for (const { id, why } of failed) console.error(`copydesk: story ${id} cannot be compiled here: ${why}`);
  for (const [file, { created, same, refused }] of report.counts)
    await say(
      `${file}: ${created} ${wanted.isDry ? 'would be created' : 'created'}, ${same} the same, ${refused} refused`,
    );
  if (!wanted.isDry) {
    await say(isMirror ? `logs: ${entries} entries added` : 'logs: those here go on; what was created is told in them');
    if (mended > 0) await say(`compiled anew: ${mended} live stories`);
  }
  await say(`${wanted.isDry ? 'dry run' : 'imported'}: ${wanted.folder}`);
  return report.refused === 0 && failed.length === 0;
}

await runCommand(usage, explanation, async (args) => {
  const wanted = parse(args);
  if (wanted.isDry && wanted.erasures !== undefined)
    throw new UsageError('A dry run erases nothing: leave out --erasures.');
  const config = readConfig();
  const report = await Report.open(wanted.report);
  const request: ImportRequest = {
    folder: wanted.folder,
    isDry: wanted.isDry,
    report,
    signal: endingSignal(remains),
    onProgress: { checking: progressOf('files'), lines: progressOf('lines'), mending: progressOf('live stories') },
  };
  const manifest = await checkExport(request);
  const imported = await withStore(config, wanted.isDry, async (store) => {
    try {
      await eraseBefore(config, store, wanted.erasures);
      const { files } = mediaOf(config, store, systemClock);
      return await importAll({ store, files, clock: systemClock }, manifest, request);
    } catch (error) {
      throw wanted.isDry ? error : halfWay(error);
    }
  });
  await report.close();
  return tell(wanted, report, imported);
});
