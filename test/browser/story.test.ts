import fc from 'fast-check';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedFiles, seedStories } from '../../src/seeding.js';
import { startApp, type TestApp } from '../support/app.js';
import { story as randomStory } from '../support/arbitraries.js';
import { launchBrowser, openPage, takePicture } from '../support/browser.js';
import { liveStory } from '../support/stories.js';

const slug = 'putin-lukashenko-minsk-december-2022';
let app: TestApp;
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
  app = await startApp();
  await seedStories(app.services, await seedFiles());
});
afterAll(async () => {
  await browser?.close();
  await app?.close();
});

async function open(id: string): Promise<{ page: Page; troubles: string[] }> {
  const base = app.app.listeningOrigin;
  const { page, troubles } = await openPage(browser, base);
  await page.goto(`${base}/v1/articles/${id}?format=html`);
  return { page, troubles };
}

/** Names of the elements in a page, and of their attributes. */
async function namesIn(page: Page): Promise<{ elements: string[]; attributes: string[] }> {
  const all = await page
    .locator('*')
    .evaluateAll((found) => found.map((element) => [element.localName, ...element.getAttributeNames()]));
  return {
    elements: [...new Set(all.map(([element = '']) => element))],
    attributes: [...new Set(all.flatMap(([, ...attributes]) => attributes))],
  };
}

const elements = new Set(
  'html head meta title link style script body article header footer nav section aside h1 h2 h3 h4 h5 p br hr strong em code a span small ul ol li figure picture source img figcaption blockquote cite time div table caption thead tbody tr th td'.split(
    ' ',
  ),
);
const attributes = new Set(
  'lang dir charset name content rel href hreflang property type id class role aria-label datetime cite scope src srcset sizes width height alt loading decoding data-image-id data-quote-id data-embed-id'.split(
    ' ',
  ),
);

describe('a story as a page', () => {
  it.each([
    ['desk', { width: 1280, height: 1600 }, 'light', 'screen'],
    ['phone', { width: 390, height: 1600 }, 'dark', 'screen'],
    ['paper', { width: 800, height: 1100 }, 'light', 'print'],
  ] as const)('reads well on a %s', async (name, viewport, colorScheme, media) => {
    const { page, troubles } = await open(slug);
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, media });
    await takePicture(page, `story-${name}`, true);
    const headings = await page
      .locator('h1, h2, h3, h4, h5')
      .evaluateAll((all) => all.map(({ localName }) => localName));
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    const times = await page.locator('time[datetime]').count();
    expect(headings).toEqual(['h1', 'h2', 'h2', 'h2']);
    expect(width).toBeLessThanOrEqual(viewport.width);
    expect(times).toBeGreaterThanOrEqual(2);
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  it.each([
    ['desk', { width: 1280, height: 900 }],
    ['phone', { width: 390, height: 800 }],
  ])('loads its pictures in a fitting size on a %s, and nothing moves while they come', async (_name, viewport) => {
    const base = app.app.listeningOrigin;
    const { page, troubles } = await openPage(browser, base);
    await page.setViewportSize(viewport);
    await page.addInitScript(`
      window.shifts = [];
      new PerformanceObserver((list) => {
        for (const { value } of list.getEntries()) window.shifts.push(value);
      }).observe({ type: 'layout-shift', buffered: true });`);
    await page.goto(`${base}/v1/articles/${slug}?format=html`);
    const heightBefore = await page.evaluate<number>('document.documentElement.scrollHeight');
    for (const picture of await page.locator('picture img').all()) {
      await picture.scrollIntoViewIfNeeded();
      await expect.poll(() => picture.evaluate((img) => (img as unknown as { complete: boolean }).complete)).toBe(true);
    }
    const shown = await page.evaluate<{ src: string; natural: number; width: number; listed: boolean }[]>(`
      [...document.images].map((img) => ({
        src: img.currentSrc,
        natural: img.naturalWidth,
        width: img.clientWidth,
        listed: [...img.parentElement.children].some((at) => at.srcset.includes(new URL(img.currentSrc).pathname)),
      }))`);
    expect(shown).toHaveLength(4);
    for (const { src, natural, width, listed } of shown) {
      expect([src, listed]).toEqual([expect.stringMatching(/\.avif$/), true]);
      expect(natural).toBeGreaterThanOrEqual(Math.min(width, 640));
      expect(width).toBeGreaterThan(300);
    }
    // Heights that are no whole pixels may be rounded otherwise.
    const heightAfter = await page.evaluate<number>('document.documentElement.scrollHeight');
    expect(Math.abs(heightAfter - heightBefore)).toBeLessThanOrEqual(1);
    expect(await page.evaluate('window.shifts')).toEqual([]);
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  it('has only elements and attributes that a story may have, whatever was posted', async () => {
    await fc.assert(
      fc.asyncProperty(randomStory, async (draft) => {
        const { id } = await liveStory(app, draft);
        const { page, troubles } = await open(id);
        const names = await namesIn(page);
        expect(names.elements.filter((element) => !elements.has(element))).toEqual([]);
        expect(names.attributes.filter((attribute) => !attributes.has(attribute))).toEqual([]);
        expect(await page.locator('h1').innerText()).not.toBe('');
        expect(troubles).toEqual([]);
        await page.context().close();
      }),
      { numRuns: 15, endOnFailure: true },
    );
  }, 180_000);

  it('runs nothing of what was posted', async () => {
    const evil =
      '</title></script><script>document.title="run"</script><img src=x onerror=document.title="run">"\'><svg onload=1>';
    const draft = {
      headline: evil,
      language: 'en',
      desk: 'world',
      deck: evil,
      seo: { title: evil, description: evil },
      sections: [
        {
          heading: evil,
          blocks: [
            { type: 'paragraph', text: evil },
            { type: 'image', image: { alt: evil, creditLine: evil } },
          ],
        },
      ],
    };
    const { id } = await liveStory(app, draft);
    const { page, troubles } = await open(id);
    expect(await page.title()).toBe(evil);
    expect(await page.locator('h1').innerText()).toBe(evil);
    expect(await page.locator('img, svg, body script').count()).toBe(0);
    expect(troubles).toEqual([]);
    await page.context().close();
  });
});
