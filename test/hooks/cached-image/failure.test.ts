// Reason and message of the condition Ready for failed pulls.
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
  { what: 'without a failing pair the reason is ErrImagePull', pairs: [], reason: 'ErrImagePull' },
  { what: 'one failure is ErrImagePull', pairs: [failing('a', 1)], reason: 'ErrImagePull' },
  {
    what: 'one failure on each of two nodes is ErrImagePull',
    pairs: [failing('a', 1), failing('b', 1)],
    reason: 'ErrImagePull',
  },
  {
    what: 'two failures on a node are ImagePullBackOff, also if another node failed later',
    pairs: [failing('a', 1), failing('b', 2)],
    reason: 'ImagePullBackOff',
  },
  {
    what: 'two failures for another reason are not ImagePullBackOff',
    pairs: [failing('a', 1), failing('b', 2, 'Evicted')],
    reason: 'ErrImagePull',
  },
  {
    what: 'the latest failure decides the reason',
    pairs: [failing('a', 3, 'Evicted'), failing('b', 2)],
    reason: 'Evicted',
  },
])('$what', ({ pairs, reason }) => {
  expect(failureReasonOf(pairs)).toBe(reason);
});

test.each([
  ['InvalidImageName', 'not a valid image name: check spec.image'],
  ['ErrImageNeverPull', 'the node lacks the image and imagePullPolicy is Never: use IfNotPresent or Always'],
  ['PullTimeout', 'slower than pullTimeout: raise pullTimeout of the PullPolicy or check the registry'],
  ['NodeNotReady', 'the node was NotReady during the pull: check the node'],
  ['Evicted', 'the node evicted the pull Pod: check its disk and memory'],
])('the reason %s has its own advice, whatever the message is', (reason, advice) => {
  expect(failureMessageOf([failing('a', 1, reason, 'image not found')])).toBe(`${advice} (on a): "image not found"`);
});

test.each([
  ['pull access denied', 'unauthorized: check imagePullSecrets'],
  ['toomanyrequests: slow down', 'rate limited by the registry: pull more slowly or set imagePullSecrets'],
  [
    'no match for platform in manifest sha256:0123: not found',
    'not built for the platform of the node: check nodeSelector or push an image for that platform',
  ],
  ['manifest unknown', 'not found: check image, tag and digest'],
  ['lookup registry.example.com: no such host', 'unknown host: check the name of the registry'],
  ['tls: x509: unknown authority', 'certificate not trusted: check the CA of the registry on the nodes'],
  ['dial tcp: connection refused', 'registry unreachable from the node: check the registry and the network'],
  [
    'unexpected status from HEAD request to https://r.io/v2/a: 500 Internal Server Error',
    "registry error (5xx): check the registry's logs",
  ],
  ['unexpected status code 503 Service Unavailable', "registry error (5xx): check the registry's logs"],
  [
    'commit failed: unexpected commit digest sha256:1, expected sha256:2: failed precondition',
    'digest or size mismatch: the registry or a proxy returned corrupt data',
  ],
  ['write /var/lib: no space left on device', 'disk full: free space on the node'],
  ['registry.example.com/ci/app:build-401: not found', 'not found: check image, tag and digest'],
  ['team/unauthorized/429:v1: manifest unknown', 'not found: check image, tag and digest'],
  [
    'failed to resolve reference "docker.io/corp/certificate-503:v404": i/o timeout',
    'registry unreachable from the node: check the registry and the network',
  ],
  [
    'unexpected status from HEAD request to https://r.io/v2/app-404/manifests/v1: 403',
    'unauthorized: check imagePullSecrets',
  ],
  ['received unexpected HTTP status: 502', "registry error (5xx): check the registry's logs"],
  ['fetching blob: HTTP 429', 'rate limited by the registry: pull more slowly or set imagePullSecrets'],
  ['server responded with 404 Not Found', 'not found: check image, tag and digest'],
  ['layer 403 of 500 failed', 'RegistryUnavailable'],
  [
    'choosing an image from manifest list docker://r.io/a:v1: ' +
      'no image found in image index for architecture "arm64", variant "v8", OS "linux"',
    'not built for the platform of the node: check nodeSelector or push an image for that platform',
  ],
  [
    'reading manifest v1 in r.io/a: errors: denied: requested access to the resource is denied',
    'unauthorized: check imagePullSecrets',
  ],
  ['something else', 'RegistryUnavailable'],
])('the message "%s" has the advice "%s"', (message, advice) => {
  expect(failureMessageOf([failing('a', 1, 'RegistryUnavailable', message)])).toBe(`${advice} (on a): "${message}"`);
});

test('a reason named like a property of every object has no advice', () => {
  expect(failureMessageOf([failing('a', 1, 'constructor')])).toBe('constructor (on a): "oh"');
});

test('a failure without a message quotes nothing', () => {
  expect(failureMessageOf([failing('a', 1, 'ErrImagePull', '')])).toBe('ErrImagePull (on a)');
});

test('the cause fits into the message together with the advice and the names of the nodes', () => {
  const node = `worker-${'x'.repeat(60)}`;
  const cause = `write /var/lib/containerd/${'y'.repeat(180)}: no space left on device`;
  const message = failureMessageOf([failing(node, 1, 'ErrImagePull', cause)]);
  expect(message.length).toBeLessThanOrEqual(256);
  expect(message).toContain(`disk full: free space on the node (on ${node})`);
  expect(message).toMatch(/no space left on device"$/);
});

test('a Pod without a sandbox is blamed on the node, not on the registry', () => {
  const message = 'the node did not start the Pod (sandbox or network not ready): kubectl describe node';
  expect(failureMessageOf([failing('a', 1, 'PullTimeout', message)])).toBe(`${message} (on a)`);
});

test('the message lists the nodes by name and quotes the latest failure', () => {
  const pairs = [failing('c', 1, 'Odd', 'latest'), failing('a', 1, 'Odd', 'older'), failing('b', 1, 'Odd', 'older')];
  expect(failureMessageOf(pairs)).toBe('Odd (on a, b, c): "latest"');
});

test('without a failing pair the message is empty', () => {
  expect(failureMessageOf([])).toBe('');
});
