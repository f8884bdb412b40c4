import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rules } from '../../src/publishing/preflight/index.js';

describe('the list of rules', () => {
  it('has every code once, errors first', () => {
    const codes = rules.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    const severities = rules.map(({ severity }) => severity);
    expect(severities).toEqual([...severities].sort());
  });

  it('holds each rule to something', () => {
    for (const { code, ofStory, ofUse } of rules)
      expect([code, ofStory ?? ofUse]).toEqual([code, expect.any(Function)]);
  });

  it('is the table in the README', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const section = readme.split('## Preflight\n')[1]?.split(/\n#{2,3} /)[0] ?? '';
    const rows = section.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows).toEqual(rules.map(({ code, severity, meaning }) => `| \`${code}\` | ${severity} | ${meaning} |`));
  });
});
