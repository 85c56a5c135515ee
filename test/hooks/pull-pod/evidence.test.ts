// What the status of a pull Pod proves about the image, for statuses that no recorded kubelet happened to send.
import { expect, test } from 'vitest';
import { readEvidence } from '../../../hooks/pull-pod/evidence.ts';
import { observedPod } from '../../../metacontroller/pod.ts';
import { wirePod } from '../builders/wire.ts';

const withStatus = (status: object) =>
  observedPod.parse({ ...wirePod({ slot: 0, image: 'x', node: 'a' }), status: { phase: 'Pending', ...status } });
const withContainer = (container: object, status: object = {}) =>
  readEvidence(withStatus({ ...status, containerStatuses: [{ imageID: '', ...container }] }));
const waiting = (reason: string, detail: object = {}) => withContainer({ state: { waiting: { reason, ...detail } } });

const digest = `sha256:${'b'.repeat(64)}`;

test.each([
  { what: 'a container that runs', container: { state: { running: {} } } },
  { what: 'a container that ended, although it failed', container: { state: { terminated: { reason: 'Error' } } } },
  { what: 'an image ID alone, without a digest', container: { imageID: 'registry.example.com/x', state: {} } },
])('$what shows the image, its digest unknown', ({ container }) => {
  expect(withContainer(container, { phase: 'Failed' })).toEqual({ kind: 'cached', digest: '' });
});

test('a container without an image ID, not even an empty one, shows nothing', () => {
  const state = { waiting: { reason: 'ErrImagePull', message: 'no' } };
  expect(readEvidence(withStatus({ containerStatuses: [{ state }] }))).toMatchObject({ kind: 'failed' });
});

test.each([
  { imageId: `docker.io/library/x@${digest}`, expected: digest },
  { imageId: digest, expected: digest },
  { imageId: 'docker.io/library/x:v1', expected: '' },
])('the digest in $imageId', ({ imageId, expected }) => {
  expect(withContainer({ imageID: imageId, state: {} })).toEqual({ kind: 'cached', digest: expected });
});

test.each([
  'CreateContainerConfigError',
  'PreCreateHookError',
  'CreateContainerError',
  'PreStartHookError',
  'StartError',
  'RunContainerError',
  'PostStartHookError',
  'CrashLoopBackOff',
])('a container that waits with %s was pulled before', (reason) => {
  expect(waiting(reason)).toEqual({ kind: 'cached', digest: '' });
});

test.each([
  ['ErrImagePull', 'ErrImagePull'],
  ['ImagePullBackOff', 'ErrImagePull'],
  ['InvalidImageName', 'InvalidImageName'],
  ['ErrImageNeverPull', 'ErrImageNeverPull'],
  ['RegistryUnavailable', 'RegistryUnavailable'],
  ['SignatureValidationFailed', 'SignatureValidationFailed'],
  ['ImageInspectError', 'ImageInspectError'],
])('a container that waits with %s failed with %s, in the words of the kubelet', (reason, expected) => {
  expect(waiting(reason, { message: 'because' })).toEqual({ kind: 'failed', reason: expected, message: 'because' });
  expect(waiting(reason)).toEqual({ kind: 'failed', reason: expected, message: '' });
});

test.each([
  { what: 'a container that is being created', state: { waiting: { reason: 'ContainerCreating' } } },
  { what: 'a container that waits without saying why', state: { waiting: {} } },
  { what: 'a container whose state says nothing', state: {} },
])('$what proves nothing yet', ({ state }) => {
  expect(withContainer({ state })).toEqual({ kind: 'pulling' });
});

test.each([
  {
    what: 'a Pod that succeeded and has lost the status of its container',
    status: { phase: 'Succeeded' },
    evidence: { kind: 'cached', digest: '' },
  },
  {
    what: 'a Pod that the kubelet refused',
    status: { phase: 'Failed', reason: 'OutOfpods', message: 'too many Pods' },
    evidence: { kind: 'failed', reason: 'OutOfpods', message: 'too many Pods' },
  },
  {
    what: 'a Pod that failed without a word',
    status: { phase: 'Failed' },
    evidence: { kind: 'failed', reason: 'PodFailed', message: '' },
  },
  {
    what: 'a failed Pod whose container status the kubelet lost',
    status: {
      phase: 'Failed',
      containerStatuses: [{ imageID: '', state: { terminated: { reason: 'ContainerStatusUnknown' } } }],
    },
    evidence: { kind: 'failed', reason: 'PodFailed', message: '' },
  },
])('$what', ({ status, evidence }) => {
  expect(readEvidence(withStatus(status))).toEqual(evidence);
});
