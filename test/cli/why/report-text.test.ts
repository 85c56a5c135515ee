// The text of `why` as a person reads it: whole screens, and what text of a cluster can never do to a terminal.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { whyResult } from '../../../cli/why/why.ts';
import { isoTime, MINUTE, NOON, type NodeFacts, nodesNamed, SECOND } from '../../hooks/builders/wire.ts';
import { cachedOn, failing, images } from '../../hooks/pull-policy/policy-tables.ts';
import { hostileText, secrets } from '../hostile-text.ts';
import { type SnapshotFacts, wireSnapshot } from './wire-snapshot.ts';

const SCREEN_LINES = 40;
const COLUMNS = 80;

const textOf = (facts: SnapshotFacts, image: string, node?: string) =>
  `\n${whyResult(wireSnapshot(facts), { image, node }, 'table').text}`;

const notFound = 'failed to resolve image: registry.example.com/x:v1: not found';

/** A policy in its delay, a node that failed, one that pulls, a cordoned one, and one of another pool. */
const busy: SnapshotFacts = {
  nodes: [
    ...nodesNamed('a', 'b', 'c').map((node) => ({ ...node, labels: { pool: 'build' } })),
    { name: 'd', labels: { pool: 'build' }, unschedulable: true },
    { name: 'e' },
  ],
  images: [
    {
      name: 'x',
      spec: { nodeSelector: { pool: 'build' } },
      status: {
        ...cachedOn('c'),
        consecutiveFailures: 2,
        lastPulledAt: isoTime(NOON - 5 * MINUTE),
        lastPullSeconds: 12,
        failing: [{ ...failing('a', 2, NOON - 10 * SECOND), message: notFound }],
      },
    },
    { name: 'w' },
  ],
  policies: [
    {
      name: 'default',
      spec: { maxConcurrentNodes: 2, minDelayBetweenPulls: '30s' },
      status: { lastStartTime: isoTime(NOON - 20 * SECOND) },
    },
  ],
  pods: [{ slot: 0, image: 'x', node: 'b', createdAt: NOON - 20 * SECOND }],
};

test('without the right to list Inventories, the gates of what kubelets report are unknown', () => {
  const snapshot = wireSnapshot({ nodes: nodesNamed('a'), images: images('x') });
  const unread = [{ resource: 'inventories', problem: 'forbidden: inventories' } as const];
  const { text } = whyResult({ ...snapshot, unread }, { image: 'x', node: 'a' }, 'table');
  expect(text).toMatch(/^ {2}inventory +unknown +inventories not readable$/m);
  expect(text).toMatch(/^Verdict +unknown: gates of what kubelets report \(inventories not\s+readable\)$/m);
  expect(text).toMatch(/^ {2}inventories: forbidden: inventories; left out: what\s+kubelets\s+report/m);
});

test('a pair that waits shows its gates, its attempts and what to do', () => {
  expect(textOf(busy, 'x', 'a')).toMatchInlineSnapshot(`
    "
    CachedImage  x
    Image        registry.example.com/x:v1
    PullPolicy   default
    Node         a
    Verdict      waiting for gate delay until 2026-11-21T12:00:10Z (in 10s), then
                 for backoff until 2026-11-21T12:00:50Z (in 50s)
    Queue        7 pairs of the policy come before it

    Gates
      paused       open     false
      policy-cap   open     1 of 2 slots in use
      delay        CLOSED   last start 20s ago, 30s apart
                            opens at 2026-11-21T12:00:10Z (in 10s)
      breaker      open     fails on 1 node, closes at 3
      node-busy    open     0 of 1 pull on the node
      backoff      CLOSED   2 failures, 50s of backoff left
                            opens at 2026-11-21T12:00:50Z (in 50s)
      not-eligible open     ready, schedulable

    Last attempts
      on this node: 2 failures, the last 2026-11-21T11:59:50Z (10s ago):
        ErrImagePull "failed to resolve image: registry.example.com/x:v1: not found"
      the image: last pulled 2026-11-21T11:55:00Z (5m ago), took 12s, 2 failures
        since

    What to do   The last pull failed: not found: check image, tag and digest.
                 Correct what makes the pull fail. An edit of the CachedImage lets
                 it be tried again at once.
    "
  `);
});

