// Runs the tests that break things.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const usage = `usage: npm run test:faults [-- [--short] [--seed N] [FILE…] [what vitest takes]]

Runs the tests that break things, at full length, which takes hours: kills, disks, clocks, overload, random requests.
  --short   a short round, as in CI
  --seed N  the chance of an earlier run once more; each prints its own
  FILE      only these files`;

const { values, tokens } = parseArgs({
  options: { short: { type: 'boolean' }, seed: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  strict: false,
  tokens: true,
});

if (values.help) {
  console.log(usage);
  process.exit();
}

/** The arguments that are vitest's. */
function others(): string[] {
  const own = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== 'option' || !['short', 'seed'].includes(token.name)) continue;
    own.add(token.index);
    if (token.value !== undefined && !token.inlineValue) own.add(token.index + 1);
  }
  return process.argv.slice(2).filter((_, i) => !own.has(i));
}

const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!Number.isSafeInteger(seed)) throw new Error(`--seed takes a whole number, not ${values.seed}.`);
const length = values.short ? 'short' : 'long';
const again = ['npm run test:faults --', ...(values.short ? ['--short'] : []), '--seed', seed, 'FILE'].join(' ');
console.log(`A ${length} round with seed ${seed}. To do it again: ${again}`);

const config = fileURLToPath(new URL('vitest.config.ts', import.meta.url));
const vitest = spawn('vitest', ['run', '--config', config, ...others()], {
  stdio: 'inherit',
  env: { ...process.env, ROUNDS: length, SEED: String(seed) },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => vitest.kill(signal));
vitest.once('error', (error) => {
  throw error;
});
vitest.once('close', (code) => {
  process.exitCode = code ?? 1;
});
