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

const creating = { waiting: { reason: 'ContainerCreating' } };
const initializing = { waiting: { reason: 'PodInitializing' } };
const failedPull = { waiting: { reason: 'ErrImagePull', message: 'not found' } };
const sidecarId = `docker.io/istio/proxyv2@sha256:${'c'.repeat(64)}`;
const status = (name: string, state: object, imageID = '') => ({ name, state, imageID });
const pulled = status('pull', { terminated: { reason: 'Completed', exitCode: 0 } }, `docker.io/library/x@${digest}`);

test.each([
  {
    what: 'a running sidecar proves nothing while the pull is in progress',
    podStatus: {
      phase: 'Pending',
      containerStatuses: [status('istio-proxy', { running: {} }, sidecarId), status('pull', creating)],
    },
    evidence: { kind: 'pulling' },
  },
  {
    what: 'a sidecar that cannot be pulled does not fail a pull that succeeded',
    podStatus: { phase: 'Pending', containerStatuses: [status('istio-proxy', failedPull), pulled] },
    evidence: { kind: 'cached', digest },
  },
  {
    what: 'a sidecar that cannot be pulled does not fail a pull in progress',
    podStatus: {
      phase: 'Pending',
      containerStatuses: [status('istio-proxy', failedPull), status('pull', creating)],
    },
    evidence: { kind: 'pulling' },
  },
  {
    what: 'a sidecar that keeps running does not delay a success',
    podStatus: { phase: 'Running', containerStatuses: [status('istio-proxy', { running: {} }, sidecarId), pulled] },
    evidence: { kind: 'cached', digest },
  },
  {
    what: 'a failed pull is a failure although a sidecar runs',
    podStatus: {
      phase: 'Pending',
      containerStatuses: [status('istio-proxy', { running: {} }, sidecarId), status('pull', failedPull)],
    },
    evidence: { kind: 'failed', reason: 'ErrImagePull', message: 'not found' },
  },
  {
    what: 'a pull is in progress while only the status of a sidecar is reported',
    podStatus: { phase: 'Pending', containerStatuses: [status('a-proxy', { running: {} }, sidecarId)] },
    evidence: { kind: 'pulling' },
  },
  {
    what: 'a Pod that failed because of its sidecar still proves a pull that succeeded',
    podStatus: {
      phase: 'Failed',
      containerStatuses: [status('a-proxy', { terminated: { reason: 'Error', exitCode: 1 } }, sidecarId), pulled],
    },
    evidence: { kind: 'cached', digest },
  },
])('$what', ({ podStatus, evidence }) => {
  expect(readEvidence(withStatus(podStatus))).toEqual(evidence);
});

const initialized = (value: string) => [{ type: 'Initialized', status: value }];
const initFailed = (message: string) => ({ kind: 'failed', reason: 'InitContainerFailed', message });
const crashed = { terminated: { reason: 'Error', exitCode: 1, message: 'iptables: permission denied' } };

interface InitRow {
  readonly what: string;
  readonly init: object;
  readonly isSidecar?: boolean;
  readonly podStatus?: object;
  readonly evidence: object;
}

const initRows: readonly InitRow[] = [
  {
    what: 'an init container whose image cannot be pulled fails the attempt',
    init: status('istio-init', failedPull),
    evidence: initFailed('istio-init: ErrImagePull: not found'),
  },
  {
    what: 'an init container whose configuration is not valid fails the attempt',
    init: status('vault-agent-init', { waiting: { reason: 'CreateContainerConfigError' } }),
    evidence: initFailed('vault-agent-init: CreateContainerConfigError'),
  },
  {
    what: 'an init container that exits with an error fails the attempt',
    init: status('istio-init', crashed),
    evidence: initFailed('istio-init: Error: iptables: permission denied'),
  },
  {
    what: 'a Pod that failed because of an init container names it',
    init: status('istio-init', crashed),
    podStatus: { phase: 'Failed' },
    evidence: initFailed('istio-init: Error: iptables: permission denied'),
  },
  {
    what: 'an init container that is not tried yet fails nothing',
    init: status('istio-init', initializing),
    evidence: { kind: 'pulling' },
  },
  {
    what: 'an init container that runs fails nothing',
    init: status('istio-init', { running: {} }, sidecarId),
    evidence: { kind: 'pulling' },
  },
  {
    what: 'an init container that completed fails nothing',
    init: status('istio-init', { terminated: { reason: 'Completed', exitCode: 0 } }, sidecarId),
    evidence: { kind: 'pulling' },
  },
  {
    what: 'a native sidecar that runs proves nothing',
    init: status('istio-proxy', { running: {} }, sidecarId),
    isSidecar: true,
    podStatus: { conditions: initialized('True') },
    evidence: { kind: 'pulling' },
  },
  {
    what: 'a native sidecar whose image cannot be pulled fails the attempt',
    init: status('istio-proxy', failedPull),
    isSidecar: true,
    podStatus: { conditions: initialized('False') },
    evidence: initFailed('istio-proxy: ErrImagePull: not found'),
  },
  {
    what: 'a native sidecar that ended once fails nothing, because the kubelet restarts it',
    init: status('istio-proxy', crashed, sidecarId),
    isSidecar: true,
    evidence: { kind: 'pulling' },
  },
  {
    what: 'a native sidecar that keeps crashing fails the attempt',
    init: status('istio-proxy', { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } }, sidecarId),
    isSidecar: true,
    evidence: initFailed('istio-proxy: CrashLoopBackOff: back-off 10s'),
  },
  {
    what: 'a native sidecar that crashes after the Pod was initialised fails nothing',
    init: status('istio-proxy', { waiting: { reason: 'CrashLoopBackOff' } }, sidecarId),
    isSidecar: true,
    podStatus: { conditions: initialized('True') },
    evidence: { kind: 'pulling' },
  },
  {
    what: 'a failed init container does not hide a pull that succeeded',
    init: status('istio-proxy', { waiting: { reason: 'CrashLoopBackOff' } }, sidecarId),
    isSidecar: true,
    podStatus: { containerStatuses: [pulled] },
    evidence: { kind: 'cached', digest },
  },
];

test.each(initRows)('$what', ({ init, isSidecar, podStatus, evidence }) => {
  const pod = withStatus({
    initContainerStatuses: [init],
    containerStatuses: [status('pull', initializing)],
    ...podStatus,
  });
  const { name } = init as { readonly name: string };
  const initContainers = [{ name, image: 'x', restartPolicy: isSidecar ? 'Always' : undefined }];
  expect(readEvidence({ ...pod, spec: { ...pod.spec, initContainers } })).toEqual(evidence);
});
