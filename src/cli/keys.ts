// npm run keys: makes, lists, rotates and revokes API keys, beside a running server or without one.
import { z } from 'zod';
import { ApiKeyDraft, ApiKeyRotation, keyStates, overlapDefault, overlapMax } from '../access/keys/schemas.js';
import { type KeyService, keyService } from '../access/keys/service.js';
import { commandLine, roles } from '../kernel/actor.js';
import type { Clock } from '../kernel/clock.js';
import { durationMs } from '../kernel/durations.js';
import { versionTag } from '../kernel/version-tags.js';
import { checked, runSubcommand, table, type Work, wholeList } from '../subcommands.js';

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

interface Values {
  role?: string;
  name?: string;
  state?: string;
  overlap?: string;
  expires?: string;
}

function planCreate({ role, name, expires }: Values, _named: readonly string[], clock: Clock): Work<KeyService> {
  const draft = checked(ApiKeyDraft, { role, name, expiresAt: instantOf(expires, clock) });
  return async (keys) => {
    const { id, version, key } = await keys.create(draft, commandLine);
    const lines = [`Key ${id} for ${draft.name}, role ${draft.role}. It is shown only now:`, key];
    return { lines, takeBack: () => revokeUntold(keys, id, version) };
  };
}

function planList({ state }: Values): Work<KeyService> {
  const wanted = checked(z.object({ state: z.enum(keyStates).optional() }), { state });
  return async (keys) => {
    const found = await wholeList((at) => keys.list({ ...at, ...wanted }));
    const rows = found.map(({ id, role, state, createdAt, expiresAt, lastUsedAt, name }) => [
      id,
      role,
      state,
      createdAt,
      expiresAt ?? 'never',
      lastUsedAt ?? 'never',
      name,
    ]);
    return table(['ID', 'ROLE', 'STATE', 'CREATED', 'EXPIRES', 'LAST USED', 'NAME'], rows);
  };
}

function planRotate({ overlap, expires }: Values, [id = '']: readonly string[], clock: Clock): Work<KeyService> {
  const rotation = checked(ApiKeyRotation, { overlap, expiresAt: instantOf(expires, clock) });
  return async (keys) => {
    const { version, name, role } = await keys.get(id);
    const made = await keys.rotate(id, rotation, versionTag(version), commandLine);
    const { expiresAt } = await keys.get(id);
    const told = `Key ${made.id} for ${name}, role ${role}, takes over from ${id}, which is good until ${expiresAt}.`;
    const takeBack = async () =>
      `${await revokeUntold(keys, made.id, made.version)} ${id} is good until ${expiresAt}; make the client another by create.`;
    return { lines: [told, 'It is shown only now:', made.key], takeBack };
  };
}

async function revokeUntold(keys: KeyService, id: string, version: number): Promise<string> {
  await keys.revoke(id, versionTag(version), commandLine);
  return `Since nobody knows it, key ${id} is revoked.`;
}

function planRevoke(_values: Values, [id = '']: readonly string[]): Work<KeyService> {
  return async (keys) => {
    const { version, name } = await keys.get(id);
    await keys.revoke(id, versionTag(version), commandLine);
    const active = await wholeList((at) => keys.list({ ...at, state: 'active' }));
    const hasAdmin = active.some(({ role }) => role === 'admin');
    const warning = hasAdmin ? [] : ['No admin’s key is active now. Make one by: create --role admin --name NAME'];
    return [`Key ${id} for ${name} is revoked.`, ...warning];
  };
}

/** What --expires says: undefined when it is not given, null for never. Anything unknown is left for the schema to refuse. */
function instantOf(when: string | undefined, clock: Clock): string | null | undefined {
  if (when === undefined || when === 'never') return when && null;
  if (/^\d{4}-\d{2}-\d{2}$/.test(when)) return `${when}T00:00:00Z`;
  const ms = durationMs(when);
  return ms === undefined ? when : new Date(clock.now().getTime() + ms).toISOString();
}

const text = { type: 'string' } as const;

await runSubcommand<Values, KeyService>({
  usage,
  help,
  options: { role: text, name: text, state: text, overlap: text, expires: text },
  commands: {
    create: { options: ['role', 'name', 'expires'], takes: [], plan: planCreate },
    list: { options: ['state'], takes: [], plan: planList },
    rotate: { options: ['overlap', 'expires'], takes: ['key'], plan: planRotate },
    revoke: { options: [], takes: ['key'], plan: planRevoke },
  },
  optionOf: { '/expiresAt': '--expires' },
  open: keyService,
});
