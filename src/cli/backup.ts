// npm run backup [-- FOLDER]: backs up the database and the uploaded files, beside a running server or without one.
import { join } from 'node:path';
import { makeBackup } from '../backups/making.js';
import { endingSignal, progressOf, runCommand, UsageError } from '../command.js';
import { readConfig } from '../config.js';
import { systemClock } from '../kernel/clock.js';
import { databaseFilesOf } from '../opening.js';
import { erasureLines } from '../publishing/erasures/replaying.js';
import { say } from '../standard-output.js';

const usage = 'usage: npm run backup [-- FOLDER]';
const explanation = `Makes the folder, which must not be there though the one above it must: the database as it is at one moment, every uploaded file,
the list of erasures, and a manifest with the hash of each. It is checked and on disk when this ends with 0; otherwise there is no such folder.
Without FOLDER it is a new one in DATA_DIR/backups. Better is one on another disk.`;

await runCommand(usage, explanation, async (args) => {
  if (args.length > 1 || args[0]?.startsWith('-')) throw new UsageError('Name one folder at most.');
  const config = readConfig();
  const { dataDir } = config;
  const stamp = systemClock.now().toISOString().replaceAll(/[:.]/g, '-');
  const [folder = join(dataDir, 'backups', stamp)] = args;
  const { manifest, damaged } = await makeBackup(
    { databases: databaseFilesOf(config), clock: systemClock, erasuresOf: erasureLines },
    {
      dataDir,
      folder,
      makesParent: args.length === 0,
      signal: endingSignal(),
      onProgress: { database: progressOf('database'), media: progressOf('uploaded files') },
    },
  );
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  const uploads = manifest.files.filter(({ path }) => path.startsWith('media/')).length;
  for (const path of damaged)
    console.error(`copydesk: media/${path} is not what its name says; it was taken along as it is.`);
  await say(`backed up: ${folder} (${uploads} uploaded files, ${(bytes / 1e6).toFixed(1)} MB)`);
  return true;
});
