import { defineConfig } from 'vitest/config';
import base from '../vitest.config.js';

/** The same tests on PostgreSQL, but for those about SQLite's own files, and those about PostgreSQL alone. */
export default defineConfig({
  test: {
    ...base.test,
    include: ['test/{api,unit,storage,contract,postgres}/**/*.test.ts'],
    globalSetup: ['test/processes/setup.ts', 'test/postgres/setup.ts'],
    // The server is another process, which has its share of the machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
