import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { architectureViolations } from '../support/imports.js';

const root = new URL('../../src/', import.meta.url);
const sources = new Map(
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, readFileSync(new URL(file, root), 'utf8')]),
);

describe('the architecture', () => {
  it('holds in the source', () => {
    expect(sources.size).toBeGreaterThan(60);
    expect(architectureViolations(sources)).toEqual([]);
  });

  it.each([
    [
      'delivery reaching content',
      'delivery/articles/service.ts',
      "import { x } from '../../content/articles/service.js';",
    ],
    [
      'delivery reaching publishing',
      'delivery/articles/service.ts',
      "import { x } from '../../publishing/compile.js';",
    ],
    ['kernel importing ours', 'kernel/ids.ts', "import { x } from '../blocks/index.js';"],
    ['publishing importing delivery', 'publishing/compile.ts', "import { x } from '../delivery/articles/service.js';"],
    ['a service importing the HTTP shell', 'content/articles/service.ts', "import { x } from '../../http/lists.js';"],
    ['a service importing fastify', 'content/articles/service.ts', "import Fastify from 'fastify';"],
    ['a service building queries', 'content/articles/service.ts', "import { eq } from 'drizzle-orm';"],
    [
      'an engine named above storage',
      'content/articles/repository.ts',
      "import { x } from '../../storage/sqlite/engine.js';",
    ],
    ['the environment read elsewhere', 'kernel/clock.ts', 'const level = process.env.LOG_LEVEL;'],
    ['a name that says nothing', 'kernel/utils.ts', 'export const x = 1;'],
    ['a barrel', 'kernel/index.ts', "export * from './ids.js';"],
  ])('is broken by %s', (_what, file, source) => {
    expect(architectureViolations(new Map([[file, source]]))).toHaveLength(1);
  });

  it('is broken by a cycle', () => {
    const cyclic = new Map([
      ['kernel/a.ts', "import { b } from './b.js';"],
      ['kernel/b.ts', "import { a } from './a.js';"],
    ]);
    expect(architectureViolations(cyclic)).toEqual(['cycle: kernel/a.ts → kernel/b.ts → kernel/a.ts']);
  });
});
