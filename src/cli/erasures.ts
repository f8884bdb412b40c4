// npm run erasures -- export [FILE]: writes down what was erased, so that it can be erased again from what is restored.
import { writeFile } from 'node:fs/promises';
import { runCommand, UsageError } from '../command.js';
import { readConfig } from '../config.js';
import { openStore } from '../opening.js';
import { erasureLines } from '../publishing/erasures/replaying.js';

const usage = 'usage: npm run erasures -- export [FILE]';
const explanation = `Writes the list of all erasures, a line of JSON each, into the file or to standard output. It holds no content.
Keep it apart from the database, and anew after each erasure: npm run restore -- FOLDER --erasures FILE takes it.`;

await runCommand(usage, explanation, async ([what, file, ...rest]) => {
  if (what !== 'export' || rest.length > 0) throw new UsageError('Say export, and at most one file.');
  const store = await openStore(readConfig());
  try {
    const lines = await erasureLines(store);
    if (file === undefined) process.stdout.write(lines);
    else await writeFile(file, lines, { flush: true });
  } finally {
    await store.close();
  }
  return true;
});
