// What the tables of a PullPolicy share: one decision, and the few facts that most worlds are made of.
import { expect } from 'vitest';
import { syncPullPolicy } from '../../../hooks/pull-policy/sync.ts';
import {
  HOUR,
  isoTime,
  keyOf,
  NOON,
  nodesNamed,
  type PodFacts,
  type PolicyWorld,
  policyRequest,
  settings,
} from '../builders/wire.ts';

export function decide(input: PolicyWorld, now = NOON) {
  const request = policyRequest(input);
  const { response, logFields } = syncPullPolicy(request, settings, now);
  const pods = response.children.filter(({ kind }) => kind === 'Pod');
  const started = pods
    .filter(({ spec }) => spec !== undefined)
    .map(({ metadata }) => {
      const labels = metadata.labels ?? {};
      return `${labels['drop.corewire.io/cachedimage']} on ${labels['drop.corewire.io/node']} slot ${labels['drop.corewire.io/slot']}`;
    });
  const kept = pods.filter(({ spec }) => spec === undefined).map(({ metadata }) => metadata.name);
  return { response, logFields, started, kept, status: response.status as Record<string, never> };
}

/** A input, and what is started in it. */
export interface StartRow {
  readonly what: string;
  readonly input: PolicyWorld;
  readonly started: readonly string[];
  /** Where it is there: the gate that is waited for, undefined for none. */
  readonly waitingFor?: string | undefined;
  readonly resyncAfterSeconds?: number;
  readonly now?: number;
}

export function expectStarts({ input, started, now, ...row }: StartRow): void {
  const { response, logFields, ...answer } = decide(input, now);
  expect(answer.started).toEqual(started);
  if ('waitingFor' in row) expect(logFields.waitingFor).toBe(row.waitingFor);
  if (row.resyncAfterSeconds !== undefined) expect(response.resyncAfterSeconds).toBe(row.resyncAfterSeconds);
}

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
export const failedOn = (node: string, failures = 1) => ({ failing: [failing(node, failures, longAgo)] });

/** A pair, written `image on node`. */
export const refused = (pair: string, slot: number, at: number, count = 1) => ({
  image: pair.split(' on ')[0] ?? '',
  node: pair.split(' on ')[1] ?? '',
  slot,
  at: isoTime(at),
  count,
});

export const three = nodesNamed('a', 'b', 'c');
export const two = nodesNamed('a', 'b');
export const images = (...names: string[]) => names.map((name) => ({ name }));

export const one = nodesNamed('a');
export const manyNodes = nodesNamed('a', 'b', 'c', 'd', 'e');
export const threeFail = [failing('a', 1, NOON), failing('b', 1, NOON - 1), failing('c', 1, NOON - 2)];

/** A pull that goes on. */
export const running: PodFacts = { slot: 0, image: 'x', node: 'a' };
