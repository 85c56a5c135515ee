// What holds of every PullPolicy decision, whatever is observed.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FailingPair } from '../../../crds/cached-image.ts';
import { syncPullPolicy } from '../../../hooks/pull-policy/sync.ts';
import { parseDurationMilliseconds } from '../../../kubernetes/duration.ts';
import { pullPolicySyncRequest } from '../../../metacontroller/hook-request.ts';
import { policyWorld } from '../builders/arbitrary-cluster.ts';
import {
  attemptOfPod,
  keyOf,
  NOON,
  type PodFacts,
  type PolicyWorld,
  policyRequest,
  SECOND,
  settings,
  wirePolicyRequest,
} from '../builders/wire.ts';

const RUNS = 600;

interface Start {
  readonly image: string;
  readonly node: string;
  readonly slot: number;
}

function startsOf(
  children: readonly { kind: string; spec?: unknown; metadata: { labels?: Readonly<Record<string, string>> } }[],
): Start[] {
  return children
    .filter(({ kind, spec }) => kind === 'Pod' && spec !== undefined)
    .map(({ metadata }) => ({
      image: metadata.labels?.['drop.corewire.io/cachedimage'] ?? '',
      node: metadata.labels?.['drop.corewire.io/node'] ?? '',
      slot: Number(metadata.labels?.['drop.corewire.io/slot']),
    }));
}

function decide(input: PolicyWorld, now = NOON) {
  const { response } = syncPullPolicy(policyRequest(input), settings, now);
  return { response, starts: startsOf(response.children) };
}

