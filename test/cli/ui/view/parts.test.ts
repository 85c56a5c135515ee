// The parts of the view beside the heat map: queues, policies, discovery policies and failures.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Snapshot } from '../../../../cli/cluster/snapshot.ts';
import { uiView } from '../../../../cli/ui/view/build-view.ts';
import { HOUR, isoTime, MINUTE, NOON, nodesNamed, SECOND } from '../../../hooks/builders/wire.ts';
import { cachedOn, failedOn, failing, images, one, running, three } from '../../../hooks/pull-policy/policy-tables.ts';
import { hostileText, secrets } from '../../hostile-text.ts';
import { type SnapshotFacts, wireSnapshot } from '../../why/wire-snapshot.ts';

const paced = (spec: Readonly<Record<string, unknown>>, status: object = {}) => [{ name: 'default', spec, status }];
const viewOf = (facts: SnapshotFacts) => uiView(wireSnapshot(facts), 'test');
const at = (milliseconds: number) => isoTime(NOON + milliseconds);

describe('the queue of a policy', () => {
  const queueOf = (facts: SnapshotFacts) => viewOf(facts).queues[0];
  const text = (facts: SnapshotFacts) =>
    queueOf(facts)?.entries.map(({ image, node, gate, startsAt, more }) =>
      [`${image} on ${node}`, gate?.name, startsAt, more].filter((part) => part !== undefined).join(', '),
    );

  it('has the pairs in the order of their starts, each with its planned start', () => {
    const facts = { nodes: three, images: images('x', 'y'), policies: paced({ minDelayBetweenPulls: '10s' }) };
    expect(text(facts)).toEqual([
      `x on a, ${at(0)}`,
      `x on b, ${at(MINUTE)}`,
      `x on c, ${at(2 * MINUTE)}`,
      `y on a, ${at(3 * MINUTE)}`,
      `y on b, ${at(4 * MINUTE)}`,
      `y on c, ${at(5 * MINUTE)}`,
    ]);
    expect(queueOf(facts)).toMatchObject({ policy: 'default', total: 6, isExact: true });
  });

  it('leaves out pairs that are being pulled, and names the gate of the others', () => {
    const facts = {
      nodes: three,
      images: images('x'),
      pods: [running],
      policies: paced({ minDelayBetweenPulls: '0s' }),
    };
    const gate = queueOf(facts)?.entries[0]?.gate;
    expect(queueOf(facts)?.entries.map(({ node }) => node)).toEqual(['b', 'c']);
    expect(gate).toEqual({
      name: 'policy-cap',
      value: '1 of 1 slot in use',
      opens: 'until a running pull of the policy ends',
    });
  });

  it('leaves out nodes that cannot take a pull', () => {
    const nodes = [{ name: 'a', ready: false }, { name: 'b' }];
    expect(queueOf({ nodes, images: images('x') })?.entries.map(({ node }) => node)).toEqual(['b']);
    expect(queueOf({ nodes, images: images('x') })?.total).toBe(1);
  });

  it('names the gate that opens last after the first closed one', () => {
    const status = { lastStartTime: at(-5 * SECOND) };
    const policies = paced({ failureBackoff: { initial: '5m', max: '1h' } }, status);
    const facts = { nodes: one, images: [{ name: 'x', status: { failing: [failing('a', 1, NOON)] } }], policies };
    expect(queueOf(facts)?.entries[0]?.gate).toEqual({
      name: 'delay',
      value: 'last start 5s ago, 10s apart',
      opens: 'until 2026-11-21T12:00:05Z (in 5s), then backoff until 2026-11-21T12:05:00Z (in 5m)',
    });
  });

  it('foresees no start while the policy is paused', () => {
    const facts = { nodes: one, images: images('x'), policies: paced({ paused: true }) };
    expect(text(facts)).toEqual(['x on a, paused']);
  });

  it('foresees no start where the Pods cannot be read', () => {
    expect(text({ nodes: one, images: images('x'), unread: ['pods'] })).toEqual(['x on a']);
  });

  it('lists five pairs of an image and counts the others, so that the next image is visible', () => {
    const nodes = nodesNamed('a', 'b', 'c', 'd', 'e', 'f', 'g');
    const facts = { nodes, images: images('x', 'y'), policies: paced({ paused: true }) };
    expect(text(facts)).toEqual([
      ...['a', 'b', 'c', 'd'].map((node) => `x on ${node}, paused`),
      'x on e, paused, 2',
      ...['a', 'b', 'c', 'd'].map((node) => `y on ${node}, paused`),
      'y on e, paused, 2',
    ]);
    expect(queueOf(facts)?.total).toBe(14);
  });

  it('lists 50 pairs at most', () => {
    const names = Array.from({ length: 60 }, (_, index) => `image-${index}`);
    const queue = queueOf({ nodes: one, images: images(...names) });
    expect([queue?.entries.length, queue?.total]).toEqual([50, 60]);
  });

  it('does not exist without a waiting pair', () => {
    expect(viewOf({ nodes: one, images: [{ name: 'x', status: cachedOn('a') }] }).queues).toEqual([]);
  });
});

