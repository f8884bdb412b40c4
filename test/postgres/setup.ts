// Before all test files: one server for all of them.
import { makeTemplate, startPostgres } from '../support/postgres-server.js';

/** The server that TEST_POSTGRES_URL leads to, as its superuser; without one, a server that is gone afterwards. */
export default async function setup(): Promise<() => Promise<void>> {
  const given = process.env.TEST_POSTGRES_URL;
  if (given !== undefined) {
    await makeTemplate(given);
    return async () => undefined;
  }
  keepExitCode();
  const { url, stop } = await startPostgres();
  process.env.TEST_POSTGRES_URL = url;
  return stop;
}

/** What starts the server ends a process that has nothing more to do with 0, whatever code it was to end with. */
function keepExitCode(): void {
  let code: typeof process.exitCode;
  process.prependListener('beforeExit', () => {
    code = process.exitCode;
  });
  process.on('exit', () => {
    process.exitCode = code ?? process.exitCode;
  });
}