/** The spec with its defaults, as numbers. */
function limitsOf(input: PolicyWorld) {
  const spec = input.spec as Record<string, number | string | { initial?: string; max?: string } | undefined>;
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

const isOver = (pod: PodFacts) => pod.state !== 'creating' && pod.state !== 'no-status';

/** Pods on nodes that are NotReady for long count as over too; the test then expects less, never more. */
function mayBeOver(input: PolicyWorld, pod: PodFacts): boolean {
  const ready = input.nodes?.find(({ name }) => name === pod.node)?.ready;
  return isOver(pod) || (ready === false && NOON - (pod.createdAt ?? NOON) >= 60 * SECOND);
}

/** Starts in the status whose Pod is not seen and that are not given up. */
function unseenStarts(input: PolicyWorld): readonly Start[] {
  return (input.status?.starting ?? []).filter(
    (start) => !input.pods?.some(({ slot }) => slot === start.slot) && NOON - Date.parse(start.at) < 60 * SECOND,
  );
}

function check(property: (input: PolicyWorld) => void): void {
  fc.assert(fc.property(policyWorld, property), { numRuns: RUNS });
}

/** A start whose outcome is known although its Pod was never seen counts no more; the tests leave such worlds out. */
function outcomeKnown(input: PolicyWorld, start: { image: string; node: string; at: string }): boolean {
  const image = input.images?.find(({ name }) => name === start.image);
  return image?.status?.failing?.some((pair) => pair.node === start.node && pair.at >= start.at) ?? false;
}

const withoutKnownOutcomes = (input: PolicyWorld): PolicyWorld => ({
  ...input,
  status: { ...input.status, starting: input.status?.starting?.filter((start) => !outcomeKnown(input, start)) ?? [] },
});

test('never more Pods than the cap: a start needs room beside all Pods and all starts not seen yet', () => {
  check((raw) => {
    const input = withoutKnownOutcomes(raw);
    const { starts } = decide(input);
    const held = (input.pods?.length ?? 0) + unseenStarts(input).length;
    if (starts.length > 0) expect(held + starts.length).toBeLessThanOrEqual(limitsOf(input).slotCap);
  });
});

test('a start takes a free slot below the cap, and no two starts the same', () => {
  check((raw) => {
    const input = withoutKnownOutcomes(raw);
    const { starts } = decide(input);
    const taken = new Set([...(input.pods ?? []), ...unseenStarts(input)].map(({ slot }) => slot));
    for (const { slot } of starts) {
      expect(taken.has(slot)).toBe(false);
      expect(slot).toBeLessThan(limitsOf(input).slotCap);
      taken.add(slot);
    }
  });
});

test('never more pulls on a node than allowed, over all policies', () => {
  check((raw) => {
    const input = withoutKnownOutcomes(raw);
    const { starts } = decide(input);
    const going = [...(input.pods ?? []), ...(input.otherPods ?? [])].filter((pod) => !mayBeOver(input, pod));
    for (const { node } of starts) {
      const onNode = [...going, ...unseenStarts(input), ...starts].filter((pull) => pull.node === node).length;
      expect(onNode).toBeLessThanOrEqual(limitsOf(input).nodeCap);
    }
  });
});

test('never a pair that a Pod or a start holds, nor twice in one answer', () => {
  check((raw) => {
    const input = withoutKnownOutcomes(raw);
    const { starts } = decide(input);
    const pair = ({ image, node }: { image: string; node: string }) => `${image} ${node}`;
    const held = new Set([...(input.pods ?? []), ...(input.otherPods ?? []), ...unseenStarts(input)].map(pair));
    for (const start of starts) {
      expect(held.has(pair(start))).toBe(false);
      held.add(pair(start));
    }
  });
});

test('never more pulls of one image than allowed, where images are queues of their own', () => {
  check((raw) => {
    const input = withoutKnownOutcomes(raw);
    const { starts } = decide(input);
    const going = (input.pods ?? []).filter((pod) => !mayBeOver(input, pod));
    for (const { image } of starts) {
      const ofImage = [...going, ...unseenStarts(input), ...starts].filter((pull) => pull.image === image).length;
      expect(ofImage).toBeLessThanOrEqual(limitsOf(input).imageCap);
    }
  });
});

/** Every instant at which something of the queue of an image was started, as the input shows it. */
function startTimesOfQueue(input: PolicyWorld, image: string): number[] {
  const { perImage } = limitsOf(input);
  const isInQueue = (item: { image: string }) => !perImage || item.image === image;
  const unseenSlots = new Set(unseenStarts(input).map(({ slot }) => slot));
  const starting = input.status?.starting?.filter(({ slot }) => unseenSlots.has(slot)) ?? [];
  const ledger = input.images?.find(({ name }) => name === image)?.status;
  const recorded = perImage ? ledger?.lastAttemptedAt : input.status?.lastStartTime;
  return [
    ...(input.pods ?? []).filter(isInQueue).map(({ createdAt }) => createdAt ?? 0),
    ...starting.filter(isInQueue).map(({ at }) => Date.parse(at)),
    Date.parse(recorded ?? ''),
  ];
}

test('never before the delay of the queue has passed', () => {
  check((raw) => {
    const input = withoutKnownOutcomes(raw);
    const { starts } = decide(input);
    const { perImage, delay } = limitsOf(input);
    for (const { image } of starts) {
      for (const time of startTimesOfQueue(input, image)) expect(NOON - time).toBeGreaterThanOrEqual(delay);
    }
    if (!perImage && delay > 0) expect(starts.length).toBeLessThanOrEqual(1);
  });
});

test('the worlds are not empty: a good part of them starts something, and some start several', () => {
  const counts = fc.sample(policyWorld, RUNS).map((input) => decide(input).starts.length);
  expect(counts.filter((count) => count > 0).length).toBeGreaterThan(RUNS / 10);
  expect(counts.filter((count) => count > 1).length).toBeGreaterThan(RUNS / 25);
});

test('never before the backoff of the pair has passed', () => {
  check((input) => {
    const { initial, max } = limitsOf(input);
    for (const start of decide(input).starts) {
      const ledger = input.images?.find(({ name }) => name === start.image)?.status;
      const failure = ledger?.failing?.find((pair: FailingPair) => pair.node === start.node);
      if (failure === undefined) continue;
      const rest = Math.min(initial * 2 ** (failure.failures - 1), Math.max(initial, max));
      expect(NOON - Date.parse(failure.at)).toBeGreaterThanOrEqual(rest);
    }
  });
});

test('only where the image is missing, on a node that takes it', () => {
  check((input) => {
    for (const start of decide(input).starts) {
      const node = input.nodes?.find(({ name }) => name === start.node);
      const image = input.images?.find(({ name }) => name === start.image);
      expect(node).toMatchObject({ ready: true, unschedulable: false });
      expect(image?.status?.cached?.some(({ nodes }) => nodes.includes(keyOf({ name: start.node })))).toBe(false);
      expect(image?.spec?.policyRef).toBeUndefined();
    }
  });
});

test('no Pod is dropped before its outcome is recorded, unless its image is gone', () => {
  check((input) => {
    const recorded = (input.pods ?? []).filter((_, index) => index % 2 === 0);
    const images = input.images?.map((image) => ({
      ...image,
      status: { ...image.status, recorded: recorded.filter((pod) => pod.image === image.name).map(attemptOfPod) },
    }));
    const complete = { ...input, images: images ?? [] };
    const { response } = decide(complete);
    const names = new Set(response.children.map(({ metadata }) => metadata.name));
    for (const pod of input.pods ?? []) {
      const exists = images?.some(({ name }) => name === pod.image) ?? false;
      const isRecorded = mayBeOver(input, pod) && recorded.includes(pod);
      expect(names.has(`drop-default-${pod.slot}`)).toBe(exists && !isRecorded);
    }
  });
});

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, entry]) => [key, shuffled(entry)]),
  );
}