test('a pair that pulls shows its Pod', () => {
  expect(textOf(busy, 'x', 'b')).toMatchInlineSnapshot(`
    "
    CachedImage  x
    Image        registry.example.com/x:v1
    PullPolicy   default
    Node         b
    Verdict      pulling: started 2026-11-21T11:59:40Z (20s ago)

    Last attempts
      the image: last pulled 2026-11-21T11:55:00Z (5m ago), took 12s, 2 failures
        since
      on a: 2 failures, the last 2026-11-21T11:59:50Z (10s ago): ErrImagePull
        "failed to resolve image: registry.example.com/x:v1: not found"

    Pod
      drop-default-0, Pending, slot 0, created 2026-11-21T11:59:40Z (20s ago)
      ends at the latest 2026-11-21T12:29:40Z (in 29m40s)
      container waiting: ContainerCreating

    What to do   Wait for the pull.
    "
  `);
});

test('all nodes of an image are grouped by reason', () => {
  expect(textOf(busy, 'x')).toMatchInlineSnapshot(`
    "
    CachedImage  x
    Image        registry.example.com/x:v1
    PullPolicy   default
    Nodes        1 pulling, 1 waiting, 1 unavailable, 1 cached, 1 not targeted

    pulling (1 node)
      b  started 2026-11-21T11:59:40Z (20s ago)

    waiting: delay (1 node)
      a  until 2026-11-21T12:00:10Z (in 10s), then backoff

    unavailable: cordoned (1 node)
      d  until the node is uncordoned

    cached (1 node)
      c  pulled by 2026-11-21T11:00:00Z

    not targeted: no label pool=build (nodeSelector of the image) (1 node)
      e

    Last attempts
      the image: last pulled 2026-11-21T11:55:00Z (5m ago), took 12s, 2 failures
        since
      on a: 2 failures, the last 2026-11-21T11:59:50Z (10s ago): ErrImagePull
        "failed to resolve image: registry.example.com/x:v1: not found"

    What to do   The last pull failed: not found: check image, tag and digest. For
                 one node: kubectl drop why x NODE.
    "
  `);
});

test('lists that cannot be read are named at the end', () => {
  expect(textOf({ ...busy, unread: ['pods'] }, 'x', 'a')).toMatchInlineSnapshot(`
    "
    CachedImage  x
    Image        registry.example.com/x:v1
    PullPolicy   default
    Node         a
    Verdict      unknown: gates that count Pods (pods not readable)
    Queue        about 7 pairs of the policy come before it

    Gates
      paused       open     false
      policy-cap   unknown  pods not readable
      delay        unknown  pods not readable
      breaker      unknown  pods not readable
      node-busy    unknown  pods not readable
      backoff      unknown  pods not readable
      not-eligible open     ready, schedulable

    Last attempts
      on this node: 2 failures, the last 2026-11-21T11:59:50Z (10s ago):
        ErrImagePull "failed to resolve image: registry.example.com/x:v1: not found"
      the image: last pulled 2026-11-21T11:55:00Z (5m ago), took 12s, 2 failures
        since

    What to do   The last pull failed: not found: check image, tag and digest. Use
                 credentials that may list what is named below, or run the command
                 in the Pod of the service.

    Not readable
      pods: forbidden: the user may not list them; left out: the pull Pod and the
      gates that count Pods
    "
  `);
});

test('a large group shows its first nodes and counts the others', () => {
  const nodes = Array.from({ length: 1_000 }, (_, index): NodeFacts => ({ name: `${'long-name-'.repeat(9)}${index}` }));
  const text = textOf({ nodes, images: [{ name: 'x', spec: { nodeSelector: { pool: 'build' } } }] }, 'x');
  expect(text).toContain('\nnot targeted: no label pool=build (nodeSelector of the image) (1000 nodes)\n');
  expect(text).toContain('\n  long-name-long-name-long-name-long-…\n');
  expect(text).toContain('\n  and 990 more\n');
  expect(text.split('\n').length).toBeLessThan(SCREEN_LINES);
});

