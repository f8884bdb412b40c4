// How the commands of the operator begin and end: help, what was typed wrong, what cannot be done, each in its own way.
import { Refusal } from './backups/refusal.js';
import { DomainError } from './kernel/errors.js';
import { exitWith, keepFilesFromOthers } from './opening.js';
import { lostOutput, outliveOutputs, say } from './standard-output.js';

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
  keepFilesFromOthers();
  outliveOutputs();
  const args = process.argv.slice(2);
  if (args.some((argument) => argument === '--help' || argument === '-h'))
    return endWithSaid(`${usage}\n\n${explanation}`);
  try {
    if (!(await work(args))) process.exitCode = 1;
    requireSaid();
  } catch (error) {
    if (error instanceof Ended) {
      console.error(`copydesk: ${error.message}`);
      process.exit(error.exitCode);
    }
    if (error instanceof UsageError) {
      console.error(`${error.message}\n${usage}`);
      process.exit(2);
    }
    if (!(error instanceof Refusal || error instanceof DomainError)) exitWith(error);
    console.error(`copydesk: ${error.message}`);
    process.exit(1);
  }
}

/** Says the last that a command has to say. */
export async function endWithSaid(text: string): Promise<void> {
  await say(text);
  requireSaid();
}

/** A report that is lost is no success, though what it tells of is done. Who has read enough of it, as `head` does, has it. */
function requireSaid(): void {
  const lost = lostOutput();
  if (!lost) return;
  process.exitCode = 1;
  console.error(`copydesk: It ran to its end, but what it says could not be written: ${lost.message}.`);
}

/** Somebody has ended the command. */
class Ended extends Refusal {
  /** As a shell gives it for who is ended by the signal. */
  readonly exitCode: number;
  constructor(name: keyof typeof signals, remains: string) {
    super(`Ended by ${name}. ${remains}`);
    this.exitCode = 128 + signals[name];
  }
}

/** The number of each: Ctrl-C, a terminal that is closed, and what systemd sends. */
const signals = { SIGINT: 2, SIGHUP: 1, SIGTERM: 15 } as const;

/**
 * Aborted when somebody ends the command, by Ctrl-C or as systemd does: for work that has something to take back. Asked twice, it
 * ends at once.
 * @param remains what is to be said of what was done so far
 */
export function endingSignal(remains = 'Nothing is left of it.'): AbortSignal {
  const ending = new AbortController();
  const names = Object.keys(signals) as (keyof typeof signals)[];
  const end = (name: NodeJS.Signals) => {
    // The next ends it at once, whichever it is.
    for (const each of names) process.off(each, end);
    ending.abort(new Ended(name as keyof typeof signals, remains));
  };
  for (const name of names) process.on(name, end);
  return ending.signal;
}

/** How often a bar is drawn anew. */
const drawnMs = 200;
const barWidth = 30;

/** What a bar is drawn on. */
type Screen = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

/** Shows whoever looks on how far something is, by a bar that fills. Where nobody does, as in a log, nothing is said. */
export function progressOf(what: string, screen: Screen = process.stderr): (share: number) => void {
  let begunAt = Date.now();
  let drawn: { at: number; share: number } | undefined;
  return (share) => {
    const now = Date.now();
    // It begins once more: another part of the same work.
    if (share < (drawn?.share ?? 0)) [begunAt, drawn] = [now, undefined];
    const isSoon = now - (drawn?.at ?? begunAt) < drawnMs;
    if (!screen.isTTY || (isSoon && !(drawn && share === 1))) return;
    // What is said beside it goes below it, so each bar has a line, which is gone back to.
    screen.write(`${drawn ? '\x1b[1A' : ''}\r${barOf(what, share, now - begunAt)}\x1b[K\n`);
    drawn = { at: now, share };
  };
}

function barOf(what: string, share: number, tookMs: number): string {
  const full = Math.floor(share * barWidth);
  const left = share < 1 && share > 0 ? `, ${durationOf((tookMs / share) * (1 - share))} left` : '';
  return `${what}: [${'#'.repeat(full)}${'.'.repeat(barWidth - full)}] ${Math.floor(share * 100)} %${left}`;
}

function durationOf(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