test('the same answer for any order of any map', () => {
  check((input) => {
    const wire = wirePolicyRequest(input);
    const answer = (body: unknown) => JSON.stringify(syncPullPolicy(pullPolicySyncRequest.parse(body), settings, NOON));
    expect(answer(shuffled(wire))).toBe(answer(wire));
  });
});

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (value instanceof Map) {
    for (const entry of value.values()) deepFreeze(entry);
    return;
  }
  Object.freeze(value);
  for (const entry of Object.values(value)) deepFreeze(entry);
}

test('the observed input is not written to', () => {
  check((input) => {
    const request = policyRequest(input);
    deepFreeze(request);
    expect(() => syncPullPolicy(request, settings, NOON)).not.toThrow();
  });
});

/** The input after the answer: its status written, and its Pods seen or not seen yet. */
function applied(
  input: PolicyWorld,
  { response, starts }: ReturnType<typeof decide>,
  podsAreSeen: boolean,
): PolicyWorld {
  const names = new Set(response.children.map(({ metadata }) => metadata.name));
  const kept = (input.pods ?? []).filter((pod) => names.has(`drop-default-${pod.slot}`));
  const created = starts.map((start): PodFacts => ({ ...start, state: 'no-status', createdAt: NOON }));
  return {
    ...input,
    status: response.status as NonNullable<PolicyWorld['status']>,
    pods: podsAreSeen ? [...kept, ...created] : (input.pods ?? []),
  };
}

test('the answer, applied and not seen yet, asked again changes nothing and starts nothing', () => {
  check((input) => {
    const first = decide(input);
    const second = decide(applied(input, first, false));
    expect(second.starts).toEqual([]);
    expect(second.response.status).toEqual(first.response.status);
  });
});

test('the answer, applied and seen, settles: once the starts are ticked off, asking again changes nothing', () => {
  check((input) => {
    const first = decide(input);
    const seen = applied(input, first, true);
    const second = decide(seen);
    // What the first answer dropped is gone now and may have made room; what it started is not started again.
    const pair = ({ image, node }: Start) => `${image} ${node}`;
    const before = new Set(first.starts.map(pair));
    expect(second.starts.filter((start) => before.has(pair(start)))).toEqual([]);
    const settled = applied(seen, second, true);
    const third = decide(settled);
    const fourth = decide(applied(settled, third, true));
    if (third.starts.length === 0) expect(fourth.response).toEqual(third.response);
  });
});

test('whoever asks again is never asked to wait no time at all', () => {
  check((input) => {
    const { resyncAfterSeconds } = decide(input).response;
    if (resyncAfterSeconds !== undefined) expect(resyncAfterSeconds).toBeGreaterThanOrEqual(0.05);
  });
});

test('a request of any odd content is answered or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.object({ maxDepth: 4, withNullPrototype: true }), fc.anything(), (children, spec) => {
      const wire = {
        parent: { kind: 'PullPolicy', metadata: children, spec, status: children },
        children,
        related: children,
      };
      const reading = pullPolicySyncRequest.safeParse(wire);
      if (reading.success) expect(() => syncPullPolicy(reading.data, settings, NOON)).not.toThrow();
    }),
    { numRuns: RUNS },
  );
});
