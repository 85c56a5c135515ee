// What the status of a pull Pod proves about the image, for statuses that the recordings do not contain.
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
  { what: 'a running container', container: { state: { running: {} } } },
  { what: 'a container that failed', container: { state: { terminated: { reason: 'Error' } } } },
  { what: 'an image ID without a digest', container: { imageID: 'registry.example.com/x', state: {} } },
])('$what proves that the image is on the node, with an unknown digest', ({ container }) => {
  expect(withContainer(container, { phase: 'Failed' })).toEqual({ kind: 'cached', digest: '' });
});

test('a failed pull without the field imageID is a failure', () => {
  const state = { waiting: { reason: 'ErrImagePull', message: 'no' } };
  expect(readEvidence(withStatus({ containerStatuses: [{ state }] }))).toMatchObject({ kind: 'failed' });
});

test.each([
  { imageId: `docker.io/library/x@${digest}`, expected: digest },
  { imageId: digest, expected: digest },
  { imageId: 'docker.io/library/x:v1', expected: '' },
])('the digest of the image ID $imageId is read', ({ imageId, expected }) => {
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
])('a container that waits with %s proves that its image is on the node', (reason) => {
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
])(
  'a container that waits with %s is a failure with the reason %s and the message of the kubelet',
  (reason, expected) => {
    expect(waiting(reason, { message: 'because' })).toEqual({ kind: 'failed', reason: expected, message: 'because' });
    expect(waiting(reason)).toEqual({ kind: 'failed', reason: expected, message: '' });
  },
);

test.each([
  { what: 'a container that waits with ContainerCreating', state: { waiting: { reason: 'ContainerCreating' } } },
  { what: 'a container that waits without a reason', state: { waiting: {} } },
  { what: 'a container with an empty state', state: {} },
])('$what is still pulling', ({ state }) => {
  expect(withContainer({ state })).toEqual({ kind: 'pulling' });
});

test.each([
  {
    what: 'a Pod that succeeded proves the image even if the status of its container is lost',
    status: { phase: 'Succeeded' },
    evidence: { kind: 'cached', digest: '' },
  },
  {
    what: 'a Pod that the kubelet rejected is a failure with its reason',
    status: { phase: 'Failed', reason: 'OutOfpods', message: 'too many Pods' },
    evidence: { kind: 'failed', reason: 'OutOfpods', message: 'too many Pods' },
  },
  {
    what: 'a Pod that failed without a reason has the reason PodFailed',
    status: { phase: 'Failed' },
    evidence: { kind: 'failed', reason: 'PodFailed', message: '' },
  },
  {
    what: 'a lost container status of a failed Pod proves nothing about the image',
    status: {
      phase: 'Failed',
      containerStatuses: [{ imageID: '', state: { terminated: { reason: 'ContainerStatusUnknown' } } }],
    },
    evidence: { kind: 'failed', reason: 'PodFailed', message: '' },
  },
])('$what', ({ status, evidence }) => {
  expect(readEvidence(withStatus(status))).toEqual(evidence);
});
