import { mergeConfig } from 'vitest/config';
import base from '../vitest.config.js';

/** The same tests, on PostgreSQL. */
export default mergeConfig(base, {
  test: { include: ['test/postgres/**/*.test.ts'], globalSetup: ['test/postgres/setup.ts'] },
});
