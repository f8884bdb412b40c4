// How the commands of the operator begin and end: help, what was typed wrong, what cannot be done, each in its own way.
import { Refusal } from './backups/refusal.js';
import { DomainError } from './kernel/errors.js';
import { exitWith } from './opening.js';

/** What was typed is no command. */
export class UsageError extends Error {}

/**
 * Runs a command. It ends with 0 when it is done, 1 when it cannot be done or found something wrong, 2 when it was typed wrong.
 * @param usage what can be typed
 * @param explanation the rest of what --help tells
 * @param work gets what was typed; says whether all is well
 */
export async function runCommand(
  usage: string,
  explanation: string,
  work: (args: readonly string[]) => Promise<boolean>,
): Promise<void> {
  const args = process.argv.slice(2);
  if (args.some((argument) => argument === '--help' || argument === '-h'))
    return console.log(`${usage}\n\n${explanation}`);
  try {
    if (!(await work(args))) process.exitCode = 1;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\n${usage}`);
      process.exit(2);
    }
    if (!(error instanceof Refusal || error instanceof DomainError)) exitWith(error);
    console.error(`copydesk: ${error.message}`);
    process.exit(1);
  }
}

/**
 * Aborted when somebody ends the command, by Ctrl-C or as systemd does: for work that has something to take back.
 * @param remains what is to be said of what was done so far
 */
export function endingSignal(remains = 'Nothing is left of it.'): AbortSignal {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => ending.abort(new Refusal(`Ended by ${name}. ${remains}`)));
  return ending.signal;
}

/** Tells whoever looks on how far something is, once a second at most. */
export function progressOf(what: string): (share: number) => void {
  let toldAt = Date.now();
  return (share) => {
    if (!process.stderr.isTTY || Date.now() - toldAt < 1000) return;
    toldAt = Date.now();
    console.error(`${what}: ${Math.floor(share * 100)} %`);
  };
}
