// The verdict of `why` on one pair, for every state that a pair can be in.
import { expect, test } from 'vitest';
import { whyReport, whyResult } from '../../../cli/why/why.ts';
import { HOUR, isoTime, MINUTE, NOON, SECOND } from '../../hooks/builders/wire.ts';
import {
  cachedOn,
  failing,
  failingImage,
  images,
  one,
  rejection,
  running,
  two,
} from '../../hooks/pull-policy/policy-tables.ts';
import { type SnapshotFacts, wireSnapshot } from './wire-snapshot.ts';

interface StateRow {
  readonly title: string;
  readonly facts: SnapshotFacts;
  readonly verdict: string;
  readonly advice: string;
}

const paced = (spec: Readonly<Record<string, unknown>>, status: object = {}) => [{ name: 'default', spec, status }];
const free = { minDelayBetweenPulls: '0s' };
const wait = 'Wait: the next sync of the policy starts the pull when its turn comes.';
const atHour = (milliseconds: number) => isoTime(NOON + milliseconds);

const rows: readonly StateRow[] = [
  {
    title: 'a pair whose gates are all open waits for its turn',
    facts: { nodes: one, images: images('x') },
    verdict: 'waiting for its turn: all gates are open',
    advice: wait,
  },
  {
    title: 'a pair with a running Pod is pulling',
    facts: { nodes: one, images: images('x'), pods: [running] },
    verdict: 'pulling: started 2026-11-21T11:59:30Z (30s ago)',
    advice: 'Wait for the pull.',
  },
  {
    title: 'a pair whose Pod has ended waits for the record of its outcome',
    facts: { nodes: one, images: images('x'), pods: [{ ...running, state: 'not-found' }] },
    verdict: 'pulling: started 2026-11-21T11:59:30Z (30s ago), ended (ErrImagePull), not recorded yet',
    advice: 'Wait for the pull.',
  },
  {
    title: 'a start whose Pod is not observed yet is pulling',
    facts: {
      nodes: one,
      images: images('x'),
      policies: paced(free, { starting: [{ image: 'x', node: 'a', slot: 0, at: atHour(-SECOND) }] }),
    },
    verdict: 'pulling: started 2026-11-21T11:59:59Z (1s ago), its Pod is not observed yet',
    advice: 'Wait for the pull.',
  },
  {
    title: 'a node that holds the image is cached',
    facts: { nodes: one, images: [{ name: 'x', status: cachedOn('a') }] },
    verdict: 'cached: pulled by 2026-11-21T11:00:00Z',
    advice: 'Nothing: the node holds the image.',
  },
  {
    title: 'a cached image of a policy that does not exist is cached all the same',
    facts: { nodes: one, images: [{ name: 'x', spec: { policyRef: { name: 'ci' } }, status: cachedOn('a') }] },
    verdict: 'cached: pulled by 2026-11-21T11:00:00Z',
    advice: 'Nothing: the node holds the image.',
  },
  {
    title: 'a re-pull that is due names the gate that it waits for',
    facts: {
      nodes: one,
      images: [{ name: 'x', status: cachedOn('a') }],
      policies: paced({ repullInterval: '30m', paused: true }),
    },
    verdict: 'cached, the next pull is due: pulled by 2026-11-21T11:00:00Z, the next pull is due (waiting: paused)',
    advice: 'Set spec.paused of PullPolicy default to false.',
  },
  {
    title: 'a paused policy waits for an edit',
    facts: { nodes: one, images: images('x'), policies: paced({ paused: true }) },
    verdict: 'waiting for gate paused until spec.paused is set to false',
    advice: 'Set spec.paused of PullPolicy default to false.',
  },
  {
    title: 'a policy whose last start is too recent waits for an instant',
    facts: {
      nodes: one,
      images: images('x'),
      policies: paced({ minDelayBetweenPulls: '1m' }, { lastStartTime: atHour(-20 * SECOND) }),
    },
    verdict: 'waiting for gate delay until 2026-11-21T12:00:40Z (in 40s)',
    advice: 'Wait, or lower spec.minDelayBetweenPulls of PullPolicy default.',
  },
  {
    title: 'a policy without a free slot waits for a pull',
    facts: { nodes: two, images: images('x', 'y'), policies: paced(free), pods: [{ slot: 0, image: 'y', node: 'b' }] },
    verdict: 'waiting for gate policy-cap until a running pull of the policy ends',
    advice: 'Wait for a slot, or raise the limit of concurrent pulls of PullPolicy default.',
  },
  {
    title: 'a node that failed backs off, and its failure has advice',
    facts: {
      nodes: one,
      images: [{ name: 'x', status: { failing: [{ ...failing('a', 3, NOON - MINUTE), message: 'x: unauthorized' }] } }],
      policies: paced(free),
    },
    verdict: 'waiting for gate backoff until 2026-11-21T12:01:00Z (in 1m)',
    advice:
      'The last pull failed: unauthorized: check imagePullSecrets. Correct what makes the pull fail. ' +
      'An edit of the CachedImage lets it be tried again at once.',
  },
  {
    title: 'an image that fails on several nodes waits for its own backoff',
    facts: { nodes: [{ name: 'd' }, ...one], images: [failingImage(5)], policies: paced(free) },
    verdict: 'waiting for gate breaker until 2026-11-21T12:02:00Z (in 2m)',
    advice:
      'The last pull failed: ErrImagePull. Correct what makes the image fail. ' +
      'An edit of the CachedImage lets it be tried again at once.',
  },
  {
    title: 'a start that created no Pod backs off, and names what to check',
    facts: {
      nodes: one,
      images: images('x'),
      policies: paced({ ...free, maxConcurrentNodes: 2 }, { rejected: [rejection('x on a', NOON, { slot: 0 })] }),
    },
    verdict: 'waiting for gate backoff until 2026-11-21T12:00:30Z (in 30s)',
    advice:
      'A start created no Pod: check quota and admission (kubectl describe pullpolicy default). ' +
      'Correct what makes the pull fail. An edit of the CachedImage lets it be tried again at once.',
  },
  {
    title: 'a cordoned node is unavailable, whatever else is closed',
    facts: { nodes: [{ name: 'a', unschedulable: true }], images: images('x'), policies: paced({ paused: true }) },
    verdict: 'unavailable: cordoned; waiting for gate not-eligible until the node is uncordoned',
    advice: 'Make the node available, or tolerate its state in spec.tolerations of the CachedImage or its policy.',
  },
  {
    title: 'a label that the image selects is named with the value of the node',
    facts: {
      nodes: [{ name: 'a', labels: { pool: 'test' } }],
      images: [{ name: 'x', spec: { nodeSelector: { pool: 'build' } } }],
    },
    verdict: 'not targeted: no label pool=build (nodeSelector of the image): has pool=test',
    advice: 'Change nodeSelector or tolerations of the CachedImage or its policy, or the labels of the node.',
  },
  {
    title: 'a label that the policy selects is named',
    facts: { nodes: one, images: images('x'), policies: paced({ nodeSelector: { pool: 'build' } }) },
    verdict: 'not targeted: no label pool=build (nodeSelector of its policy)',
    advice: 'Change nodeSelector or tolerations of the CachedImage or its policy, or the labels of the node.',
  },
  {
    title: 'a taint that neither image nor policy tolerates is named',
    facts: {
      nodes: [{ name: 'a', taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] }],
      images: images('x'),
    },
    verdict: 'not targeted: taint gpu=yes:NoSchedule is not tolerated',
    advice: 'Change nodeSelector or tolerations of the CachedImage or its policy, or the labels of the node.',
  },
  {
    title: 'a node with another operating system is not targeted',
    facts: { nodes: [{ name: 'a', os: 'windows' }], images: images('x') },
    verdict: 'not targeted: operating system windows',
    advice: 'Change nodeSelector or tolerations of the CachedImage or its policy, or the labels of the node.',
  },
  {
    title: 'a policy that does not exist is named with those that do',
    facts: {
      nodes: one,
      images: [{ name: 'x', spec: { policyRef: { name: 'ic' } } }],
      policies: [{ name: 'default' }, { name: 'ci' }],
    },
    verdict: 'PolicyNotFound: PullPolicy "ic" does not exist, so nothing paces the pulls',
    advice: 'Create it or change spec.policyRef. PullPolicies that exist: ci, default.',
  },
  {
    title: 'a policy whose spec is not valid is named with the field',
    facts: { nodes: one, images: images('x'), policies: paced({ paused: 7 }) },
    verdict:
      'InvalidSpec: the spec of PullPolicy default is not valid: ' +
      'spec.paused: Invalid input: expected boolean, received number',
    advice: 'Correct the spec of PullPolicy default.',
  },
  {
    title: 'a policy that is being deleted starts nothing',
    facts: {
      nodes: one,
      images: images('x'),
      policies: [{ name: 'default', metadata: { deletionTimestamp: atHour(-SECOND) } }],
    },
    verdict: 'PolicyNotFound: PullPolicy default is being deleted, so no pull starts',
    advice: 'Create it again or change spec.policyRef.',
  },
  {
    title: 'an image that is not a reference is named with the problem',
    facts: { nodes: one, images: [{ name: 'x', spec: { image: 'registry.example.com/UPPER' } }] },
    verdict:
      'InvalidImageName: the spec of the CachedImage is not valid: ' +
      'the repository name "UPPER" must be in lower case',
    advice: 'Correct the spec of the CachedImage.',
  },
  {
    title: 'an image that is being deleted is not pulled',
    facts: { nodes: one, images: [{ name: 'x', metadata: { deletionTimestamp: atHour(-HOUR) } }] },
    verdict: 'Deleted: CachedImage x is being deleted, so no pull starts for it',
    advice: 'Create the CachedImage again if the image is still needed.',
  },
  {
    title: 'without the Pods, a pair whose other gates are open is unknown',
    facts: { nodes: one, images: images('x'), pods: [running], unread: ['pods'] },
    verdict: 'unknown: gates that count Pods (pods not readable)',
    advice: 'Use credentials that may list what is named below, or run the command in the Pod of the service.',
  },
  {
    title: 'without the Pods, a start is not taken for one without a Pod',
    facts: {
      nodes: one,
      images: images('x'),
      policies: paced(free, { starting: [{ image: 'x', node: 'a', slot: 0, at: atHour(-2 * MINUTE) }] }),
      unread: ['pods'],
    },
    verdict: 'unknown: gates that count Pods (pods not readable)',
    advice: 'Use credentials that may list what is named below, or run the command in the Pod of the service.',
  },
  {
    title: 'without the Pods, a closed gate that counts none is shown',
    facts: { nodes: one, images: images('x'), policies: paced({ paused: true }), unread: ['pods'] },
    verdict: 'waiting for gate paused until spec.paused is set to false',
    advice: 'Set spec.paused of PullPolicy default to false.',
  },
  {
    title: 'without the PullPolicies, the gates are unknown',
    facts: { nodes: one, images: images('x'), unread: ['pullpolicies'] },
    verdict: 'unknown: gates (pullpolicies not readable)',
    advice: 'Use credentials that may list what is named below, or run the command in the Pod of the service.',
  },
];

