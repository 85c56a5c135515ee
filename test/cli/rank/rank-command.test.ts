// `kubectl drop rank` on the status of a cluster: its JSON, its errors, and what text of a cluster can never do.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { rankOutput } from '../../../cli/rank/rank-command.ts';
import { rankReport } from '../../../cli/rank/rank-report.ts';
import { findPolicy } from '../../../cli/rank/ranked-policy.ts';
import { UsageError } from '../../../cli/usage-error.ts';
import { NOON } from '../../hooks/builders/wire.ts';
import { runWith, textOf } from '../command-input.ts';
import { hostileText, secrets } from '../hostile-text.ts';
import { at, failed, type PolicyFacts, policySnapshot, queries, signals, weighted } from './ranked-policies.ts';

const COLUMNS = 80;

const both = policySnapshot([weighted, { name: 'nightly', spec: weighted.spec }]);
const run = (...args: readonly string[]) => textOf(['rank', ...args], { readSnapshot: async () => both });

it('the table and the JSON of the command come from the same report', async () => {
  expect(await run('ci')).toMatch(/^DiscoveryPolicy {2}ci\n/);
  expect(await run('ci', 'r.io/b:1')).toContain('Rank             2 of 3\n');
  const report = JSON.parse(await run('ci', '-o', 'json'));
  expect(report).toMatchObject({
    at: '2026-11-21T12:00:00.000Z',
    policy: 'ci',
    shape: 'queries',
    ranking: 'weightedSum',
    ready: { status: 'False', reason: 'Timeout' },
    lastSyncTime: '2026-11-21T11:55:00Z',
    maxImages: 3,
    queries: [
      { name: 'usage', type: 'prometheus', state: 'success', imageCount: 3 },
      { name: 'pulls', state: 'failed', reason: 'Timeout', standInTime: '2026-11-21T11:40:00Z' },
    ],
    signals: [
      { name: 'busy', query: 'usage', type: 'aggregate', min: 1000, max: 10_000 },
      { name: 'cold', min: 12, max: 96 },
    ],
  });
  expect(report.images[1]).toEqual(JSON.parse(await run('ci', 'r.io/b:1', '-o', 'json')));
  expect(report.images[0]).toEqual({
    image: 'r.io/a:1',
    rank: 1,
    finalScore: '0.8607777777777779',
    raw: [
      { query: 'usage', value: 42 },
      { query: 'pulls', value: 95.5 },
    ],
    explanation: {
      strategy: 'weightedSum',
      score: 0.8607777777777779,
      terms: [
        {
          signal: 'busy',
          value: 8210,
          bounds: { min: 1000, max: 10_000 },
          normalized: 0.8011111111111111,
          weight: 0.7000000000000001,
          product: 0.5607777777777778,
        },
        { signal: 'cold', value: 96, bounds: { min: 12, max: 96 }, normalized: 1, weight: 0.3, product: 0.3 },
      ],
    },
  });
});

it('an image is found by its normalised reference too', async () => {
  const images = [{ image: 'docker.io/library/nginx:latest', rank: 1, finalScore: '1' }];
  const snapshot = policySnapshot([{ spec: { queries, signals }, status: { discoveredImages: images } }]);
  const text = await textOf(['rank', 'ci', 'nginx'], { readSnapshot: async () => snapshot });
  expect(text).toContain('Image            docker.io/library/nginx:latest\n');
});

describe('one sentence and exit code 2', () => {
  it.each<[string, readonly string[], string]>([
    ['without a policy', [], 'which DiscoveryPolicy? name one of them: ci, nightly'],
    ['for an unknown policy', ['cj'], 'no DiscoveryPolicy has the name "cj": did you mean "ci"?'],
    [
      'for an image that the policy does not have',
      ['ci', 'r.io/a:2'],
      'DiscoveryPolicy "ci" has no image "r.io/a:2" among its 3: did you mean "r.io/a:1" or "r.io/b:1" or "r.io/c:1"?',
    ],
  ])('%s', async (_title, args, message) => {
    await expect(run(...args)).rejects.toThrow(new UsageError(message));
  });

  it('for a cluster without policies, and without the right to list them', async () => {
    const empty = policySnapshot([]);
    await expect(runWith(['rank', 'ci'], { readSnapshot: async () => empty })).rejects.toThrow(
      new UsageError('the cluster has no DiscoveryPolicies'),
    );
    const unread = policySnapshot([weighted], { unread: ['discoverypolicies'] });
    await expect(runWith(['rank', 'ci'], { readSnapshot: async () => unread })).rejects.toThrow(
      new UsageError('the DiscoveryPolicies cannot be read: forbidden: discoverypolicies'),
    );
  });
});

/** Names of queries and signals have 63 characters. */
const NAME_CHARACTERS = 60;

/** A policy with this text in every place that the report quotes. */
function hostilePolicy(text: string, number: number): PolicyFacts {
  // A text that is cut could end within a credential, which nothing recognises then.
  const name = text !== '' && text.length <= NAME_CHARACTERS ? text : 'x';
  const ready = { type: 'Ready', status: 'False', reason: text, message: text, lastTransitionTime: at(NOON) };
  const image = { rank: 1, finalScore: text, raw: [number], values: [number, number] };
  return {
    spec: {
      queries: [{ ...queries[0], name }],
      signals: signals.map((signal) => ({ ...signal, name: `${name}${signal.name}`, query: name })),
      ranking: { strategy: 'signal', signal: `${name}busy` },
    },
    status: {
      lastSyncTime: text,
      conditions: [ready],
      queryResults: [{ ...failed, name, type: text, reason: text, message: text, failingSince: text, retryTime: text }],
      signalBounds: signals.map((signal) => ({
        signal: `${name}${signal.name}`,
        hash: text,
        min: number,
        max: number,
      })),
      discoveredImages: [
        { ...image, image: text },
        { ...image, image: 'r.io/a:1' },
      ],
    },
  };
}

test('text of a cluster never writes controls, credentials or lines of more than 80 columns', () => {
  const numbers = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(hostileText, numbers, (text, number) => {
      const snapshot = policySnapshot([hostilePolicy(text, number)]);
      const report = rankReport({ policy: findPolicy(snapshot, 'ci'), nowMilliseconds: NOON });
      for (const image of [undefined, 'r.io/a:1']) {
        const table = rankOutput(report, { image, output: 'table' });
        expect(table.split('\n').filter((line) => line.length > COLUMNS)).toEqual([]);
        const json = rankOutput(report, { image, output: 'json' });
        for (const output of [table, json]) {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the test is about.
          expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
          for (const secret of secrets) expect(output).not.toContain(secret);
        }
      }
    }),
  );
});
