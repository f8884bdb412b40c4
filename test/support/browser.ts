// A real browser, and pages in it that remember everything that went wrong in them.
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @throws when the machine has no Chromium, or it does not start */
export async function launchBrowser(): Promise<Browser> {
  if (!existsSync(executablePath))
    throw new Error(`There is no Chromium at ${executablePath}. Install it (on Debian: apt-get install chromium).`);
  return chromium.launch({ executablePath, args: flags });
}

export interface WatchedPage {
  page: Page;
  /** Errors on the console, exceptions, violations of the content security policy, requests that failed or went elsewhere. */
  troubles: string[];
}

/** A new page of its own, without cookies or storage of others. Whatever it asks of another origin than `base`, or `others`, is refused. */
export async function openPage(browser: Browser, base: string, others: readonly string[] = []): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || /content security policy/i.test(message.text()))
      troubles.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => troubles.push(`exception: ${error.message}`));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    // Chromium itself gives up a picture when another size of it fits better, as when a window is still without one.
    if (request.resourceType() === 'image' && reason === 'net::ERR_ABORTED') return;
    troubles.push(`failed: ${request.url()} (${reason})`);
  });
  await context.exposeFunction('reportViolation', (violation: string) => troubles.push(`policy: ${violation}`));
  await context.addInitScript(`document.addEventListener('securitypolicyviolation', (event) =>
    reportViolation(event.violatedDirective + ' refused ' + event.blockedURI))`);
  await context.route(
    (url) => url.protocol.startsWith('http') && ![base, ...others].includes(url.origin),
    async (route) => {
      troubles.push(`asked elsewhere: ${route.request().url()}`);
      await route.abort();
    },
  );
  return { page, troubles };
}

/** Keeps a picture of a part of the page, in SCREENSHOT_DIR or else a temporary folder, and says where. */
export async function takePicture(page: Page, name: string, fullPage = false): Promise<string> {
  const folder = process.env.SCREENSHOT_DIR || mkdtempSync(join(tmpdir(), 'copydesk-screenshots-'));
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, fullPage, animations: 'disabled' });
  return path;
}
