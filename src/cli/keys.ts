// npm run keys -- create --role ROLE --name NAME: makes an API key and prints it as the last line.
import { parseArgs } from 'node:util';
import { accessService } from '../access/service.js';
import { readConfig } from '../config.js';
import { type Role, roles } from '../kernel/actor.js';
import { systemClock } from '../kernel/clock.js';
import { exitWith, openStore } from '../start.js';

const usage = `usage: npm run keys -- create --role ${roles.join('|')} --name NAME`;

function refuse(reason: string): never {
  console.error(`${reason}\n${usage}`);
  process.exit(1);
}

function readArguments(): { role: Role; name: string } {
  try {
    const { values, positionals } = parseArgs({
      options: { role: { type: 'string' }, name: { type: 'string' } },
      allowPositionals: true,
    });
    if (positionals.length !== 1 || positionals[0] !== 'create') refuse('Say what to do: create.');
    const role = roles.find((known) => known === values.role);
    if (!role) refuse(`--role must be one of: ${roles.join(', ')}.`);
    if (!values.name?.trim() || values.name.length > 200)
      refuse('--name must say whose key it is, in 1 to 200 characters.');
    return { role, name: values.name };
  } catch (error) {
    refuse((error as Error).message);
  }
}

const { role, name } = readArguments();
try {
  const store = openStore(readConfig());
  const { id, key } = await accessService(store, systemClock).createKey(name, role);
  await store.close();
  console.log(`Key ${id} for ${name}, role ${role}. It is shown only now:`);
  console.log(key);
} catch (error) {
  exitWith(error);
}
