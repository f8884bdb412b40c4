import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** What may be used and handed on with a server under MIT. libvips, which sharp's binaries hold, is a library that is linked to. */
const allowed = new Set([
  ...['MIT', 'ISC', '0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'Unlicense'],
  ...['LGPL-3.0-or-later', 'Apache-2.0 AND LGPL-3.0-or-later', 'Apache-2.0 AND LGPL-3.0-or-later AND MIT'],
]);

interface Locked {
  license?: string;
  dev?: boolean;
  link?: boolean;
  resolved?: string;
  integrity?: string;
  hasInstallScript?: boolean;
}

const read = (file: string) => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
const locked = Object.entries<Locked>(read('package-lock.json').packages).filter(([path]) =>
  path.includes('node_modules/'),
);
const nameOf = (path: string) => path.split('node_modules/').at(-1) ?? '';

/** What of the packages is not as it should be. */
function faults(packages: readonly [string, Locked][], approved: Record<string, boolean>): string[] {
  return packages.flatMap(([path, { license = 'none', dev, link, integrity, hasInstallScript }]) => [
    ...(dev || link || allowed.has(license) ? [] : [`${path} is under ${license}`]),
    ...(link || integrity ? [] : [`${path} is not held to its contents`]),
    ...(hasInstallScript && approved[nameOf(path)] === undefined
      ? [`${path} has an install script that nobody decided on`]
      : []),
  ]);
}

describe('the packages', () => {
  it('that production needs are under licences that are allowed, are held to their contents, and run no script unasked', () => {
    expect(locked.filter(([, { dev }]) => !dev).length).toBeGreaterThan(100);
    expect(faults(locked, read('package.json').allowScripts)).toEqual([]);
  });

  it('would be complained of', () => {
    const right = { license: 'MIT', integrity: 'sha512-x' };
    const of = (change: object) => faults([['node_modules/a', { ...right, ...change }]], {});
    expect(of({})).toEqual([]);
    expect(of({ license: 'AGPL-3.0-only' })).toEqual(['node_modules/a is under AGPL-3.0-only']);
    expect(of({ license: undefined })).toEqual(['node_modules/a is under none']);
    expect(of({ license: 'AGPL-3.0-only', dev: true })).toEqual([]);
    expect(of({ integrity: undefined })).toEqual(['node_modules/a is not held to its contents']);
    expect(of({ hasInstallScript: true })).toEqual(['node_modules/a has an install script that nobody decided on']);
  });
});