describe('the card of a policy', () => {
  const cardOf = (facts: SnapshotFacts) => viewOf(facts).policies[0];

  it('counts the pairs by their state', () => {
    const nodes = [...nodesNamed('a', 'b', 'c', 'd'), { name: 'e', ready: false }];
    const status = { ...cachedOn('a'), failing: [failing('b', 1, NOON - SECOND)] };
    const facts = { nodes, images: [{ name: 'x', status }], pods: [{ ...running, node: 'c' }] };
    expect(cardOf({ ...facts, policies: paced({ minDelayBetweenPulls: '0s' }) })).toMatchObject({
      name: 'default',
      done: 1,
      wanted: 4,
      active: 1,
      queued: 1,
      backingOff: 1,
      isPaused: false,
      pace: '1 pull at once, 1 on a node, no delay between starts',
    });
  });

  it.each([
    [{}, '1 pull at once, 1 on a node, 10s between starts'],
    [
      { maxConcurrentNodes: 5, minDelayBetweenPulls: '1m30s' },
      'up to 5 pulls at once, 1 on a node, 1m30s between starts',
    ],
    [
      { maxConcurrentNodes: 2, maxConcurrentPulls: 8, maxConcurrentPullsPerNode: 3 },
      'up to 8 pulls at once, 2 of an image, 3 on a node, 10s between waves of an image',
    ],
  ])('describes the pace of %j', (spec, pace) => {
    expect(cardOf({ nodes: one, policies: paced(spec) })?.pace).toBe(pace);
  });

  it('has the problem of a wrong spec in place of the pace', () => {
    const card = cardOf({ nodes: one, images: images('x'), policies: paced({ minDelayBetweenPulls: 'soon' }) });
    expect(card?.pace).toContain('minDelayBetweenPulls');
    expect(card).toMatchObject({ done: 0, wanted: 0 });
  });

  it('has the recorded condition and the estimate', () => {
    const conditions = [
      { type: 'Ready', status: 'True', reason: 'Active', message: '1 of 2 pulls', lastTransitionTime: at(-HOUR) },
    ];
    const status = { conditions, estimatedCompletionTime: at(HOUR) };
    const image = { name: 'x', status: { ...cachedOn('a'), lastPullSeconds: 12, lastPulledAt: at(-HOUR) } };
    expect(cardOf({ nodes: one, images: [image], policies: paced({}, status) })).toMatchObject({
      reason: 'Active',
      message: '1 of 2 pulls',
      estimatedCompletionTime: at(HOUR),
      averagePullSeconds: 12,
    });
  });
});

