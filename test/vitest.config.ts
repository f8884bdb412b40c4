import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['test/{api,unit,storage,contract}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What goes on beside the requests takes as long as the machine lets it.
    expect: { poll: { timeout: 30_000 } },
    // Many tests race real processes and work in the background; what fails twice is told as a failure, what fails once as retried.
    retry: 1,
  },
});
