// What refusals are: a page for each kind, a list of them all, and README's table.
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemTypeOf, problemTypes } from '../../src/http/problem.js';
import type { ErrorCode } from '../../src/kernel/errors.js';
import { startApp, type TestApp } from '../support/app.js';
import { readme, sectionsOf } from '../support/readme.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const kinds = Object.keys(problemTypes) as ErrorCode[];
const read = (path: string) => request(app.app.server).get(path);
const escaped = (words: string) => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

describe('GET /problems', () => {
  it('lists every kind, by its status, each with its page', async () => {
    const { status, headers, text } = await read('/problems');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    for (const kind of kinds) {
      expect(text).toContain(`href="${problemTypeOf(kind)}"`);
      expect(text).toContain(escaped(problemTypes[kind].explanation));
    }
    const statuses = [...text.matchAll(/<tr><td>(\d{3})/g)].map(([, value]) => Number(value));
    expect(statuses).toEqual(kinds.map((kind) => problemTypes[kind].status).sort((a, b) => a - b));
  });

  it('is linked to by the introduction of the document, and by every page of its kind', async () => {
    expect((await read('/openapi.json')).body.info.description).toContain('(/problems)');
    for (const path of ['/problems/invalid', '/guides/reader'])
      expect((await read(path)).text).toContain('<a href="/problems">');
  });
});

describe('GET /problems/{kind}', () => {
  it('explains each kind', async () => {
    for (const kind of kinds) {
      const { status, text } = await read(problemTypeOf(kind));
      expect([kind, status]).toEqual([kind, 200]);
      expect(text).toContain(escaped(problemTypes[kind].explanation));
    }
  });

  it('answers 404 for any other', async () => {
    for (const kind of ['nothing', 'constructor', 'toString', 'has-own-property']) {
      const { status, body } = await read(`/problems/${kind}`);
      expect([kind, status, body.type]).toEqual([kind, 404, '/problems/not-found']);
    }
  });
});

describe('README', () => {
  it('lists every kind of problem as it is explained', () => {
    const rows = [...(sectionsOf(readme).get('Problems') ?? '').matchAll(/^\| (\d{3}) \| `(.+?)` \| (.+) \|$/gm)];
    const told = rows.map(([, status, type, words = '']) => [Number(status), type, words.replaceAll('&lt;', '<')]);
    const wanted = kinds.map((kind) => [
      problemTypes[kind].status,
      problemTypeOf(kind),
      problemTypes[kind].explanation,
    ]);
    expect(told.toSorted()).toEqual(wanted.toSorted());
  });
});
