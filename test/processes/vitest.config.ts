import { defineConfig } from 'vitest/config';
import base from '../vitest.config.js';

/** Tests of the commands and of whole servers, most of whose time goes by while processes start. */
export default defineConfig({
  test: {
    ...base.test,
    include: ['test/processes/**/*.test.ts'],
    globalSetup: ['test/processes/setup.ts'],
    testTimeout: 120_000,
  },
});
