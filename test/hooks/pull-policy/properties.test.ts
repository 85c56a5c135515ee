// What holds for every PullPolicy sync, in generated clusters whose Pods and statuses may contradict each other.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FailingPair } from '../../../crds/cached-image.ts';
import { syncPullPolicy } from '../../../hooks/pull-policy/sync.ts';
import { parseDurationMilliseconds } from '../../../kubernetes/duration.ts';
import { pullPolicySyncRequest } from '../../../metacontroller/hook-request.ts';
import { policyRequestFacts } from '../builders/arbitrary-cluster.ts';
import {
  attemptOfPod,
  keyOf,
  NOON,
  type PodFacts,
  type PolicyRequestFacts,
  policyRequest,
  SECOND,
  settings,
  wirePolicyRequest,
} from '../builders/wire.ts';

const RUNS = 200;
const SAMPLE = 600;

interface Pair {
  readonly image: string;
  readonly node: string;
}

interface Start extends Pair {
  readonly slot: number;
}

const pairText = ({ image, node }: Pair) => `${image} on ${node}`;

function decide(cluster: PolicyRequestFacts) {
  const { response } = syncPullPolicy(policyRequest(cluster), settings, NOON);
  const starts = response.children
    .filter(({ kind, spec }) => kind === 'Pod' && spec !== undefined)
    .map(
      ({ metadata: { labels = {} } }): Start => ({
        image: labels['drop.corewire.io/cachedimage'] ?? '',
        node: labels['drop.corewire.io/node'] ?? '',
        slot: Number(labels['drop.corewire.io/slot']),
      }),
    );
  return { response, starts };
}

/** The limits of the spec as numbers, durations in milliseconds. */
function limitsOf(cluster: PolicyRequestFacts) {
  const spec = cluster.spec as Record<string, number | string | { initial?: string; max?: string } | undefined>;
  const backoff = spec.failureBackoff as { initial?: string; max?: string } | undefined;
  const milliseconds = (text: unknown) => parseDurationMilliseconds(String(text)) ?? Number.NaN;
  const perImage = spec.maxConcurrentPulls !== undefined;
  return {
    perImage,
    slotCap: Number(spec.maxConcurrentPulls ?? spec.maxConcurrentNodes),
    imageCap: perImage ? Number(spec.maxConcurrentNodes) : Number.POSITIVE_INFINITY,
    nodeCap: Number(spec.maxConcurrentPullsPerNode),
    delay: milliseconds(spec.minDelayBetweenPulls),
    initial: milliseconds(backoff?.initial ?? '30s'),
    max: milliseconds(backoff?.max ?? '5m'),
  };
}

/** Includes Pods older than 60 s on nodes that are NotReady, so that the caps are checked without them. */
function mayBeOver(cluster: PolicyRequestFacts, pod: PodFacts): boolean {
  if (pod.state !== 'creating' && pod.state !== 'no-status') return true;
  const ready = cluster.nodes?.find(({ name }) => name === pod.node)?.ready;
  return ready === false && NOON - (pod.createdAt ?? NOON) >= 60 * SECOND;
}

/** Starts in the status whose Pod is not observed and that are not rejected yet. */
function pendingStarts(cluster: PolicyRequestFacts) {
  return (cluster.status?.starting ?? []).filter(
    (start) => !cluster.pods?.some(({ slot }) => slot === start.slot) && NOON - Date.parse(start.at) < 60 * SECOND,
  );
}

function check(property: (cluster: PolicyRequestFacts) => void): void {
  fc.assert(fc.property(policyRequestFacts, property), { numRuns: RUNS });
}

/** A start whose failure is recorded no longer counts, although its Pod was never observed. */
function isOutcomeKnown(cluster: PolicyRequestFacts, start: Pair & { at: string }): boolean {
  const image = cluster.images?.find(({ name }) => name === start.image);
  return image?.status?.failing?.some((pair) => pair.node === start.node && pair.at >= start.at) ?? false;
}

/** Checks the starts in clusters without starts whose outcome is known. */
function checkStarts(property: (cluster: PolicyRequestFacts, starts: readonly Start[]) => void): void {
  check((generated) => {
    const starting = generated.status?.starting?.filter((start) => !isOutcomeKnown(generated, start)) ?? [];
    const cluster = { ...generated, status: { ...generated.status, starting } };
    property(cluster, decide(cluster).starts);
  });
}

