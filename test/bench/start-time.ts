import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const server = fileURLToPath(new URL('../../src/server.ts', import.meta.url));

/**
 * Time from spawning `npm start`'s command on the existing database to its first 200, in milliseconds. It is ended as an operator
 * ends it, so that the next one finds what this one compiled.
 */
export async function startTime(place: Record<string, string>): Promise<number> {
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const before = performance.now();
  const child = spawn(process.execPath, ['--max-semi-space-size=8', '--import', './src/typescript.mjs', server], {
    env: { ...process.env, ...place, PORT: String(port) },
    stdio: 'ignore',
  });
  for (;;) {
    const isUp = await fetch(`http://127.0.0.1:${port}/v1/articles?limit=1`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const took = performance.now() - before;
  child.kill('SIGTERM');
  await once(child, 'exit');
  return Math.round(took);
}
