// One sync of a PullPolicy, and the facts that most rows of its test tables share.
import { expect } from 'vitest';
import type { PullPolicyStatus, RejectedStart, StartedPull, Wave } from '../../../crds/pull-policy.ts';
import { syncPullPolicy } from '../../../hooks/pull-policy/sync.ts';
import { pullPolicySyncRequest } from '../../../metacontroller/hook-request.ts';
import {
  HOUR,
  isoTime,
  keyOf,
  NOON,
  nodesNamed,
  type PodFacts,
  type PolicyRequestFacts,
  settings,
  wirePolicyRequest,
} from '../builders/wire.ts';

/** Syncs the policy. `change` edits the request where PolicyRequestFacts has no field for a fact. */
export function decide(
  cluster: PolicyRequestFacts,
  now = NOON,
  change: (request: ReturnType<typeof wirePolicyRequest>) => void = () => {},
) {
  const request = wirePolicyRequest(cluster);
  change(request);
  const { response, logFields } = syncPullPolicy(pullPolicySyncRequest.parse(request), settings, now);
  const pods = response.children.filter(({ kind }) => kind === 'Pod');
  const started = pods
    .filter(({ spec }) => spec !== undefined)
    .map(({ metadata: { labels = {} } }) => {
      const [image, node, slot] = ['cachedimage', 'node', 'slot'].map((name) => labels[`drop.corewire.io/${name}`]);
      return `${image} on ${node} slot ${slot}`;
    });
  const kept = pods.filter(({ spec }) => spec === undefined).map(({ metadata }) => metadata.name);
  return { response, logFields, started, kept, status: response.status as Partial<PullPolicyStatus> };
}

/** A cluster and what one sync of the policy decides in it. */
export interface StartRow {
  readonly title: string;
  readonly cluster: PolicyRequestFacts;
  readonly now?: number;
  /** Each written `image on node slot number`; none by default. */
  readonly started?: readonly string[];
  /** Name of the first closed gate; undefined for none. Not compared where a row omits it. */
  readonly waitingFor?: string | undefined;
  /** Not compared where a row omits it. */
  readonly resyncAfterSeconds?: number | undefined;
}

export function expectStarts({ cluster, now, started = [], ...row }: StartRow): void {
  const result = decide(cluster, now);
  expect(result.started).toEqual(started);
  if ('waitingFor' in row) expect(result.logFields.waitingFor).toBe(row.waitingFor);
  if ('resyncAfterSeconds' in row) expect(result.response.resyncAfterSeconds).toBe(row.resyncAfterSeconds);
}

/** A status with the image on the nodes for an hour. */
export const cachedOn = (...names: string[]) => ({
  cached: [
    {
      digest: 'sha256:1',
      since: isoTime(NOON - HOUR),
      nodes: names
        .map((name) => keyOf({ name }))
        .sort()
        .join(' '),
    },
  ],
});

export const failing = (node: string, failures: number, at: number, reason = 'ErrImagePull') => ({
  node,
  key: keyOf({ name: node }),
  reason,
  message: '',
  failures,
  at: isoTime(at),
});

export const longAgo = NOON - HOUR;

/** A status with a failure whose backoff is over. */
export const failedOn = (node: string, failures = 1) => ({ failing: [failing(node, failures, longAgo)] });

/** Image `x`, which failed on the nodes a, b and c just now. */
export const failingImage = (consecutiveFailures = 3) => ({
  name: 'x',
  status: {
    failing: [failing('a', 1, NOON), failing('b', 1, NOON - 1), failing('c', 1, NOON - 2)],
    consecutiveFailures,
  },
});

/** Splits `image on node`. */
function pairOf(text: string) {
  const [image = '', node = ''] = text.split(' on ');
  return { image, node };
}

/** A start whose Pod is not observed yet; the pair is written `image on node`. */
export const pendingStart = (pair: string, at: number, slot = 0): StartedPull => ({
  ...pairOf(pair),
  slot,
  at: isoTime(at),
});

/** A start that created no Pod; the pair is written `image on node`. */
export const rejection = (pair: string, at: number, { slot = 5, count = 1 } = {}): RejectedStart => ({
  ...pairOf(pair),
  slot,
  at: isoTime(at),
  count,
});

export const wave = (image: string, at: number): Wave => ({ image, at: isoTime(at) });

export const one = nodesNamed('a');
export const two = nodesNamed('a', 'b');
export const three = nodesNamed('a', 'b', 'c');
export const five = nodesNamed('a', 'b', 'c', 'd', 'e');
export const images = (...names: string[]) => names.map((name) => ({ name }));

/** A Pod whose pull is in progress. */
export const running: PodFacts = { slot: 0, image: 'x', node: 'a' };
/** A Pod whose pull succeeded. */
export const finished: PodFacts = { ...running, state: 'completed' };