test('starts, observed Pods and pending starts together never exceed the cap of the policy', () => {
  checkStarts((cluster, starts) => {
    const held = (cluster.pods?.length ?? 0) + pendingStarts(cluster).length;
    if (starts.length > 0) expect(held + starts.length).toBeLessThanOrEqual(limitsOf(cluster).slotCap);
  });
});

test('each start uses a free slot below the cap', () => {
  checkStarts((cluster, starts) => {
    const used = new Set([...(cluster.pods ?? []), ...pendingStarts(cluster)].map(({ slot }) => slot));
    for (const { slot } of starts) {
      expect(used.has(slot)).toBe(false);
      expect(slot).toBeLessThan(limitsOf(cluster).slotCap);
      used.add(slot);
    }
  });
});

test('pulls on a node never exceed maxConcurrentPullsPerNode, counted over all policies', () => {
  checkStarts((cluster, starts) => {
    const pods = [...(cluster.pods ?? []), ...(cluster.otherPods ?? [])].filter((pod) => !mayBeOver(cluster, pod));
    for (const { node } of starts) {
      const onNode = [...pods, ...pendingStarts(cluster), ...starts].filter((pull) => pull.node === node);
      expect(onNode.length).toBeLessThanOrEqual(limitsOf(cluster).nodeCap);
    }
  });
});

test('a pair with a Pod or a pending start is not started, and no pair is started twice in one sync', () => {
  checkStarts((cluster, starts) => {
    const pods = [...(cluster.pods ?? []), ...(cluster.otherPods ?? [])];
    const held = new Set([...pods, ...pendingStarts(cluster)].map(pairText));
    for (const start of starts) {
      expect(held.has(pairText(start))).toBe(false);
      held.add(pairText(start));
    }
  });
});

test('with a queue per image, pulls of an image never exceed maxConcurrentNodes', () => {
  checkStarts((cluster, starts) => {
    const pods = (cluster.pods ?? []).filter((pod) => !mayBeOver(cluster, pod));
    for (const { image } of starts) {
      const ofImage = [...pods, ...pendingStarts(cluster), ...starts].filter((pull) => pull.image === image);
      expect(ofImage.length).toBeLessThanOrEqual(limitsOf(cluster).imageCap);
    }
  });
});

/** Every known start in the queue of an image, in milliseconds since the epoch. */
function startTimesOfQueue(cluster: PolicyRequestFacts, image: string): number[] {
  const { perImage } = limitsOf(cluster);
  const isInQueue = (item: { image: string }) => !perImage || item.image === image;
  const ledger = cluster.images?.find(({ name }) => name === image)?.status;
  const recorded = perImage ? ledger?.lastAttemptedAt : cluster.status?.lastStartTime;
  return [
    ...(cluster.pods ?? []).filter(isInQueue).map(({ createdAt }) => createdAt ?? 0),
    ...pendingStarts(cluster)
      .filter(isInQueue)
      .map(({ at }) => Date.parse(at)),
    Date.parse(recorded ?? ''),
  ];
}

test('nothing starts before minDelayBetweenPulls of its queue has passed', () => {
  checkStarts((cluster, starts) => {
    const { perImage, delay } = limitsOf(cluster);
    for (const { image } of starts) {
      for (const time of startTimesOfQueue(cluster, image)) expect(NOON - time).toBeGreaterThanOrEqual(delay);
    }
    if (!perImage && delay > 0) expect(starts.length).toBeLessThanOrEqual(1);
  });
});

test('more than a tenth of the generated clusters start a pull, and more than 4 % start several', () => {
  const counts = fc.sample(policyRequestFacts, SAMPLE).map((cluster) => decide(cluster).starts.length);
  expect(counts.filter((count) => count > 0).length).toBeGreaterThan(SAMPLE / 10);
  expect(counts.filter((count) => count > 1).length).toBeGreaterThan(SAMPLE / 25);
});

test('nothing starts before the backoff of its pair has passed', () => {
  check((cluster) => {
    const { initial, max } = limitsOf(cluster);
    for (const start of decide(cluster).starts) {
      const ledger = cluster.images?.find(({ name }) => name === start.image)?.status;
      const failure = ledger?.failing?.find((pair: FailingPair) => pair.node === start.node);
      if (failure === undefined) continue;
      const backoff = Math.min(initial * 2 ** (failure.failures - 1), Math.max(initial, max));
      expect(NOON - Date.parse(failure.at)).toBeGreaterThanOrEqual(backoff);
    }
  });
});

