// How a failed pull is put to a person: which reason shows, what to do, on which nodes, and what is left of the kubelet's words.
import { expect, test } from 'vitest';
import type { FailingPair } from '../../../crds/cached-image.ts';
import { failureMessageOf, failureReasonOf } from '../../../hooks/cached-image/failure.ts';
import { isoTime, keyOf, NOON } from '../builders/wire.ts';

const failing = (node: string, failures: number, reason = 'ErrImagePull', message = 'oh'): FailingPair => ({
  node,
  key: keyOf({ name: node }),
  reason,
  message,
  failures,
  at: isoTime(NOON),
});

test.each([
  { what: 'nothing', pairs: [], reason: 'ErrImagePull' },
  { what: 'one failure', pairs: [failing('a', 1)], reason: 'ErrImagePull' },
  { what: 'one failure on each of two nodes', pairs: [failing('a', 1), failing('b', 1)], reason: 'ErrImagePull' },
  {
    what: 'a node that failed twice, not the latest',
    pairs: [failing('a', 1), failing('b', 2)],
    reason: 'ImagePullBackOff',
  },
  {
    what: 'another trouble that came twice',
    pairs: [failing('a', 1), failing('b', 2, 'Evicted')],
    reason: 'ErrImagePull',
  },
  { what: 'another trouble that came last', pairs: [failing('a', 3, 'Evicted'), failing('b', 2)], reason: 'Evicted' },
])('the reason shown for $what is $reason', ({ pairs, reason }) => {
  expect(failureReasonOf(pairs)).toBe(reason);
});

test.each([
  ['InvalidImageName', 'check spec.image'],
  ['ErrImageNeverPull', 'imagePullPolicy is Never'],
  ['PullTimeout', 'slower than pullTimeout'],
  ['NodeNotReady', 'stopped being Ready'],
  ['Evicted', 'look at its disk and memory'],
])('%s has its own advice, whatever else was said', (reason, advice) => {
  expect(failureMessageOf([failing('a', 1, reason, 'image not found')])).toContain(advice);
});

test.each([
  ['pull access denied', 'unauthorized: check imagePullSecrets'],
  ['toomanyrequests: slow down', 'rate limited by the registry'],
  ['manifest unknown', 'not found: check image, tag and digest'],
  ['tls: x509: unknown authority', 'certificate not trusted'],
  ['dial tcp: connection refused', 'registry unreachable from the node'],
  ['write /var/lib: no space left on device', 'disk full: free space on the node'],
  ['something else', 'RegistryUnavailable (on a)'],
])('"%s" means: %s', (message, advice) => {
  expect(failureMessageOf([failing('a', 1, 'RegistryUnavailable', message)])).toContain(advice);
});

test('a reason that is also the name of something every object has stands for itself', () => {
  expect(failureMessageOf([failing('a', 1, 'constructor')])).toBe('constructor (on a): oh');
});

test('what the kubelet puts before the words of the registry is left out', () => {
  const said = 'rpc error: code = NotFound desc = no such image';
  for (const before of ['', 'Back-off pulling image "x": ', 'Back-off pulling image "x": ErrImagePull: ']) {
    expect(failureMessageOf([failing('a', 1, 'ErrImagePull', before + said)])).toBe(
      'ErrImagePull (on a): no such image',
    );
  }
});

test('the nodes are listed by name, the words are those of the latest failure', () => {
  const pairs = [failing('c', 1, 'Odd', 'latest'), failing('a', 1, 'Odd', 'older'), failing('b', 1, 'Odd', 'older')];
  expect(failureMessageOf(pairs)).toBe('Odd (on a, b, c): latest');
});

test('no failure, no words', () => {
  expect(failureMessageOf([])).toBe('');
});
