// npm run seed [-- FILE…]: loads the stories that come with the product, or any files of the same format.
import { runCommand, UsageError } from '../command.js';
import { readConfig } from '../config.js';
import { systemClock } from '../kernel/clock.js';
import { mediaOf, openStore } from '../opening.js';
import { BadStoryFile, seedFiles, seedStories } from '../seeding.js';
import { buildServices } from '../services.js';
import { say } from '../standard-output.js';

const usage = 'usage: npm run seed [-- FILE…]';
const explanation = `Loads and publishes stories from files, or those that come with the product. A file has what is posted to /v1/manage/articles.
A story whose slug is there already is left as it is. Pictures stand in a folder of the file's name, each named by the id of its image.
What is wrong with a file is told place by place, and nothing of it is kept.`;

await runCommand(usage, explanation, async (files) => {
  const option = files.find((file) => file.startsWith('-'));
  if (option !== undefined) throw new UsageError(`${option} is not known; of a file, say ./${option}.`);
  const config = readConfig();
  const store = await openStore(config);
  try {
    const services = buildServices(store, systemClock, mediaOf(config, store, systemClock));
    const seeded = await seedStories(services, files.length > 0 ? files : await seedFiles());
    for (const { file, slug, outcome } of seeded) await say(`${outcome}: ${slug} (${file})`);
    return true;
  } catch (error) {
    if (!(error instanceof BadStoryFile)) throw error;
    console.error(error.message);
    return false;
  } finally {
    await store.close();
  }
});