test('a start is on a Ready, uncordoned node without the image, for an image of this policy', () => {
  check((cluster) => {
    for (const start of decide(cluster).starts) {
      const node = cluster.nodes?.find(({ name }) => name === start.node);
      const image = cluster.images?.find(({ name }) => name === start.image);
      expect(node).toMatchObject({ ready: true, unschedulable: false });
      expect(image?.status?.cached?.some(({ nodes }) => nodes.includes(keyOf({ name: start.node })))).toBe(false);
      expect(image?.spec?.policyRef).toBeUndefined();
    }
  });
});

test('a Pod is dropped exactly when its image is gone or its outcome is recorded', () => {
  check((cluster) => {
    const recorded = (cluster.pods ?? []).filter((_, index) => index % 2 === 0);
    const images = (cluster.images ?? []).map((image) => ({
      ...image,
      status: { ...image.status, recorded: recorded.filter((pod) => pod.image === image.name).map(attemptOfPod) },
    }));
    const { response } = decide({ ...cluster, images });
    const names = new Set(response.children.map(({ metadata }) => metadata.name));
    for (const pod of cluster.pods ?? []) {
      const exists = images.some(({ name }) => name === pod.image);
      const isRecorded = mayBeOver(cluster, pod) && recorded.includes(pod);
      expect(names.has(`drop-default-${pod.slot}`)).toBe(exists && !isRecorded);
    }
  });
});

/** The value with the keys of every object in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, entry]) => [key, reversed(entry)]);
  return Object.fromEntries(entries.reverse());
}

test('the response does not depend on the order of keys in the request', () => {
  check((cluster) => {
    const wire = wirePolicyRequest(cluster);
    const sync = (body: unknown) => JSON.stringify(syncPullPolicy(pullPolicySyncRequest.parse(body), settings, NOON));
    expect(sync(reversed(wire))).toBe(sync(wire));
  });
});

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (!(value instanceof Map)) Object.freeze(value);
  for (const entry of value instanceof Map ? value.values() : Object.values(value)) deepFreeze(entry);
}

test('a sync does not modify its request', () => {
  check((cluster) => {
    const request = policyRequest(cluster);
    deepFreeze(request);
    expect(() => syncPullPolicy(request, settings, NOON)).not.toThrow();
  });
});

/** The cluster after the response was applied, with the new Pods observed or not. */
function applied(
  cluster: PolicyRequestFacts,
  { response, starts }: ReturnType<typeof decide>,
  arePodsObserved: boolean,
): PolicyRequestFacts {
  const names = new Set(response.children.map(({ metadata }) => metadata.name));
  const kept = (cluster.pods ?? []).filter((pod) => names.has(`drop-default-${pod.slot}`));
  const created = starts.map((start): PodFacts => ({ ...start, state: 'no-status', createdAt: NOON }));
  return {
    ...cluster,
    status: response.status as NonNullable<PolicyRequestFacts['status']>,
    pods: arePodsObserved ? [...kept, ...created] : (cluster.pods ?? []),
  };
}

test('a second sync before the new Pods are observed starts nothing and keeps the status', () => {
  check((cluster) => {
    const first = decide(cluster);
    const second = decide(applied(cluster, first, false));
    expect(second.starts).toEqual([]);
    expect(second.response.status).toEqual(first.response.status);
  });
});

test('once the new Pods are observed, nothing is started again and the response settles', () => {
  check((cluster) => {
    const first = decide(cluster);
    const observed = applied(cluster, first, true);
    const second = decide(observed);
    // The Pods that the first sync dropped may free slots for other pairs.
    const before = new Set(first.starts.map(pairText));
    expect(second.starts.filter((start) => before.has(pairText(start)))).toEqual([]);
    const settled = applied(observed, second, true);
    const third = decide(settled);
    const fourth = decide(applied(settled, third, true));
    if (third.starts.length === 0) expect(fourth.response).toEqual(third.response);
  });
});

test('a requested resync is at least 50 ms away', () => {
  check((cluster) => {
    const { resyncAfterSeconds } = decide(cluster).response;
    if (resyncAfterSeconds !== undefined) expect(resyncAfterSeconds).toBeGreaterThanOrEqual(0.05);
  });
});

test('a request with arbitrary content either does not parse or syncs without an exception', () => {
  fc.assert(
    fc.property(fc.object({ maxDepth: 4, withNullPrototype: true }), fc.anything(), (children, spec) => {
      const wire = {
        parent: { kind: 'PullPolicy', metadata: children, spec, status: children },
        children,
        related: children,
      };
      const result = pullPolicySyncRequest.safeParse(wire);
      if (result.success) expect(() => syncPullPolicy(result.data, settings, NOON)).not.toThrow();
    }),
    { numRuns: RUNS },
  );
});
