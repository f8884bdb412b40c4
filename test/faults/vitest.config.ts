import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: [
      'test/faults/**/*.test.ts',
      // What `npm test` looks at with few random cases, and at some steps, is looked at here with many and at every one.
      'test/api/linearisable*.test.ts',
      'test/api/{model,mirror,revision-properties,round-trip}.test.ts',
      'test/api/{,schedule-}interleaving*.test.ts',
      // What a short round would do as often as `npm run test:processes` is left to that.
      ...(process.env.ROUNDS === 'long' ? ['test/processes/{ending,import-killed}.test.ts'] : []),
    ],
    globalSetup: ['test/processes/setup.ts'],
    setupFiles: ['test/setup.ts', 'test/faults/setup.ts'],
    testTimeout: 600_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    // Each file starts processes of its own, and measures how late they are.
    fileParallelism: false,
  },
});
