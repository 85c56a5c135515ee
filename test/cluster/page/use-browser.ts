// One browser for the tests of a file.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, inject } from 'vitest';
import { startBrowser } from './chromium.ts';

/** Starts and ends a browser. Returns how to get it; call it inside of `describeWith(['chromium'], ...)`. */
export function useBrowser(): () => Browser {
  let browser: Browser;
  beforeAll(async () => {
    const { chromium } = inject('clusterRun');
    if ('missing' in chromium) throw new Error(chromium.missing);
    browser = await startBrowser(chromium.path);
  });
  afterAll(() => browser.close());
  return () => browser;
}
