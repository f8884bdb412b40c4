// npm run keys: makes, lists, rotates and revokes API keys, beside a running server or without one.
import { parseArgs } from 'node:util';
import { z } from 'zod';
import {
  ApiKeyDraft,
  ApiKeyRotation,
  keyStates,
  type ManagedKey,
  overlapDefault,
  overlapMax,
} from '../access/keys/schemas.js';
import { type KeyService, keyService } from '../access/keys/service.js';
import { readConfig } from '../config.js';
import { commandLine, roles } from '../kernel/actor.js';
import { type Clock, systemClock } from '../kernel/clock.js';
import { durationMs } from '../kernel/durations.js';
import { DomainError, type Violation } from '../kernel/errors.js';
import { versionTag } from '../kernel/version-tags.js';
import { violationsOf } from '../kernel/violations.js';
import { exitWith, openStore } from '../opening.js';

const usage = `usage: npm run keys -- create --role ${roles.join('|')} --name NAME [--expires WHEN]
       npm run keys -- list [--state ${keyStates.join('|')}]
       npm run keys -- rotate ID [--overlap DURATION] [--expires WHEN]
       npm run keys -- revoke ID`;

const help = `${usage}

create  makes a key
list    lists keys, the last made first, with when each was last used
rotate  makes a second key for the same client; the old one stays good for the overlap (${overlapDefault}; at most ${overlapMax})
revoke  ends a key for good, from the next request on, even the last admin's

The text of a new key is the last line that is printed. It is told only then, and stored nowhere.
WHEN is an instant (2027-01-31T12:00:00Z), a day (2027-01-31, from its first moment in UTC), a duration from now (P90D), or never.
DURATION is days, hours, minutes and seconds as ISO 8601 has them: PT36H, P2D.
The exit code is 0 when it is done, 1 when it cannot be done, 2 when the command is wrong.`;

/** What was typed is no command. */
class UsageError extends Error {}

interface Values {
  role?: string;
  name?: string;
  state?: string;
  overlap?: string;
  expires?: string;
}

/** What is to be done once the store is open. Gives the lines to print. */
type Work = (keys: KeyService) => Promise<string[]>;

interface Command {
  options: readonly (keyof Values)[];
  takesId: boolean;
  /** @throws UsageError before anything is opened */
  plan(values: Values, id: string, clock: Clock): Work;
}

const commands: Record<string, Command> = {
  create: { options: ['role', 'name', 'expires'], takesId: false, plan: planCreate },
  list: { options: ['state'], takesId: false, plan: planList },
  rotate: { options: ['overlap', 'expires'], takesId: true, plan: planRotate },
  revoke: { options: [], takesId: true, plan: planRevoke },
};

function planCreate({ role, name, expires }: Values, _id: string, clock: Clock): Work {
  const draft = checked(ApiKeyDraft, { role, name, expiresAt: instantOf(expires, clock) });
  return async (keys) => {
    const { id, key } = await keys.create(draft, commandLine);
    return [`Key ${id} for ${draft.name}, role ${draft.role}. It is shown only now:`, key];
  };
}

function planList({ state }: Values): Work {
  const wanted = checked(z.object({ state: z.enum(keyStates).optional() }), { state });
  return async (keys) => table(await all(keys, wanted.state));
}

function planRotate({ overlap, expires }: Values, id: string, clock: Clock): Work {
  const rotation = checked(ApiKeyRotation, { overlap, expiresAt: instantOf(expires, clock) });
  return async (keys) => {
    const { version, name, role } = await keys.get(id);
    const made = await keys.rotate(id, rotation, versionTag(version), commandLine);
    const { expiresAt } = await keys.get(id);
    const told = `Key ${made.id} for ${name}, role ${role}, takes over from ${id}, which is good until ${expiresAt}.`;
    return [told, 'It is shown only now:', made.key];
  };
}

function planRevoke(_values: Values, id: string): Work {
  return async (keys) => {
    const { version, name } = await keys.get(id);
    await keys.revoke(id, versionTag(version), commandLine);
    const hasAdmin = (await all(keys, 'active')).some(({ role }) => role === 'admin');
    const warning = hasAdmin ? [] : ['No admin’s key is active now. Make one by: create --role admin --name NAME'];
    return [`Key ${id} for ${name} is revoked.`, ...warning];
  };
}

/** The option that a field of a body stands for. */
const optionOf: Record<string, string> = { '/expiresAt': '--expires' };

/** @throws UsageError with all that is wrong */
function checked<Schema extends z.ZodType>(schema: Schema, values: unknown): z.output<Schema> {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new UsageError(told(violationsOf(parsed.error)));
}

function told(errors: readonly Violation[]): string {
  return errors
    .map(({ pointer = '', message }) => `${optionOf[pointer] ?? pointer.replace('/', '--')}: ${message}`)
    .join('\n');
}

/** What --expires says: undefined when it is not given, null for never. Anything unknown is left for the schema to refuse. */
function instantOf(when: string | undefined, clock: Clock): string | null | undefined {
  if (when === undefined || when === 'never') return when && null;
  if (/^\d{4}-\d{2}-\d{2}$/.test(when)) return `${when}T00:00:00Z`;
  const ms = durationMs(when);
  return ms === undefined ? when : new Date(clock.now().getTime() + ms).toISOString();
}

async function all(keys: KeyService, state: ManagedKey['state'] | undefined): Promise<ManagedKey[]> {
  const found: ManagedKey[] = [];
  for (let cursor: string | undefined | null; cursor !== null; ) {
    const { data, page } = await keys.list({ limit: 100, state, cursor });
    found.push(...data);
    cursor = page.next;
  }
  return found;
}

function table(keys: readonly ManagedKey[]): string[] {
  if (keys.length === 0) return ['There are none.'];
  const rows = keys.map(({ id, role, state, createdAt, expiresAt, lastUsedAt, name }) => [
    id,
    role,
    state,
    createdAt,
    expiresAt ?? 'never',
    lastUsedAt ?? 'never',
    name,
  ]);
  const lines = [['ID', 'ROLE', 'STATE', 'CREATED', 'EXPIRES', 'LAST USED', 'NAME'], ...rows];
  const widths = lines[0]?.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0))) ?? [];
  return lines.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** @throws UsageError */
function readWork(): Work {
  const { values, positionals } = parse();
  const [name = '', id = '', ...rest] = positionals;
  const command = commands[name];
  if (!command) throw new UsageError(`Say what to do: ${Object.keys(commands).join(', ')}.`);
  if (command.takesId && id === '') throw new UsageError(`Say the id of the key to ${name}; list shows them.`);
  const surplus = command.takesId ? rest : positionals.slice(1);
  if (surplus.length > 0) throw new UsageError(`${name} takes no ${JSON.stringify(surplus[0])}.`);
  const foreign = Object.keys(values).find((option) => !command.options.includes(option as keyof Values));
  if (foreign) throw new UsageError(`${name} takes no --${foreign}.`);
  return command.plan(values, id, systemClock);
}

function parse() {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      options: { role: text, name: text, state: text, overlap: text, expires: text },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

async function main(): Promise<void> {
  if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) return console.log(help);
  const work = readWork();
  const store = await openStore(readConfig());
  try {
    console.log((await work(keyService(store, systemClock))).join('\n'));
  } finally {
    await store.close();
  }
}

try {
  await main();
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n${usage}`);
    process.exit(2);
  }
  if (!(error instanceof DomainError)) exitWith(error);
  console.error(error.errors ? told(error.errors) : `copydesk: ${error.message}`);
  process.exit(1);
}
