// The page of `kubectl drop ui` in Chromium with its real server on the simulated cluster: every state, live changes,
// what `why` reports, and the picture of the documentation.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { startUiServer } from '../../../cli/ui/server/ui-server.ts';
import { simulatedSource } from '../../../demo/page.ts';
import { describeWith } from '../requirements.ts';
import { type OpenPage, openPage } from './chromium.ts';
import { type Showcase, startShowcase } from './showcase.ts';
import { useBrowser } from './use-browser.ts';

const PICTURE_SIZE = { width: 1_280, height: 1_000 };
const documented = resolve(import.meta.dirname, '../../../docs/ui-page.png');
const STEP_MILLISECONDS = 5_000;
/** Virtual time in which the first pair of the queue is pulled. */
const LONGEST_PULL_STEPS = 60;

const states = [
  ...['cached', 'pulling', 'queued', 'failing', 'backing off', 'unavailable', 'not targeted', 'blocked'],
] as const;

/** Width and height stand at a fixed place of a PNG file. */
const sizeOf = (png: Buffer) => ({ width: png.readUInt32BE(16), height: png.readUInt32BE(20) });

describeWith(['chromium'], 'the page of kubectl drop ui on the simulated cluster', () => {
  const browser = useBrowser();

  async function withShowcase(use: (open: OpenPage & Showcase) => Promise<void>): Promise<void> {
    const showcase = await startShowcase();
    const feedTimes = { shortestInterval: 20, tickInterval: 200, idleInterval: 60_000 };
    const source = simulatedSource(showcase.cluster, showcase.clock);
    const server = await startUiServer({ source, title: 'production', feedTimes });
    try {
      const open = await openPage(browser(), server.url, { size: PICTURE_SIZE });
      await open.page.getByText('live', { exact: true }).waitFor();
      await use({ ...open, ...showcase });
      expect(open.problems).toEqual([]);
      await open.close();
    } finally {
      await server.close();
    }
  }

  const countOf = async (page: Page, state: string) =>
    Number((await page.locator(`.legend [data-state="${state}"] .count`).innerText()).replaceAll(',', ''));

  it('shows pairs of every state, the queue, the policies, the discovery and the failures', async () => {
    await withShowcase(async ({ page }) => {
      for (const state of states) expect(await countOf(page, state), state).toBeGreaterThan(0);
      const text = (await page.locator('body').innerText()).replaceAll(/\s+/g, ' ');
      for (const part of [
        'search-indexer',
        'not found: check image, tag and digest',
        'popular',
        'no response within',
      ]) {
        expect(text).toContain(part);
      }
      expect(text).toMatch(/in about \d+/);
    });
  });

  it('follows a pair from the queue until it is cached, and explains it on the way', async () => {
    await withShowcase(async ({ page, cluster, clock }) => {
      const row = page.locator('#images tbody tr', { hasText: 'jupyter' });
      await row.locator('.name').click();
      const panel = page.getByRole('dialog');
      await panel.getByText('gpu-01').first().click();
      await panel.getByText('kubectl drop why jupyter gpu-01').waitFor();
      await panel
        .getByText(/waiting/)
        .first()
        .waitFor();
      expect(await row.innerText()).toContain('0/6');
      const cachedBefore = await countOf(page, 'cached');
      const { images } = cluster.machine('gpu-01');
      const isCached = () => images.byReference.has('registry.example.com/jupyter:v1');
      for (let step = 0; step < LONGEST_PULL_STEPS && !isCached(); step += 1) await clock.runFor(STEP_MILLISECONDS);
      await clock.runFor(STEP_MILLISECONDS);
      await panel
        .getByText(/^cached/)
        .first()
        .waitFor();
      await panel.press('Escape');
      expect(await row.innerText()).toMatch(/[1-6]\/6/);
      expect(await countOf(page, 'cached')).toBeGreaterThan(cachedBefore);
    });
  });

  it('is drawn as in the documentation, whose picture it writes on request', async () => {
    await withShowcase(async ({ page }) => {
      const picture = await page.screenshot();
      if (process.env.DROP_PICTURES !== undefined) writeFileSync(documented, picture);
      // Fonts differ between machines, so the pixels are not compared.
      expect(sizeOf(readFileSync(documented))).toEqual(sizeOf(picture));
      expect(sizeOf(picture)).toEqual(PICTURE_SIZE);
    });
  });
});
