// npm run reindex: makes the full-text index anew, beside a running server or without one.
import { runCommand, UsageError } from '../command.js';
import { readConfig } from '../config.js';
import { openStore } from '../opening.js';
import { reindex } from '../publishing/reindexing/service.js';
import { say } from '../standard-output.js';

const usage = 'usage: npm run reindex';
const explanation = 'Makes the full-text index anew from what readers get. Searches go on meanwhile.';

await runCommand(usage, explanation, async (args) => {
  if (args.length > 0) throw new UsageError('Reindex takes nothing.');
  const store = await openStore(readConfig());
  try {
    const { stories, quotes, wasDamaged } = await reindex(store);
    if (wasDamaged) await say('The index was damaged, and has been emptied first.');
    await say(`indexed: ${stories} stories, ${quotes} quotes`);
    return true;
  } finally {
    await store.close();
  }
});
