// Commands that do one of several things to what the database keeps: which of them was typed, with what, and how it is told.
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { z } from 'zod';
import { endWithSaid, UsageError } from './command.js';
import { type Config, readConfig } from './config.js';
import { type Clock, systemClock } from './kernel/clock.js';
import type { Page } from './kernel/cursors.js';
import { DomainError, type Violation } from './kernel/errors.js';
import { violationsOf } from './kernel/violations.js';
import { exitWith, keepFilesFromOthers, openStore } from './opening.js';
import { outliveOutputs, outputFailure, say } from './standard-output.js';
import type { Store } from './storage/store.js';

/** What is to be done once the store is open. Gives the lines to print. */
export type Work<Services> = (services: Services) => Promise<string[] | Issued>;

/** Lines with a secret that is told only now. */
export interface Issued {
  lines: string[];
  /** What is done when it cannot be told, so that nothing is good that nobody knows. Says what has become of it. */
  takeBack(): Promise<string>;
}

export interface Subcommand<Values, Services> {
  options: readonly (keyof Values)[];
  /** What is named behind it, such as `key`; that of the list is asked for by id. */
  takes: readonly string[];
  /** How many of these may be left out. */
  spare?: number;
  /** @throws UsageError before anything is opened */
  plan(values: Values, named: readonly string[], clock: Clock): Work<Services>;
}

export interface Commands<Values, Services> {
  usage: string;
  help: string;
  options: NonNullable<ParseArgsConfig['options']>;
  commands: Record<string, Subcommand<Values, Services>>;
  /** The option that a field of a body stands for, where it has another name. */
  optionOf: Record<string, string>;
  open(store: Store, clock: Clock, config: Config): Services;
}

/** Runs what was typed. It ends with 0 when it is done, 1 when it cannot be done, 2 when it was typed wrong. */
export async function runSubcommand<Values extends object, Services>(
  commands: Commands<Values, Services>,
): Promise<void> {
  keepFilesFromOthers();
  outliveOutputs();
  if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h'))
    return endWithSaid(commands.help);
  try {
    const work = readWork(commands);
    const config = readConfig();
    const store = await openStore(config);
    try {
      await tell(await work(commands.open(store, systemClock, config)));
    } finally {
      await store.close();
    }
  } catch (error) {
    endWith(error, commands);
  }
}

/** @throws DomainError when it could not be told */
async function tell(told: string[] | Issued): Promise<void> {
  if (Array.isArray(told)) return endWithSaid(told.join('\n'));
  if (await say(told.lines.join('\n'))) return;
  const outcome = await told.takeBack().catch((error: Error) => {
    const [what] = told.lines;
    return `Nor could it be taken back (${error.message}), so end it by hand. It would have said: ${what}`;
  });
  throw new DomainError('unavailable', `It could not be shown: ${outputFailure()?.message}. ${outcome}`);
}

function endWith(error: unknown, { usage, optionOf }: Pick<Commands<object, unknown>, 'usage' | 'optionOf'>): never {
  if (error instanceof WrongValues) console.error(`${told(error.violations, optionOf)}\n${usage}`);
  else if (error instanceof UsageError) console.error(`${error.message}\n${usage}`);
  if (error instanceof UsageError) process.exit(2);
  if (!(error instanceof DomainError)) exitWith(error);
  console.error(error.errors ? told(error.errors, optionOf) : `copydesk: ${error.message}`);
  process.exit(1);
}

/** @throws UsageError */
function readWork<Values extends object, Services>(of: Commands<Values, Services>): Work<Services> {
  const { values, positionals } = parse(of.options);
  const [name = '', ...named] = positionals;
  const command = Object.hasOwn(of.commands, name) ? of.commands[name] : undefined;
  if (!command) throw new UsageError(`Say what to do: ${Object.keys(of.commands).join(', ')}.`);
  const { takes, spare = 0, options } = command;
  const missing = takes[named.length];
  if (missing !== undefined && named.length < takes.length - spare)
    throw new UsageError(`Say the id of the ${missing} to ${name}; list shows them.`);
  const surplus = named[takes.length];
  if (surplus !== undefined) throw new UsageError(`${name} takes no ${JSON.stringify(surplus)}.`);
  const foreign = Object.keys(values).find((option) => !options.includes(option as keyof Values));
  if (foreign) throw new UsageError(`${name} takes no --${foreign}.`);
  return command.plan(values as Values, named, systemClock);
}

function parse(options: NonNullable<ParseArgsConfig['options']>) {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** Values that were typed are wrong. */
class WrongValues extends UsageError {
  readonly violations: readonly Violation[];
  constructor(violations: readonly Violation[]) {
    super('The values are wrong.');
    this.violations = violations;
  }
}

/** What was typed, as a request has it. @throws UsageError with all that is wrong */
export function checked<Schema extends z.ZodType>(schema: Schema, values: unknown): z.output<Schema> {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new WrongValues(violationsOf(parsed.error));
}

function told(errors: readonly Violation[], optionOf: Record<string, string>): string {
  return errors
    .map(({ pointer = '', message }) => {
      const [, field = ''] = pointer.split('/');
      return `${optionOf[`/${field}`] ?? `--${field}`}: ${message}`;
    })
    .join('\n');
}

/** Everything on a list. */
export async function wholeList<Item>(
  read: (at: { limit: number; cursor: string | undefined }) => Promise<Page<Item>>,
): Promise<Item[]> {
  const found: Item[] = [];
  for (let cursor: string | undefined | null; cursor !== null; ) {
    const { data, page } = await read({ limit: 100, cursor });
    found.push(...data);
    cursor = page.next;
  }
  return found;
}

/** Rows under their headings, each column as wide as it must be. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return ['There are none.'];
  const lines = [headings, ...rows];
  const widths = headings.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
