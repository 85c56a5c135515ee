// The page of a plan in Chromium: the charts are drawn, react to keys, pointer and buttons, and nothing is refused.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { planPage } from '../../../cli/plan/html/plan-page.ts';
import { rollout, SECOND, samplePlan } from '../../cli/plan/sample-plans.ts';
import { describeWith } from '../requirements.ts';
import { nextFrame, type OpenPage, openPage, type PageSize } from './chromium.ts';
import { useBrowser } from './use-browser.ts';

const DESKTOP: PageSize = { width: 1_400, height: 900 };
const PHONE: PageSize = { width: 390, height: 844 };
const HEADER_PIXELS = 40;

const large = rollout({ nodes: 1_000, images: 100, cap: 20, delayMilliseconds: SECOND, policies: 2, registries: 2 });
const small = rollout({ nodes: 10, images: 3, cap: 2, delayMilliseconds: SECOND });

describeWith(['chromium'], 'the page of a plan in Chromium', () => {
  const browser = useBrowser();
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'drop-page-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Opens the page for the length of a test. */
  async function withPage<T>(html: string, size: PageSize, use: (open: OpenPage) => Promise<T>): Promise<T> {
    const file = join(folder, 'page.html');
    writeFileSync(file, html);
    const open = await openPage(browser(), pathToFileURL(file).href, { size });
    try {
      return await use(open);
    } finally {
      await open.close();
    }
  }

  const facts = async ({ page }: OpenPage, index = 0) =>
    (await page.evaluate(`({ ...document.querySelector('[data-plan="${index}"]').dataset })`)) as Readonly<
      Record<string, string>
    >;

  it('has 1,000 rows with 100,000 bars, and draws only the visible rows', async () => {
    await withPage(planPage(large, { name: 'images.yaml' }), DESKTOP, async (open) => {
      const { page, problems } = open;
      const { rows, bars, drawnRows } = await facts(open);
      expect([rows, bars]).toEqual(['1000', '100000']);
      expect(Number(drawnRows)).toBeGreaterThan(10);
      expect(Number(drawnRows)).toBeLessThan(100);
      expect(await page.evaluate('document.querySelectorAll("#legend button").length')).toBe(100);
      expect(problems).toEqual([]);
    });
  });

  it('is as wide as the window of a phone', async () => {
    await withPage(planPage(large, { name: 'images.yaml' }), PHONE, async (open) => {
      const { page, problems } = open;
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
      expect(problems).toEqual([]);
    });
  });

  it('selects pulls with the arrow keys, and describes them to a screen reader', async () => {
    await withPage(planPage(small, { name: 'images.yaml' }), DESKTOP, async (open) => {
      const { page, problems } = open;
      await page.evaluate('document.querySelector(".rows").focus()');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      const text = await page.evaluate('document.getElementById("announcement").textContent');
      expect(text).toMatch(
        /^image postgres-1 node worker-0000 start \d+m\d+s end .* slot \d of default registry docker.io$/,
      );
      expect(await page.evaluate('document.getElementById("tooltip").hidden')).toBe(false);
      await page.keyboard.press('Escape');
      expect(await page.evaluate('document.getElementById("tooltip").hidden')).toBe(true);
      expect(problems).toEqual([]);
    });
  });

  it('describes the pull under the pointer, and keeps the highlight of a clicked image', async () => {
    await withPage(planPage(small, { name: 'images.yaml' }), DESKTOP, async (open) => {
      const { page, problems } = open;
      const { x = 0, y = 0 } = (await page.locator('.spacer canvas').boundingBox()) ?? {};
      const gutter = 130;
      await page.mouse.move(x + gutter, y + 10);
      expect(await page.evaluate('document.getElementById("tooltip").innerText')).toMatch(
        /nginx-1\s+node\s+worker-0000/,
      );
      await page.evaluate('document.querySelectorAll("#legend button")[1].click()');
      await nextFrame(page);
      const dimmed = await page.evaluate('document.querySelectorAll("#legend .dimmed").length');
      expect(dimmed).toBe(2);
      expect(problems).toEqual([]);
    });
  });

  it('draws every row at once after a click on "all rows"', async () => {
    await withPage(planPage(large, { name: 'images.yaml' }), { width: 1_400, height: 1_500 }, async (open) => {
      const { page } = open;
      await page.evaluate('document.getElementById("fit-rows").click()');
      await nextFrame(page);
      expect((await facts(open)).drawnRows).toBe('1000');
    });
  });

  it('shows two plans with the same time scale', async () => {
    const faster = rollout({ nodes: 5, images: 2, cap: 4, delayMilliseconds: SECOND });
    const html = planPage(small, { name: 'now.yaml', compareWith: { name: 'other.yaml', plan: faster } });
    await withPage(html, DESKTOP, async (open) => {
      const { page, problems } = open;
      expect([await facts(open, 0), await facts(open, 1)]).toMatchObject([
        { rows: '10', bars: '30' },
        { rows: '5', bars: '10' },
      ]);
      const axes = await page.evaluate('[...document.querySelectorAll(".axis")].map((axis) => axis.toDataURL())');
      const [first, second] = axes as readonly string[];
      expect(first?.length).toBeGreaterThan(1_000);
      expect(second).toBe(first);
      expect(problems).toEqual([]);
    });
  });

  it('shows an empty plan without an error', async () => {
    await withPage(planPage(samplePlan(), { name: 'images.yaml' }), DESKTOP, async (open) => {
      const { page, problems } = open;
      expect(await page.evaluate('document.querySelector("h1").textContent')).toBe('There is no image to plan');
      expect(await page.evaluate('document.body.scrollHeight')).toBeGreaterThan(HEADER_PIXELS);
      expect(problems).toEqual([]);
    });
  });

  it('refuses a script and an image that were added to its text', async () => {
    const html = planPage(small, { name: 'images.yaml' }).replace(
      '</main>',
      '</main><script>document.title = "attacked"</script><img src="https://attacker.example/x.png" alt="">',
    );
    await withPage(html, DESKTOP, async (open) => {
      const { page, problems } = open;
      expect(await page.evaluate('document.title')).not.toBe('attacked');
      expect(problems.filter((problem) => problem.includes('Content Security Policy'))).toHaveLength(2);
      expect((await facts(open)).bars).toBe('30');
    });
  });
});
