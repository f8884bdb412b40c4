// npm run doctor: tells whether everything that is kept is as it should be, beside a running server or without one.
import { join } from 'node:path';
import { progressOf, runCommand, UsageError } from '../command.js';
import { readConfig } from '../config.js';
import type { Examination } from '../doctor/examination.js';
import { examine } from '../doctor/service.js';
import { getDatabase } from '../opening.js';
import { say } from '../standard-output.js';

const usage = 'usage: npm run doctor';
const explanation = `Looks at the schema, every page and index, references, the full-text index, uploaded files, what readers get of every live story
(compared with a fresh compilation) and where everything is used. Changes nothing. Ends with 1 when something is wrong.`;

/** Of more lines about one part, only so many are printed. */
const linesMax = 20;

function report({ part, looked, faults, remarks = [], cure }: Examination): string[] {
  const all = [...faults.map((line) => `  ${line}`), ...remarks.map((line) => `  on its way: ${line}`)];
  const surplus = all.length > linesMax ? [`  and ${all.length - linesMax} more`] : [];
  const mending = faults.length > 0 ? [`  mend it by ${cure}`] : [];
  return [
    `${faults.length > 0 ? 'WRONG' : 'ok   '} ${part} (${looked})`,
    ...all.slice(0, linesMax),
    ...surplus,
    ...mending,
  ];
}

await runCommand(usage, explanation, async (args) => {
  if (args.length > 0) throw new UsageError('Doctor takes nothing.');
  const config = readConfig();
  const database = await getDatabase(config);
  let isWell = true;
  for await (const examination of examine(database, join(config.dataDir, 'media'), progressOf('live stories'))) {
    await say(report(examination).join('\n'));
    if (examination.faults.length > 0) isWell = false;
  }
  return isWell;
});
