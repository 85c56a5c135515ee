// The page of `kubectl drop ui` in Chromium, against a small server: its states, filters, details, keys and sizes.
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { UiView } from '../../../cli/ui/view/ui-view.ts';
import { emptyView, sampleView, withCell } from '../../cli/ui/page/sample-views.ts';
import { describeWith } from '../requirements.ts';
import { nextFrame, type OpenPage, openPage, type PageOptions } from './chromium.ts';
import { startUiServer, type UiServer } from './ui-server.ts';
import { useBrowser } from './use-browser.ts';

const DESKTOP: PageOptions = { size: { width: 1_440, height: 900 } };
const DARK: PageOptions = { ...DESKTOP, colorScheme: 'dark' };
const PHONE: PageOptions = { size: { width: 390, height: 844 } };

interface Session extends OpenPage {
  readonly server: UiServer;
}

const view = sampleView({ images: 24, nodes: 48 });
const legendCount = async (page: Page, state: string) =>
  Number((await page.locator(`.legend [data-state="${state}"] .count`).innerText()).replaceAll(',', ''));
const imageNames = (page: Page) => page.locator('#images tbody .name').allInnerTexts();

/** The colour in the middle of a cell of the heat map, as bytes. */
const cellColour = async (page: Page, column: number, row: number) =>
  await page.evaluate(`(() => {
    const canvas = document.getElementById('heat-cells');
    const { width } = document.getElementById('heat').getBoundingClientRect();
    const height = parseFloat(getComputedStyle(document.getElementById('matrix')).getPropertyValue('--row-height'));
    const x = (${column} + 0.2) * (width / ${view.nodes.names.length});
    const copy = document.createElement('canvas').getContext('2d');
    copy.drawImage(canvas, -Math.round(x), -Math.round((${row} + 0.3) * height));
    return [...copy.getImageData(0, 0, 1, 1).data].join();
  })()`);

const property = (page: Page, id: string, name: string) => page.evaluate(`document.getElementById('${id}').${name}`);
const imageField = (page: Page) => page.getByRole('searchbox', { name: 'Image' });

async function seriousProblems(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(`axe.run(document).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`);
  return violations as readonly string[];
}

