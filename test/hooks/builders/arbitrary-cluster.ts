// Random requests of a PullPolicy sync: nodes in any state, and ledgers, Pods, starts and rejections that can
// contradict each other.
import fc from 'fast-check';
import {
  isoTime,
  keyOf,
  MINUTE,
  NOON,
  type NodeFacts,
  type PodFacts,
  type PodState,
  type PolicyRequestFacts,
  SECOND,
} from './wire.ts';

const nodeNames = ['a', 'b', 'c', 'd', 'e', 'f'];
const imageNames = ['u', 'v', 'w', 'x', 'y'];

const nodeName = fc.constantFrom(...nodeNames);
const imageName = fc.constantFrom(...imageNames);
/** Mostly minutes ago, sometimes just now, so that gates are found both closed and open. */
const recently = fc
  .oneof(
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 90 * SECOND }) },
    { weight: 2, arbitrary: fc.integer({ min: 2 * MINUTE, max: 12 * MINUTE }) },
  )
  .map((age) => NOON - age);

const node = (name: string): fc.Arbitrary<NodeFacts> =>
  fc.record({
    name: fc.constant(name),
    ready: fc.boolean().map((value) => value || name < 'e'),
    unschedulable: fc.boolean().map((value) => value && name === 'b'),
    labels: fc.constantFrom({}, { pool: 'build' }),
    taints: fc.constantFrom([], [{ key: 'ci', effect: 'NoSchedule' }]),
  });

const failingPair = fc
  .record({ node: nodeName, failures: fc.integer({ min: 1, max: 6 }), at: recently })
  .map((pair) => ({
    node: pair.node,
    key: keyOf({ name: pair.node }),
    reason: 'ErrImagePull',
    message: '',
    failures: pair.failures,
    at: isoTime(pair.at),
  }));

const image = (name: string) =>
  fc
    .record({
      priority: fc.integer({ min: -1, max: 1 }),
      selector: fc.constantFrom({}, { pool: 'build' }),
      other: fc.boolean(),
      cached: fc.uniqueArray(nodeName, { maxLength: 3 }),
      failing: fc.uniqueArray(failingPair, { selector: (pair) => pair.node, maxLength: 4 }),
      consecutiveFailures: fc.integer({ min: 0, max: 6 }),
      lastAttempted: recently,
    })
    .map((facts) => ({
      name,
      spec: {
        priority: facts.priority,
        nodeSelector: facts.selector,
        ...(facts.other && name === 'u' ? { policyRef: { name: 'other' } } : {}),
      },
      status: {
        cached:
          facts.cached.length === 0
            ? []
            : [
                {
                  digest: 'sha256:1',
                  since: isoTime(NOON),
                  nodes: facts.cached
                    .map((cachedOn) => keyOf({ name: cachedOn }))
                    .sort()
                    .join(' '),
                },
              ],
        failing: facts.failing,
        consecutiveFailures: facts.consecutiveFailures,
        lastAttemptedAt: isoTime(Math.floor(facts.lastAttempted / SECOND) * SECOND),
      },
    }));

const podState = fc.constantFrom<PodState>('creating', 'completed', 'not-found', 'evicted', 'no-status');

const pod: fc.Arbitrary<PodFacts> = fc.record({
  slot: fc.integer({ min: 0, max: 5 }),
  image: imageName,
  node: nodeName,
  state: podState,
  createdAt: recently,
  deleting: fc.boolean(),
});

const bySlot = { selector: (entry: { slot: number }) => entry.slot, maxLength: 3 };

const starting = fc
  .record({ slot: fc.integer({ min: 0, max: 5 }), image: imageName, node: nodeName, at: recently })
  .map((start) => ({ ...start, at: isoTime(start.at) }));

const rejected = fc
  .record({
    slot: fc.integer({ min: 0, max: 5 }),
    image: imageName,
    node: nodeName,
    at: recently,
    count: fc.integer({ min: 1, max: 4 }),
  })
  .map((entry) => ({ ...entry, at: isoTime(entry.at) }));

const spec = fc.record(
  {
    maxConcurrentNodes: fc.integer({ min: 1, max: 6 }),
    maxConcurrentPulls: fc.integer({ min: 1, max: 7 }),
    maxConcurrentPullsPerNode: fc.integer({ min: 1, max: 2 }),
    minDelayBetweenPulls: fc.constantFrom('0s', '1s', '10s'),
    failureBackoff: fc.constantFrom({}, { initial: '1s', max: '1m' }),
    tolerations: fc.constantFrom([], [{ key: 'ci', operator: 'Exists' }]),
  },
  { requiredKeys: ['maxConcurrentNodes', 'maxConcurrentPullsPerNode', 'minDelayBetweenPulls'] },
);

/** Any request facts; caps, delays and backoffs vary too. */
export const policyRequestFacts: fc.Arbitrary<PolicyRequestFacts> = fc.record({
  spec,
  nodes: fc.subarray(nodeNames).chain((names) => fc.tuple(...names.map(node))),
  images: fc.subarray(imageNames).chain((names) => fc.tuple(...names.map(image))),
  pods: fc.uniqueArray(pod, bySlot),
  otherPods: fc.uniqueArray(pod, bySlot),
  status: fc.record({
    starting: fc.uniqueArray(starting, bySlot),
    rejected: fc.uniqueArray(rejected, { selector: (entry) => `${entry.image} ${entry.node}`, maxLength: 3 }),
    lastStartTime: recently.map(isoTime),
    lastStartNode: nodeName,
  }),
});