test('several images of one repository have a section each', () => {
  const facts = {
    nodes: nodesNamed('a'),
    images: [{ name: 'x' }, { name: 'x-2', spec: { image: 'registry.example.com/x', tag: 'v2' } }],
  };
  const text = textOf(facts, 'registry.example.com/x', 'a');
  expect(text.match(/^Image .*$/gm)).toEqual([
    'Image        registry.example.com/x:v1',
    'Image        registry.example.com/x:v2',
  ]);
});

test('an image with many tags has twenty sections and counts the others', () => {
  const many = Array.from({ length: 25 }, (_, index) => ({
    name: `x-${index}`,
    spec: { image: 'registry.example.com/x', tag: `v${index}` },
  }));
  const text = textOf({ nodes: nodesNamed('a'), images: many }, 'registry.example.com/x');
  expect(text.match(/^Image /gm)).toHaveLength(20);
  expect(text).toContain('and 5 more CachedImages of this reference');
});

/** A cluster with this text in every place that a message of `why` quotes. */
function hostileFacts(text: string, name: string): SnapshotFacts {
  const waiting = { reason: text, message: text };
  const ready = {
    type: 'Ready',
    status: 'False' as const,
    reason: text,
    message: text,
    lastTransitionTime: isoTime(NOON),
  };
  const policy = `policy-${name}`;
  return {
    nodes: [{ name: 'a', labels: { pool: name } }, { name: `b${name.replaceAll(' ', '')}` }],
    images: [
      {
        name: 'x',
        spec: { policyRef: { name: policy }, nodeSelector: { pool: text } },
        status: { failing: [{ ...failing('a', 2, NOON), ...waiting }], conditions: [ready] },
      },
    ],
    pods: [{ slot: 0, image: 'x', node: 'a', status: { phase: text, containerStatuses: [{ state: { waiting } }] } }],
    policies: [{ name: policy, spec: text.length % 2 === 0 ? {} : { paused: text } }],
    unread: ['policyviews'],
    problem: text,
  };
}

function expectClean(shown: string): void {
  for (const secret of secrets) expect(shown).not.toContain(secret);
  expect(shown).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|\p{Cs}/u);
}

test('no line is wider than 80 columns, and no credential or control character of a cluster survives', () => {
  fc.assert(
    fc.property(hostileText, hostileText, fc.constantFrom('a', undefined), (text, name, node) => {
      const snapshot = wireSnapshot(hostileFacts(text, name));
      const { text: table } = whyResult(snapshot, { image: 'x', node }, 'table');
      const { text: json } = whyResult(snapshot, { image: 'x', node }, 'json');
      expectClean(table);
      expectClean(json);
      expectClean(JSON.stringify(JSON.parse(json)));
      expect(table.split('\n').filter((line) => line.length > COLUMNS)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('the longest text of a pair fits one screen', () => {
  const message = 'the registry reported a problem that is described at length '.repeat(10);
  const failingOnce = { ...failing('a', 7, NOON - SECOND), message };
  const facts: SnapshotFacts = {
    nodes: [{ name: 'a', unschedulable: true }],
    images: [{ name: 'x', status: { failing: [failingOnce], consecutiveFailures: 7 } }, ...images('w')],
    policies: [
      {
        name: 'default',
        spec: { maxConcurrentPulls: 1, minDelayBetweenPulls: '1h', paused: true },
        status: { rejected: [{ image: 'x', node: 'a', slot: 0, at: isoTime(NOON), count: 3 }] },
      },
    ],
  };
  expect(textOf(facts, 'x', 'a').split('\n').length).toBeLessThanOrEqual(SCREEN_LINES + 1);
});