describeWith(['chromium'], 'the page of kubectl drop ui in Chromium', () => {
  const browser = useBrowser();

  async function withPage(
    shown: UiView,
    options: PageOptions & { readonly hash?: string },
    use: (session: Session) => Promise<void>,
  ): Promise<void> {
    const { hash = '', ...pageOptions } = options;
    const server = await startUiServer(shown);
    const open = await openPage(browser(), server.url + hash, pageOptions);
    try {
      await open.page.locator('.live').waitFor();
      await open.page.getByText('live', { exact: true }).waitFor();
      await use({ ...open, server });
    } finally {
      await open.close();
      await server.close();
    }
  }

  it('shows every state in the legend and in the table', async () => {
    await withPage(view, DESKTOP, async ({ page, problems }) => {
      const states = await page.evaluate(
        '[...document.querySelectorAll(".legend button")].map(({ dataset }) => dataset.state)',
      );
      expect(states).toHaveLength(9);
      const table = (await page.locator('#images').textContent()) ?? '';
      for (const state of states as unknown as readonly string[]) {
        expect(table).toMatch(new RegExp(`[1-9]\\d* ${state}`));
        expect(await legendCount(page, state)).toBeGreaterThan(0);
      }
      expect(await page.locator('#images tbody tr').count()).toBe(24);
      expect(problems).toEqual([]);
    });
  });

  it('moves a cell from queued to cached with a change, and the counts follow', async () => {
    await withPage(view, DESKTOP, async ({ page, server, problems }) => {
      const row = view.images.findIndex(({ name }) => name === 'envoy');
      const node = view.nodes.names.length - 1;
      const next = withCell(view, row, node, 'cached');
      const image = next.images[row];
      if (image === undefined) throw new Error('no image envoy in the view');
      const [queued, cached] = [await legendCount(page, 'queued'), await legendCount(page, 'cached')];
      const [before, neighbour] = [await cellColour(page, node, row), await cellColour(page, 0, row)];
      expect(before).not.toBe(neighbour);
      server.change({ at: '2026-11-21T12:00:10Z', images: [[row, image]] }, next);
      await page.getByText('12:00:10 UTC').waitFor();
      expect(await legendCount(page, 'queued')).toBe(queued - 1);
      expect(await legendCount(page, 'cached')).toBe(cached + 1);
      expect(await cellColour(page, node, row)).toBe(neighbour);
      expect(problems).toEqual([]);
    });
  });

  it('filters by pool, image and state, and keeps the filters in the URL', async () => {
    await withPage(view, DESKTOP, async ({ page, problems }) => {
      await page.getByLabel('Node pool').selectOption('gpu');
      await nextFrame(page);
      expect(await page.locator('#images-title').innerText()).toContain('12 nodes');
      await imageField(page).fill('envoy');
      await nextFrame(page);
      expect(await imageNames(page)).toEqual(['envoy', 'envoy-2']);
      await imageField(page).fill('');
      await page.locator('.legend [data-state="failing"]').click();
      await nextFrame(page);
      expect(await imageNames(page)).toEqual(['redis-2']);
      expect(await page.locator('.legend [data-state="failing"]').getAttribute('aria-pressed')).toBe('true');
      await page.reload();
      await page.locator('#images .name').first().waitFor();
      expect(await imageNames(page)).toEqual(['redis-2']);
      expect(await page.getByLabel('Node pool').inputValue()).toBe('pool gpu');
      await page.getByRole('button', { name: 'clear filters' }).click();
      await nextFrame(page);
      expect(await imageNames(page)).toHaveLength(24);
      expect(await page.getByLabel('Node pool').inputValue()).toBe('all');
      expect(new URL(page.url()).hash).toBe('');
      expect(problems).toEqual([]);
    });
  });

  it('opens an image and a node with the keyboard, closes with Escape, and returns the focus', async () => {
    await withPage(view, DESKTOP, async ({ page, problems }) => {
      const focused = async () => String(await page.evaluate('document.activeElement.textContent.trim()'));
      const tabTo = async (text: string) => {
        for (let presses = 0; presses < 60 && (await focused()) !== text; presses += 1)
          await page.keyboard.press('Tab');
        expect(await focused()).toBe(text);
      };
      await tabTo('ci-builder');
      await page.keyboard.press('Enter');
      await page.locator('#detail .group').first().waitFor();
      expect(await focused()).toBe('ci-builder');
      await tabTo('arm-0001');
      await page.keyboard.press('Enter');
      await page.locator('#detail .verdict').waitFor();
      expect(await page.locator('#detail footer code').innerText()).toBe('kubectl drop why ci-builder arm-0001');
      await page.keyboard.press('Escape');
      expect(await property(page, 'detail', 'open')).toBe(false);
      expect(await focused()).toBe('ci-builder');
      expect(problems).toEqual([]);
    });
  });

  it('describes the cell under the pointer, and opens it with a click', async () => {
    await withPage(view, DESKTOP, async ({ page, server, problems }) => {
      const { x = 0, y = 0 } = (await page.locator('#heat-cells').boundingBox()) ?? {};
      await page.mouse.move(x + 5, y + 5);
      expect(await page.locator('#tooltip').innerText()).toMatch(/cert-manager\s+node\s+arm-0000\s+pool\s+arm\s+state/);
      const row = view.images.findIndex(({ name }) => name === 'kafka');
      const height = await property(page, 'images', 'rows[1].offsetHeight');
      await page.mouse.click(x + 5, y + row * Number(height) + 5);
      await page.getByText('waiting: policy-cap').waitFor();
      expect(await page.locator('#detail [data-gate="closed"]').count()).toBe(2);
      const next = { ...withCell(view, row, 0, 'cached'), at: '2026-11-21T12:00:10Z' };
      server.show(next);
      await page.locator('#detail .verdict strong', { hasText: /^cached$/ }).waitFor();
      expect(problems).toEqual([]);
    });
  });

  it('shows 50 nodes of a group, filters them, and copies the command', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    await withPage(sampleView({ images: 8, nodes: 200 }), { ...DESKTOP, permissions }, async ({ page, problems }) => {
      await page.locator('#images .name', { hasText: 'postgres' }).click();
      const nodes = page.locator('#detail .nodes .name');
      await nodes.first().waitFor();
      expect(await nodes.count()).toBe(50);
      expect(await page.getByText('and 150 more: use the filter').count()).toBe(1);
      await page.getByPlaceholder('filter nodes').fill('gpu-0123');
      expect(await nodes.allInnerTexts()).toEqual(['gpu-0123']);
      await page.getByRole('button', { name: 'copy' }).click();
      await page.getByText('copied').waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe('kubectl drop why postgres');
      expect(problems).toEqual([]);
    });
  });

  it('shows the message of the server for an image that no longer exists', async () => {
    await withPage(view, DESKTOP, async ({ page, server }) => {
      await page.locator('#images .name').first().click();
      await page.locator('#detail .group').first().waitFor();
      server.show({ ...view, at: '2026-11-21T12:00:10Z', images: view.images.slice(1) });
      await page.getByText('no such image or node').waitFor();
    });
  });

  it('reconnects after the stream ends, and reports that the command has ended after a refusal', async () => {
    await withPage(view, DESKTOP, async ({ page, server }) => {
      server.disconnect(200);
      await page.getByText('reconnecting since 12:00:00 UTC').waitFor();
      await page.getByText('live', { exact: true }).waitFor();
      server.disconnect(403);
      await page.getByText('it was started again').waitFor();
    });
  });

  it('is as wide as the window of a phone', async () => {
    await withPage(sampleView({ images: 100, nodes: 1_000 }), PHONE, async ({ page, problems }) => {
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.size.width);
      await page.locator('#images .name').first().click();
      await page.locator('#detail .group').first().waitFor();
      expect(await property(page, 'detail', 'scrollWidth')).toBeLessThanOrEqual(390);
      expect(problems).toEqual([]);
    });
  });

  it('draws only the visible rows of 100 images on 1,000 nodes', async () => {
    const size = { images: 100, nodes: 1_000 };
    await withPage(sampleView(size), { ...DESKTOP, hash: '#size=10' }, async ({ page, problems }) => {
      const drawn = async () => Number(await page.locator('#matrix').getAttribute('data-drawn-rows'));
      expect(await drawn()).toBeGreaterThan(10);
      expect(await drawn()).toBeLessThan(40);
      expect(await property(page, 'matrix', 'scrollWidth')).toBeGreaterThan(10_000);
      expect(await property(page, 'heat', 'offsetWidth')).toBeGreaterThan(10_000);
      expect(await property(page, 'heat-cells', 'width')).toBeLessThan(1_440);
      expect(problems).toEqual([]);
    });
  });

  it('uses other colours in the dark scheme', async () => {
    const colours: unknown[] = [];
    for (const options of [DESKTOP, DARK]) {
      await withPage(view, options, async ({ page, problems }) => {
        const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
        colours.push([background, await cellColour(page, 0, 3)]);
        expect(problems).toEqual([]);
      });
    }
    const [light, dark] = colours as readonly (readonly string[])[];
    expect(light?.[0]).not.toBe(dark?.[0]);
    expect(light?.[1]).not.toBe(dark?.[1]);
  });

  it('shows hostile names as text', async () => {
    const hostile = '<img src=x onerror="document.title=1">\u202Egnp.exe';
    const images = view.images.map((row, index) => (index === 0 ? { ...row, name: hostile, reason: hostile } : row));
    const nodes = { ...view.nodes, names: view.nodes.names.map((name, index) => (index === 0 ? hostile : name)) };
    const failures = view.failures.map((failure) => ({
      ...failure,
      image: hostile,
      message: hostile,
      advice: hostile,
    }));
    const attack = { ...view, title: hostile, remarks: [hostile], images, nodes, failures };
    await withPage(attack, DESKTOP, async ({ page, problems }) => {
      expect(await page.locator('h1').innerText()).toBe(hostile);
      await page.locator('#images .name').first().click();
      await page.locator('#detail .group').first().waitFor();
      expect(await page.locator('#detail h2').innerText()).toBe(hostile);
      expect(await page.locator('#detail .nodes').first().innerText()).toContain(hostile);
      expect(await page.locator('img').count()).toBe(0);
      expect(await page.title()).toContain('onerror');
      expect(problems).toEqual([]);
    });
  });

  it.each([
    { title: 'light', options: DESKTOP },
    { title: 'dark', options: DARK },
    { title: 'narrow', options: PHONE },
  ])('has no serious problem of accessibility: $title', async ({ options }) => {
    await withPage(view, options, async ({ page }) => {
      expect(await seriousProblems(page)).toEqual([]);
      await page.locator('#images .name').first().click();
      await page.locator('#detail .group').first().waitFor();
      expect(await seriousProblems(page)).toEqual([]);
      await page.locator('#detail .nodes .name').first().click();
      await page.locator('#detail .verdict').waitFor();
      expect(await seriousProblems(page)).toEqual([]);
    });
  });

  it('states what to do where there is nothing to show', async () => {
    await withPage(emptyView, DESKTOP, async ({ page, problems }) => {
      for (const text of ['There is no image yet', 'No pull is failing', 'No pull is waiting', 'no PullPolicy']) {
        expect(await page.getByText(text).count()).toBe(1);
      }
      expect(await page.getByText('Pods cannot be listed').count()).toBe(1);
      expect(await seriousProblems(page)).toEqual([]);
      expect(problems).toEqual([]);
    });
  });
});
