// What a front end does with the typed client: another origin than the server's, in a real browser.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedFiles, seedStories } from '../../src/seeding.js';
import { startApp, type TestApp } from '../support/app.js';
import { launchBrowser, openPage, takePicture } from '../support/browser.js';
import { correct, withdrawStory } from '../support/editing.js';
import { liveStory, minskStory, shortStory } from '../support/stories.js';

const folder = new URL('./front-end/', import.meta.url);
const { slug } = minskStory();
let app: TestApp;
let browser: Browser;
let site: Server;
let origin: string;

/** The page and its program, in one file, as a bundler makes it. */
async function serveSite(): Promise<Server> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('app.ts', folder))],
    bundle: true,
    format: 'esm',
    target: 'es2023',
    minify: true,
    write: false,
  });
  const script = outputFiles[0]?.text ?? '';
  const page = readFileSync(new URL('index.html', folder), 'utf8');
  const server = createServer(({ url }, response) => {
    const isScript = url === '/app.js';
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html; charset=utf-8' });
    response.end(isScript ? script : page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

beforeAll(async () => {
  browser = await launchBrowser();
  app = await startApp();
  await seedStories(app.services, await seedFiles());
  for (const headline of ['First of three', 'Second of three', 'Third of three'])
    await liveStory(app, shortStory({ headline }));
  site = await serveSite();
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await browser?.close();
  site?.close();
  await app?.close();
});

async function open(hash: string): Promise<{ page: Page; troubles: string[] }> {
  const api = app.app.listeningOrigin;
  const opened = await openPage(browser, origin, [api]);
  await opened.page.goto(`${origin}/?api=${encodeURIComponent(api)}#${hash}`);
  await opened.page.locator('html[data-ready]').waitFor();
  return opened;
}

describe('a front end with the typed client', () => {
  it.each([
    ['desk', { width: 1280, height: 1600 }, 'light'],
    ['phone', { width: 390, height: 1600 }, 'dark'],
  ] as const)('shows the story on a %s: headings, pictures, quotes, embeds', async (name, viewport, colorScheme) => {
    const { page, troubles } = await open(slug);
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    const story = page.locator('#story');
    const { body } = await app.anybody.get(`/v1/articles/${slug}`).expect(200);
    expect(await story.locator('h1').innerText()).toBe(body.data.headline);
    expect(await page.title()).toBe(body.data.headline);
    const headings = body.data.sections.flatMap(({ heading }: { heading: string | null }) => heading ?? []);
    expect(await story.locator('h2').allInnerTexts()).toEqual(headings);
    for (const picture of await story.locator('img').all()) {
      await picture.scrollIntoViewIfNeeded();
      await expect
        .poll(() => picture.evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth))
        .toBeGreaterThan(300);
      expect(await picture.getAttribute('srcset')).toMatch(/ 320w, .* 640w/);
      expect(await picture.getAttribute('alt')).not.toBe('');
    }
    expect(await story.locator('img').count()).toBe(4);
    expect(await story.locator('figcaption').allInnerTexts()).not.toContain('');
    const kinds = body.data.sections.flatMap(({ blocks }: { blocks: { type: string }[] }) =>
      blocks.map(({ type }) => type),
    );
    const count = (type: string) => kinds.filter((kind: string) => kind === type).length;
    expect(await story.locator('blockquote').count()).toBe(count('quote'));
    expect(await story.locator('.embed a').count()).toBe(count('embed'));
    expect(await story.locator('.embed').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringContaining('WATCH')]),
    );
    expect(await story.locator('[data-unknown]').count()).toBe(0);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width);
    await page.evaluate('scrollTo(0, 0)');
    await takePicture(page, `front-end-${name}`, true);
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  it('lists stories page by page, and opens the one that is chosen', async () => {
    const { page, troubles } = await open('');
    const list = page.locator('#list a');
    expect(await list.allInnerTexts()).toEqual(['Third of three', 'Second of three']);
    await page.locator('#more').click();
    await expect.poll(() => list.count()).toBe(4);
    await page.locator('#more').click();
    await expect.poll(() => page.locator('#more').count()).toBe(0);
    expect(await list.count()).toBe(4);
    await list.nth(2).click();
    await expect.poll(() => page.locator('h1').innerText()).toBe('First of three');
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  it('shows at once what readers are told of the story, and that it is withdrawn', async () => {
    const { id, slug: live } = await liveStory(app, shortStory({ headline: 'Is followed' }));
    const { page, troubles } = await open(String(live));
    await correct(app, id, 'correction', 'An earlier version misstated the day.');
    await expect
      .poll(() => page.locator('.correction').allInnerTexts())
      .toEqual(['correction: An earlier version misstated the day.']);
    await withdrawStory(app, id);
    await expect.poll(() => page.locator('[role=alert]').allInnerTexts()).toEqual(['This story was withdrawn.']);
    expect(await page.locator('#live').innerText()).toBe('withdrawn');
    // The browser notes that the story is gone, which is what it is.
    expect(troubles.filter((trouble) => !trouble.includes('410'))).toEqual([]);
    await page.context().close();
  });

  it('shows what the server says of a story that is not there', async () => {
    const { page, troubles } = await open('there-is-none');
    expect(await page.locator('[role=alert]').innerText()).toMatch(/^Not found: /);
    expect(troubles.filter((trouble) => !trouble.includes('404'))).toEqual([]);
    await page.context().close();
  });
});
