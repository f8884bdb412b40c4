import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['test/{api,unit,storage,contract,sqlite}/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    // To load the program anew for each of a hundred files takes longer than most of them.
    isolate: false,
    // Each waits for the disk half of its time.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What goes on beside the requests takes as long as the machine lets it.
    expect: { poll: { timeout: 30_000 } },
  },
});
