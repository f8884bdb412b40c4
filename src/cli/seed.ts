// npm run seed [-- FILE…]: loads the stories that come with the product, or any files of the same format.
import { readConfig } from '../config.js';
import { systemClock } from '../kernel/clock.js';
import { exitWith, mediaOf, openStore } from '../opening.js';
import { BadStoryFile, seedFiles, seedStories } from '../seeding.js';
import { buildServices } from '../services.js';

try {
  const config = readConfig();
  const store = await openStore(config);
  const services = buildServices(store, systemClock, mediaOf(config, store, systemClock));
  const files = process.argv.slice(2);
  const seeded = await seedStories(services, files.length > 0 ? files : await seedFiles());
  for (const { file, slug, outcome } of seeded) console.log(`${outcome}: ${slug} (${file})`);
  await store.close();
} catch (error) {
  if (!(error instanceof BadStoryFile)) exitWith(error);
  console.error(error.message);
  process.exit(1);
}