const question = { image: 'x', node: 'a' };

test.each(rows)('$title', ({ facts, verdict, advice }) => {
  const [image] = whyReport(wireSnapshot(facts), question).images;
  expect({ verdict: image?.pair?.verdict, advice: image?.advice }).toEqual({ verdict, advice });
});

test('without a Fleet the report states that, and names no node', () => {
  const [image] = whyReport(wireSnapshot({ images: images('x') }), question).images;
  expect(image?.problem?.reason).toBe('FleetNotFound');
  expect(image?.pair).toBeUndefined();
});

test('without the right to list Fleets the report has the image alone, and names what is missing', () => {
  const { images: found, unread } = whyReport(
    wireSnapshot({ nodes: one, images: images('x'), unread: ['fleets'] }),
    question,
  );
  expect(found).toHaveLength(1);
  expect(found[0]?.pair).toBeUndefined();
  expect(found[0]?.advice).toMatch(/^Use credentials that may list what is named below/);
  expect(unread.map(({ resource }) => resource)).toEqual(['fleets']);
});

test('a policy that cannot be read is missing only if its view is', () => {
  const facts: SnapshotFacts = { nodes: one, images: images('x'), policies: [], unread: ['pullpolicies'] };
  expect(whyReport(wireSnapshot(facts), question).images[0]?.problem?.reason).toBe('PolicyNotFound');
});

