import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const names = ['reader', 'editor', 'operator'];

async function guide(name: string): Promise<string> {
  const { status, headers, text } = await request(app.app.server).get(`/guides/${name}`);
  expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  return text;
}

const found = (html: string, pattern: RegExp) => [...html.matchAll(pattern)].map(([, value]) => String(value));

describe('GET /guides/{name}', () => {
  it.each(names)("gives README's guide for the %s as a page, with its chapters to choose from", async (name) => {
    const html = await guide(name);
    const chapters = found(html, /<h3 id="([^"]+)"/g);
    expect(chapters.length).toBeGreaterThan(5);
    const [contents = ''] = found(html, /<nav>(.*?)<\/nav>/gs);
    expect(found(contents, /href="#([^"]+)"/g)).toEqual(chapters);
    expect(html).toMatch(/<pre><code/);
    expect(html).not.toMatch(/\]\(#|^## /m);
  });

  it('links to nothing that is not there', async () => {
    const pages = new Map<string, string>();
    for (const name of names) pages.set(`/guides/${name}`, await guide(name));
    for (const [path, html] of pages) {
      for (const href of found(html, /href="([^"]+)"/g)) {
        if (/^https?:/.test(href)) continue;
        const [place = '', anchor] = href.split('#');
        const target = place === '' ? html : (pages.get(place) ?? (await request(app.app.server).get(place)).status);
        if (typeof target === 'number') expect([path, href, target]).toEqual([path, href, 200]);
        else if (anchor !== undefined)
          expect([path, href, target.includes(`id="${anchor}"`)]).toEqual([path, href, true]);
      }
    }
  });

  it('is what the introduction of the document links to', async () => {
    const { body } = await request(app.app.server).get('/openapi.json');
    const links = found(body.info.description, /\]\((\/guides\/\w+)\)/g);
    expect(links).toEqual(names.map((name) => `/guides/${name}`));
  });

  it('answers 404 for any other', async () => {
    for (const name of ['nobody', 'constructor', 'Reader']) {
      const { status, body } = await request(app.app.server).get(`/guides/${name}`);
      expect([status, body.type]).toEqual([404, '/problems/not-found']);
    }
  });
});
