// npm run restore -- FOLDER: brings a backup to an empty DATA_DIR, and erases again what was erased since.
import { parseArgs } from 'node:util';
import { readErasureList } from '../backups/named-files.js';
import { restoreBackup } from '../backups/restoring.js';
import { endingSignal, progressOf, runCommand, UsageError } from '../command.js';
import { type Config, readConfig } from '../config.js';
import { systemClock } from '../kernel/clock.js';
import { databaseFilesOf, mediaOf, openStore } from '../opening.js';
import { readErasureLines, replayErasures } from '../publishing/erasures/replaying.js';
import type { ErasureRecord } from '../publishing/erasures/schemas.js';
import { buildServices } from '../services.js';
import { say } from '../standard-output.js';

const usage = 'usage: npm run restore -- FOLDER --erasures FILE | --no-erasures';
const explanation = `Restores a backup into DATA_DIR, where no database and no uploaded files may be. Every file is held to the manifest.

--erasures FILE  erases again what was erased since the backup was made: the list that "npm run erasures -- export FILE" writes,
                 or erasures.ndjson of a newer backup
--no-erasures    when nothing was erased since`;

function parse(args: readonly string[]): { folder: string; erasures: string | undefined } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { erasures: { type: 'string' }, 'no-erasures': { type: 'boolean' } },
      allowPositionals: true,
    });
    const [folder, ...rest] = positionals;
    if (folder === undefined || rest.length > 0) throw new UsageError('Name the folder of one backup.');
    if ((values.erasures === undefined) !== (values['no-erasures'] === true))
      throw new UsageError('Say what was erased since: --erasures FILE or --no-erasures.');
    return { folder, erasures: values.erasures };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message, { cause: error });
  }
}

/** Erases again in a database that nobody else has. Of one that nothing is to be done to not even the schema is touched. */
async function replay(config: Config, records: readonly ErasureRecord[]): Promise<number> {
  if (records.length === 0) return 0;
  const store = await openStore(config);
  try {
    return await replayErasures(store, buildServices(store, systemClock, mediaOf(config, store, systemClock)), records);
  } finally {
    await store.close();
  }
}

await runCommand(usage, explanation, async (args) => {
  const { folder, erasures } = parse(args);
  const records = erasures === undefined ? [] : readErasureLines(await readErasureList(erasures));
  const config = readConfig();
  let erased = 0;
  const { at, files } = await restoreBackup(databaseFilesOf(config), {
    folder,
    dataDir: config.dataDir,
    signal: endingSignal(),
    onProgress: progressOf('files'),
    prepare: async (dataDir) => {
      erased = await replay({ ...config, dataDir }, records);
    },
  });
  await say(`restored: ${folder} of ${at} into ${config.dataDir} (${files.length} files)`);
  if (erasures !== undefined) await say(`erased again: ${erased} of ${records.length}`);
  return true;
});
