// npm run sweep [-- --verify]: compares the picture files with the database, beside a running server or without one.
import { readConfig } from '../config.js';
import { systemClock } from '../kernel/clock.js';
import { sweep } from '../media/sweep/service.js';
import { exitWith, mediaOf, openStore } from '../opening.js';

const args = process.argv.slice(2);
if (args.some((arg) => arg !== '--verify')) {
  console.error(
    'usage: npm run sweep [-- --verify]\n\n--verify reads every file and compares its bytes with its hash.',
  );
  process.exit(2);
}

try {
  const config = readConfig();
  const store = await openStore(config);
  const media = mediaOf(config, store, systemClock);
  const { kept, orphans, missing, damaged, abandoned, outdated } = await sweep(store, media, args.includes('--verify'));
  await store.close();
  console.log(`${kept} files of images are in ${media.files.place}`);
  if (orphans.length > 0) console.log(`removed ${orphans.length} that no image shows`);
  if (abandoned > 0) console.log(`removed ${abandoned} that had not arrived whole`);
  if (outdated > 0) console.log(`removed renditions of ${outdated} versions that are no more`);
  for (const [what, lost] of Object.entries({ missing, damaged }))
    for (const { sha256, imageIds } of lost) console.log(`${what}: ${sha256} of ${imageIds.join(', ')}`);
  if (missing.length + damaged.length > 0) {
    console.log('Bring these files back from a backup, or give their images another.');
    process.exitCode = 1;
  }
} catch (error) {
  exitWith(error);
}
