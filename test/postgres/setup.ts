// Before all test files: one server for all of them.
import { startPostgres } from '../support/postgres-server.js';

export default async function setup(): Promise<() => Promise<void>> {
  const { url, stop } = await startPostgres();
  process.env.TEST_POSTGRES_URL = url;
  return stop;
}
