import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seedFiles, seedStories } from '../../src/seeding.js';
import { startApp, type TestApp } from '../support/app.js';
import { launchBrowser, openPage, takePicture } from '../support/browser.js';

let app: TestApp;
let browser: Browser;
let page: Page;
let troubles: string[];

beforeAll(async () => {
  browser = await launchBrowser();
  app = await startApp();
  await seedStories(app.services, await seedFiles());
});
afterAll(async () => {
  await browser?.close();
  await app?.close();
});
beforeEach(async () => {
  const base = app.app.listeningOrigin;
  ({ page, troubles } = await openPage(browser, base));
  // Of a long document Swagger UI draws only what is in sight.
  await page.setViewportSize({ width: 1280, height: 30_000 });
  await page.goto(`${base}/docs`);
  await page.locator('.opblock').first().waitFor();
  await page.locator('.opblock-tag', { hasText: 'System: Health' }).waitFor();
});
afterEach(() => page?.context().close());

/** Presses Authorize and enters a key. */
async function authorize(key: string): Promise<void> {
  await page.getByRole('button', { name: 'Authorize' }).first().click();
  const dialog = page.locator('.modal-ux');
  await dialog.getByRole('textbox').fill(key);
  await dialog.getByRole('button', { name: 'Apply credentials' }).click();
  await dialog.getByRole('button', { name: 'Close' }).click();
}

/** Opens an operation, presses "Try it out" and "Execute", and leaves everything as it is prefilled. */
async function tryOut(method: string, path: string): Promise<{ operation: Locator; status: string; answer: string }> {
  const operation = page
    .locator(`.opblock-${method}`)
    .filter({ has: page.locator(`.opblock-summary-path[data-path="${path}"]`) });
  await operation.locator('.opblock-summary-control').click();
  await operation.getByRole('button', { name: 'Try it out' }).click();
  await operation.getByRole('button', { name: 'Execute', exact: true }).click();
  const row = operation.locator('.live-responses-table tbody tr.response').first();
  await row.waitFor();
  const status = await row.locator('.response-col_status').innerText();
  return { operation, status: status.trim(), answer: await row.innerText() };
}

/** The paths of the GETs of the chapters that are open. */
function shownGets(): Promise<string[]> {
  const paths = page.locator('.opblock-get .opblock-summary-path');
  return paths.evaluateAll((elements) => elements.map((element) => element.getAttribute('data-path') ?? ''));
}

describe('/docs', () => {
  it('shows the operations as Delivery, then Management, then System, and asks nothing of other sites', async () => {
    const chapters = await page.locator('.opblock-tag a span').allInnerTexts();
    const groups = chapters.map((chapter) => chapter.split(':')[0]);
    await takePicture(page, 'docs');
    await takePicture(page, 'docs-whole', true);
    expect([...new Set(groups)]).toEqual(['Delivery', 'Management', 'System']);
    expect(groups).toEqual([...groups].sort());
    expect(troubles).toEqual([]);
  });

  it('creates a whole story by "Try it out", as prefilled, once the editor’s key is entered', async () => {
    await authorize(app.keys.editor);
    const { operation, status, answer } = await tryOut('post', '/v1/manage/articles');
    await operation.locator('.live-responses-table').scrollIntoViewIfNeeded();
    await takePicture(page, 'docs-create');
    expect(status).toBe('201');
    const location = /location: (\S+)/.exec(answer)?.[1] ?? '';
    expect(location).toMatch(/^\/v1\/manage\/articles\/[0-9a-f-]{36}$/);
    const { body } = await app.as.editor.get(location).expect(200);
    expect(body.data.sections).toHaveLength(2);
    expect(troubles).toEqual([]);
  });

  it('refuses to create a story without a key, and shows the problem', async () => {
    const { status, answer } = await tryOut('post', '/v1/manage/articles');
    expect(status).toContain('401');
    expect(answer).toContain('/problems/unauthorized');
  });

  it('gets the whole story by its prefilled slug', async () => {
    const { operation, status, answer } = await tryOut('get', '/v1/articles/{slug}');
    await operation.locator('.live-responses-table').scrollIntoViewIfNeeded();
    await takePicture(page, 'docs-get');
    expect(answer).toContain('"slug": "putin-lukashenko-minsk-december-2022"');
    expect(status).toBe('200');
    expect(troubles).toEqual([]);
  });

  it('answers every GET with 200 as prefilled', async () => {
    await authorize(app.keys.admin);
    // These get their ids when they are made, so no example can name one that is there.
    const unnamed = [
      '/v1/manage/sections/{id}',
      '/v1/manage/propagations/{id}',
      '/v1/manage/keys/{id}',
      '/v1/manage/schedules/{id}',
      '/v1/preview/{token}',
      '/v1/manage/erasures/{id}',
      '/v1/manage/webhooks/{id}',
      '/v1/manage/webhooks/{id}/deliveries',
      '/v1/manage/webhooks/{id}/deliveries/{delivery}',
    ];
    const statuses: Record<string, string> = {};
    // One chapter after the other is open: whatever is clicked, Swagger UI draws all that is open anew.
    const headings = page.locator('.opblock-tag');
    for (const heading of await headings.all()) await heading.click();
    for (const heading of await headings.all()) {
      await heading.click();
      for (const path of await shownGets()) {
        // The stream goes on for as long as somebody listens.
        if (unnamed.includes(path) || path === '/v1/stream') continue;
        const { operation, status } = await tryOut('get', path);
        statuses[path] = status;
        await operation.locator('.opblock-summary-control').click();
      }
      await heading.click();
    }
    const paths = Object.keys(statuses);
    expect(paths.length).toBeGreaterThan(15);
    expect(statuses).toEqual(Object.fromEntries(paths.map((path) => [path, '200'])));
    expect(troubles).toEqual([]);
  }, 1_800_000);
});
