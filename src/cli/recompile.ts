// npm run recompile: brings what readers get up to date with what editors have published, beside a running server or without one.
import { progressOf, runCommand, UsageError } from '../command.js';
import { readConfig } from '../config.js';
import { systemClock } from '../kernel/clock.js';
import { openStore } from '../opening.js';
import { recompile } from '../publishing/recompiling/service.js';
import { say } from '../standard-output.js';

const usage = 'usage: npm run recompile';
const explanation = `Compiles every live story from its live revision, and puts right what is stored otherwise: the story, what lists and searches find
it by, what readers get of the library, where things are shown. What is right is not touched, so it can be run at any time.`;

await runCommand(usage, explanation, async (args) => {
  if (args.length > 0) throw new UsageError('Recompile takes nothing.');
  const store = await openStore(readConfig());
  try {
    const { stories, stale, failed } = await recompile(store, systemClock, progressOf('live stories'));
    for (const { id, why } of failed) console.error(`copydesk: story ${id} cannot be compiled: ${why}`);
    await say(`recompiled: ${stale} of ${stories} live stories were stale`);
    return failed.length === 0;
  } finally {
    await store.close();
  }
});
