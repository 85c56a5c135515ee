// The page as text: what it contains, that no text of a cluster becomes code, and that large plans stay small.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { planPage } from '../../../../cli/plan/html/plan-page.ts';
import { rollout, SECOND, sampleImage, samplePlan, samplePolicy, samplePull } from '../sample-plans.ts';

const MOST_BYTES = 5_000_000;

const small = rollout({ nodes: 4, images: 2, cap: 2, delayMilliseconds: SECOND });
const page = planPage(small, { name: 'images.yaml' });

/** The texts of all elements of this name. */
const elements = (text: string, name: string) =>
  [...text.matchAll(new RegExp(`<${name}\\b([^>]*)>(.*?)</${name}>`, 'gs'))].map(
    ([, attributes = '', content = '']) => ({
      attributes,
      content,
    }),
  );

/** The text that a reader sees. */
const visible = (text: string) =>
  text
    .replace(/<(script|style|title)\b.*?<\/\1>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

it('the page states the result, the figures, the images and the policies without a script', () => {
  const text = visible(page);
  expect(text).toContain('kubectl drop plan: images.yaml All 2 images are on all 4 nodes after 2m47s');
  expect(text).toContain('duration 2m47s pulls 8 most at once 2 most on a node 1 worker-0000 data 16 GB');
  expect(text).toContain('nginx-1 docker.io/team/nginx-1:v1 default 4 4 0s 1m18s');
  expect(text).toContain(
    'waited for delay 2m31s minDelayBetweenPulls accounts for 2m31s of 2m47s; 2s would finish in 34s',
  );
  expect(text).toContain('Times are durations since the start of the plan, 2026-01-05 12:00 UTC.');
});

it('the content security policy allows the script and the style sheet of the page, and nothing besides them', () => {
  const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
  const [data, script, ...more] = elements(page, 'script');
  const [style] = elements(page, 'style');
  expect(more).toEqual([]);
  expect(data?.attributes).toBe(' type="application/json" id="plan-data"');
  expect(policy?.split('; ')).toEqual([
    "default-src 'none'",
    `script-src ${hashOf(script?.content ?? '')}`,
    `style-src ${hashOf(style?.content ?? '')}`,
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  expect(page).not.toMatch(/\son\w+=|\sstyle=|\ssrc=|href=|https?:/i);
});

describe('a plan from a hostile cluster', () => {
  const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(1)> "'\u202e\u0000 https://u:hunter2@h/`;
  const obstacles = [{ reason: hostile, message: hostile, nodes: [hostile] }];
  const plan = samplePlan({
    nodes: [hostile],
    images: [sampleImage({ name: hostile, reference: hostile, policy: hostile, obstacles })],
    policies: [samplePolicy({ name: hostile })],
    pulls: [samplePull({ image: hostile, node: hostile, policy: hostile, registry: hostile })],
    registries: [
      { name: hostile, pulls: 1 },
      { name: `${hostile}2`, pulls: 1 },
    ],
    peakOfNode: { name: hostile, pulls: 1 },
    notPlanned: [{ kind: hostile, name: hostile, reason: hostile }],
  });
  const text = planPage(plan, { name: hostile, compareWith: { name: hostile, plan } });

  it('adds no element and no attribute', () => {
    expect(elements(text, 'script')).toHaveLength(2);
    expect(text).not.toContain('<img');
    const harmless = samplePlan({ ...plan, pulls: [samplePull()] });
    const tags = (of: string) => of.match(/<[a-z]+\b/g)?.length;
    expect(tags(text)).toBe(tags(planPage(harmless, { name: 'a', compareWith: { name: 'b', plan: harmless } })));
  });

  it('shows its text without control characters, direction marks and credentials', () => {
    expect(visible(text)).toContain('&lt;/script&gt;&lt;script&gt;alert(1)');
    expect(text).not.toMatch(/hunter2|\u202e|\\u202e|\\u0000/);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('is data that the script can parse', () => {
    const [data] = elements(text, 'script');
    const { images } = JSON.parse(data?.content ?? '') as { readonly images: readonly string[] };
    expect(images).toEqual([expect.stringContaining('</script><script>alert(1)</script>')]);
  });
});

it('100,000 pulls take less than 5 MB', () => {
  const large = rollout({ nodes: 1_000, images: 100, cap: 20, delayMilliseconds: SECOND, policies: 4, registries: 4 });
  expect(large.pulls).toHaveLength(100_000);
  expect(Buffer.byteLength(planPage(large, { name: 'images.yaml' }))).toBeLessThan(MOST_BYTES);
});

describe('a page without a timeline', () => {
  it.each([
    ['an empty plan', samplePlan(), 'There is no image to plan'],
    [
      'a plan in which every node holds every image',
      samplePlan({
        nodes: ['a', 'b'],
        images: [
          sampleImage({ alreadyCached: 2, pulls: 0, firstStartMilliseconds: undefined, completeMilliseconds: 0 }),
        ],
      }),
      '1 image is on all 2 nodes already',
    ],
  ])('is that of %s', (_title, plan, sentence) => {
    const text = planPage(plan, { name: 'images.yaml' });
    expect(visible(text)).toContain(sentence);
    expect(text).not.toMatch(/<canvas|id="legend"/);
  });
});

it('an image that never gets onto a node is shown with the reason', () => {
  const obstacles = [{ reason: 'NodeNotEligible', message: 'node-1 is cordoned: uncordon it', nodes: ['node-1'] }];
  const plan = samplePlan({ nodes: ['node-0', 'node-1'], images: [sampleImage({ obstacles })] });
  expect(visible(planPage(plan, { name: 'images.yaml' }))).toContain(
    'NodeNotEligible on node-1: node-1 is cordoned: uncordon it',
  );
});

it('two plans are on one page, each with its headline and its charts', () => {
  const faster = rollout({ nodes: 4, images: 2, cap: 4, delayMilliseconds: SECOND });
  const text = planPage(small, { name: 'now.yaml', compareWith: { name: 'other.yaml', plan: faster } });
  expect(visible(text)).toContain('kubectl drop plan: now.yaml and other.yaml The second plan is 1m13s faster');
  expect(visible(text)).toContain('other.yaml All 2 images are on all 4 nodes after 1m34s: 8 pulls');
  expect(text.match(/data-plan="\d"/g)).toEqual(['data-plan="0"', 'data-plan="1"']);
});
