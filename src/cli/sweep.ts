// npm run sweep [-- --verify]: compares the picture files with the database, beside a running server or without one.
import { runCommand, UsageError } from '../command.js';
import { readConfig } from '../config.js';
import { systemClock } from '../kernel/clock.js';
import { sweep } from '../media/sweep/service.js';
import { mediaOf, openStore } from '../opening.js';
import { say } from '../standard-output.js';

const usage = 'usage: npm run sweep [-- --verify]';
const explanation = `Removes the files that no image shows and what is left of uploads that were broken off, and tells which files are missing.
--verify reads every file and compares its bytes with its hash.`;

await runCommand(usage, explanation, async (args) => {
  const surplus = args.find((arg) => arg !== '--verify');
  if (surplus !== undefined) throw new UsageError(`Sweep takes no ${JSON.stringify(surplus)}.`);
  const config = readConfig();
  const store = await openStore(config);
  try {
    const media = mediaOf(config, store, systemClock);
    const swept = await sweep(store, media, args.includes('--verify'));
    const { kept, orphans, missing, damaged, abandoned, outdated } = swept;
    await say(`${kept} files of images are in ${media.files.place}`);
    if (orphans.length > 0) await say(`removed ${orphans.length} that no image shows`);
    if (abandoned > 0) await say(`removed ${abandoned} that had not arrived whole`);
    if (outdated > 0) await say(`removed renditions of ${outdated} versions that are no more`);
    for (const [what, lost] of Object.entries({ missing, damaged }))
      for (const { sha256, imageIds } of lost) await say(`${what}: ${sha256} of ${imageIds.join(', ')}`);
    if (missing.length + damaged.length === 0) return true;
    await say('Bring these files back from a backup, or give their images another.');
    return false;
  } finally {
    await store.close();
  }
});