test.each([
  ['first', [{ name: 'x' }], 0],
  ['second', [{ name: 'w' }, { name: 'x' }], 2],
])('a pair reports its %s place in the queue', (_, wanted, pairsBefore) => {
  const [image] = whyReport(wireSnapshot({ nodes: two, images: wanted }), question).images;
  expect(image?.pair?.queue).toEqual({ pairsBefore, isExact: true });
});

test('the place in the queue is stated as approximate without the Pods', () => {
  const { text } = whyResult(
    wireSnapshot({ nodes: two, images: images('w', 'x'), unread: ['pods'] }),
    question,
    'table',
  );
  expect(text).toContain('Queue        about 2 pairs of the policy come before it\n');
});

test('the JSON has every field of the report, and times as in Kubernetes', () => {
  const snapshot = wireSnapshot({ nodes: one, images: images('x'), pods: [running] });
  const { text, exitCode } = whyResult(snapshot, question, 'json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(whyReport(snapshot, question))));
  expect(JSON.parse(text).images[0].pair.pod).toEqual({
    name: 'drop-default-0',
    slot: 0,
    createdAt: '2026-11-21T11:59:30Z',
    phase: 'Pending',
    waiting: 'ContainerCreating',
    deadline: '2026-11-21T12:29:30.000Z',
  });
});
