// Pages in headless Chromium.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export interface OpenPage {
  readonly page: Page;
  /** Errors of the console, uncaught exceptions and violations of the content security policy. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

export interface PageSize {
  readonly width: number;
  readonly height: number;
}

export interface PageOptions extends Pick<BrowserContextOptions, 'colorScheme' | 'permissions'> {
  readonly size: PageSize;
}

/** The path of Chromium, or why there is none. */
export function findChromium(): { readonly path: string } | { readonly missing: string } {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const path = folders.map((folder) => join(folder, 'chromium')).find((each) => existsSync(each));
  return path === undefined ? { missing: 'no chromium on PATH' } : { path };
}

/** Without a sandbox, because tests in containers run as root. */
export function startBrowser(path: string): Promise<Browser> {
  return chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu'] });
}

export async function openPage(browser: Browser, url: string, { size, ...options }: PageOptions): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning', 'assert'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(url);
  await nextFrame(page);
  return { page, problems, close: () => context.close() };
}

/** Resolves after the page has drawn what it changed before. */
export async function nextFrame(page: Page): Promise<void> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}