describe('the card of a discovery policy', () => {
  const query = { name: 'usage', type: 'prometheus', prometheus: { endpoint: 'https://a.example.com', query: 'up' } };
  const source = { type: 'prometheus', prometheus: { endpoint: 'https://a.example.com', query: 'up' } };
  const withPolicy = (spec: object, status: object): Snapshot => {
    const snapshot = wireSnapshot({ nodes: one });
    const policy = { kind: 'DiscoveryPolicy', metadata: { name: 'popular', generation: 1 }, spec, status };
    return { ...snapshot, lists: new Map([...snapshot.lists, ['discoverypolicies', [policy]]]) };
  };
  const cardOf = (spec: object, status: object) => uiView(withPolicy(spec, status), 'test').discoveries[0];
  const shares = (discoveredImages: readonly object[]) =>
    cardOf({ queries: [query] }, { discoveredImages })?.images.map(({ share }) => share);

  it.each([
    [
      'from 0 to the highest score',
      [
        { image: 'a', score: 8 },
        { image: 'b', score: 2 },
      ],
      [1, 0.25],
    ],
    [
      'from the lowest score if that is negative',
      [
        { image: 'a', score: 3 },
        { image: 'b', score: -1 },
      ],
      [1, 0],
    ],
    ['whole for a single image without a score', [{ image: 'a', score: 0 }], [1]],
    [
      'by the score of the original Drop',
      [
        { image: 'a', finalScore: '2' },
        { image: 'b', finalScore: '0.5' },
      ],
      [1, 0.25],
    ],
    [
      'without length for a score that is not a number',
      [
        { image: 'a', score: 4 },
        { image: 'b', finalScore: 'NaN' },
      ],
      [1, 0],
    ],
  ])('has bars %s', (_, discovered, expected) => {
    expect(shares(discovered)).toEqual(expected);
  });

  it('has the health of each query', () => {
    const failed = { name: 'usage', type: 'prometheus', status: 'failed', reason: 'Timeout', message: 'no response' };
    const status = { queryResults: [{ ...failed, failingSince: at(-HOUR), retryTime: at(MINUTE), imageCount: 3 }] };
    const { sources } = cardOf({ queries: [query, { ...query, name: 'more' }] }, status) ?? {};
    expect(sources).toEqual([
      {
        name: 'usage',
        type: 'prometheus',
        state: 'failed',
        reason: 'Timeout',
        message: 'no response',
        imageCount: 3,
        failingSince: at(-HOUR),
        retryTime: at(MINUTE),
      },
      { name: 'more', type: 'prometheus', state: 'pending' },
    ]);
  });

  it('names a source by its address', () => {
    const state = { type: 'prometheus', target: 'https://a.example.com', hash: 'h', healthy: true, reason: 'Synced' };
    const details = { message: '', failures: 0, imageCount: 0, images: [], lastAttemptTime: at(-MINUTE) };
    const { sources } = cardOf({ sources: [source] }, { sources: [{ ...state, ...details }] }) ?? {};
    expect(sources).toEqual([{ name: 'https://a.example.com', type: 'prometheus', state: 'success', imageCount: 0 }]);
  });

  it('has the problem of a wrong spec as its message', () => {
    const card = cardOf({ queries: 'all' }, {});
    expect(card?.message).not.toBe('');
    expect(card?.sources).toEqual([]);
  });
});

describe('the failures', () => {
  it('come with advice, the latest first', () => {
    const status = {
      failing: [failing('a', 2, NOON - HOUR), { ...failing('b', 1, NOON - MINUTE), message: 'x: unauthorized' }],
    };
    const view = viewOf({
      nodes: three,
      images: [
        { name: 'x', status },
        { name: 'y', status: failedOn('c') },
      ],
    });
    expect(view.failures.map(({ image, node, advice }) => `${image} on ${node}: ${advice}`)).toEqual([
      'x on b: unauthorized: check imagePullSecrets',
      'x on a: ErrImagePull',
      'y on c: ErrImagePull',
    ]);
    expect(view.failureCount).toBe(3);
  });

  it('are 50 rows at most, and the others are counted', () => {
    const names = Array.from({ length: 60 }, (_, index) => `node-${index}`);
    const status = { failing: names.map((name) => failing(name, 1, NOON - HOUR)) };
    const view = viewOf({ nodes: nodesNamed(...names), images: [{ name: 'x', status }] });
    expect([view.failures.length, view.failureCount]).toEqual([50, 60]);
  });
});

test('no text of the view has a credential, a control character or a character that reorders text', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const snapshot = wireSnapshot({
        nodes: [{ name: 'a', labels: { pool: text } }],
        images: [
          { name: 'x', spec: { image: text }, status: { failing: [{ ...failing('a', 1, NOON), message: text }] } },
        ],
        policies: [{ name: 'default', spec: { minDelayBetweenPulls: text } }],
        problem: text,
        unread: ['policyviews'],
      });
      const view = JSON.stringify(uiView(snapshot, text));
      for (const secret of secrets) expect(view).not.toContain(secret);
      expect(view).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(view).not.toMatch(/\\u00[01]/);
    }),
    { numRuns: 200 },
  );
});
