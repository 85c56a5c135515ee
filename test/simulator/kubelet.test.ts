// Pod statuses, state by state, as a real kubelet (1.36, containerd) writes them.
import { expect, test } from 'vitest';
import type { JsonObject } from '../../simulator/json.ts';
import { container, oneNode, stateOf } from './one-node.ts';
import { APP, appImage, pullPod } from './tiny-cluster.ts';

test('a Pod whose image has `true` completes', async () => {
  const { run, statesOf } = oneNode();
  const pod = await run(pullPod('p', 'node-a', APP));
  expect(statesOf('p')).toEqual(['Pending', 'Pending ContainerCreating', 'Succeeded Completed']);
  const { status } = pod as { status: JsonObject };
  const fields = 'conditions containerStatuses hostIP hostIPs observedGeneration phase qosClass resources startTime';
  expect(Object.keys(status).sort()).toEqual(fields.split(' '));
  expect(status.containerStatuses).toEqual([
    {
      containerID: expect.stringMatching(/^containerd:\/\/[0-9a-f]{64}$/),
      image: APP,
      imageID: `registry.example/team/app@${appImage.digest}`,
      lastState: {},
      name: 'pull',
      ready: false,
      resources: {},
      restartCount: 0,
      started: false,
      state: {
        terminated: {
          containerID: expect.stringMatching(/^containerd:/),
          exitCode: 0,
          finishedAt: expect.stringMatching(/^2026-11-21T10:00:0\dZ$/),
          reason: 'Completed',
          startedAt: expect.stringMatching(/^2026-11-21T10:00:0\dZ$/),
        },
      },
    },
  ]);
  expect(status.conditions).toMatchObject([
    { type: 'PodReadyToStartContainers', status: 'False', lastProbeTime: null, observedGeneration: 1 },
    { type: 'Initialized', status: 'True', reason: 'PodCompleted' },
    { type: 'Ready', status: 'False', reason: 'PodCompleted' },
    { type: 'ContainersReady', status: 'False', reason: 'PodCompleted' },
    { type: 'PodScheduled', status: 'True' },
  ]);
});

test('a Pod whose image lacks `true` fails with StartError 128 and has an imageID', async () => {
  const { run, statesOf } = oneNode();
  const pod = await run(pullPod('p', 'node-a', 'registry.example/team/scratch:v1.0.0'));
  expect(statesOf('p')).toEqual(['Pending', 'Pending ContainerCreating', 'Failed StartError']);
  expect(container(pod)?.imageID).toBe(`registry.example/team/scratch@${appImage.digest}`);
  expect(container(pod)?.state.terminated).toMatchObject({
    exitCode: 128,
    startedAt: '1970-01-01T00:00:00Z',
    message: expect.stringContaining('exec: "true": executable file not found in $PATH'),
  });
});

test('a runAsNonRoot Pod pulls an image that runs as root and waits with CreateContainerConfigError', async () => {
  const { run, cluster } = oneNode();
  const nonRoot = { securityContext: { runAsNonRoot: true } };
  const pod = await run(pullPod('p', 'node-a', 'registry.example/team/root:v1', nonRoot));
  const where = `pod: "p_drop-system(${pod.metadata.uid})", container: pull`;
  expect(pod.status?.phase).toBe('Pending');
  expect(container(pod)?.imageID).toBe('');
  expect(container(pod)?.state.waiting).toEqual({
    reason: 'CreateContainerConfigError',
    message: `container has runAsNonRoot and image will run as root (${where})`,
  });
  expect([...cluster.machine('node-a').images.byReference.keys()]).toEqual(['registry.example/team/root:v1']);
});

const unpack = (image: string) => `failed to pull and unpack image "${image}": failed to resolve image`;

const failures: readonly (readonly [what: string, image: string, message: (image: string) => string])[] = [
  [
    'a missing tag',
    'registry.example/team/app:missing',
    (image) => `rpc error: code = NotFound desc = ${unpack(image)}: ${image}: not found`,
  ],
  [
    'an unknown host',
    'nohost.invalid/team/app:v1',
    (image) =>
      `${unpack(image)}: failed to do request: Head "https://nohost.invalid/v2/team/app/manifests/v1": ` +
      'dial tcp: lookup nohost.invalid on 10.96.0.10:53: no such host',
  ],
  [
    'a registry that refuses connections',
    '127.0.0.1:5999/team/app:v1',
    (image) =>
      `${unpack(image)}: failed to do request: Head "https://127.0.0.1:5999/v2/team/app/manifests/v1": ` +
      'dial tcp 127.0.0.1:5999: connect: connection refused',
  ],
  [
    'an image that needs a Secret',
    'registry.example/team/private:v1',
    (image) =>
      `${unpack(image)}: pull access denied, repository does not exist or may require authorization: ` +
      'authorization failed: no basic auth credentials',
  ],
];

test.each(failures)('%s is reported as ErrImagePull, then as ImagePullBackOff', async (_, image, message) => {
  const { run, statesOf, cluster, clock } = oneNode();
  cluster.registry.addHost('127.0.0.1:5999');
  cluster.registry.setDown(true, '127.0.0.1:5999');
  const failed = await run(pullPod('p', 'node-a', image), 1500);
  expect(failed.status?.phase).toBe('Pending');
  const waiting = { reason: 'ErrImagePull', message: message(image) };
  expect(container(failed)).toMatchObject({ imageID: '', state: { waiting } });
  await clock.runFor(2000);
  const reasons = ['', ' ContainerCreating', ' ErrImagePull', ' ImagePullBackOff'];
  expect(statesOf('p')).toEqual(reasons.map((reason) => `Pending${reason}`));
});

test('an image name in upper case is reported as InvalidImageName', async () => {
  const { run } = oneNode();
  const pod = await run(pullPod('p', 'node-a', 'registry.example/Team/App:v1'));
  expect(container(pod)?.state.waiting?.reason).toBe('InvalidImageName');
  expect(container(pod)?.state.waiting?.message).toContain(
    `Failed to apply default image tag "registry.example/Team/App:v1": couldn't parse image name`,
  );
});

test('a failing pull alternates between ErrImagePull and ImagePullBackOff, with doubled waits', async () => {
  const { run, seen } = oneNode();
  const pod = await run(pullPod('p', 'node-a', 'registry.example/team/app:missing'), 80_000);
  expect(container(pod)?.state.waiting?.message).toMatch(/^Back-off pulling image ".*": ErrImagePull: rpc error/);
  const errors = seen.filter(({ state }) => state === 'Pending ErrImagePull').map((entry) => entry.atMilliseconds);
  const waits = errors.slice(1).map((at, index) => Math.round((at - (errors[index] ?? 0)) / 1000));
  expect(waits).toEqual([10, 20, 40]);
  expect(seen.filter(({ state }) => state === 'Pending ImagePullBackOff')).toHaveLength(4);
});

test('a failing pull succeeds once its cause is gone', async () => {
  const { run, cluster, clock, statesOf } = oneNode();
  cluster.registry.setDown(true);
  await run(pullPod('p', 'node-a', APP), 5000);
  cluster.registry.setDown(false);
  await clock.runFor(10_000);
  expect(statesOf('p').at(-1)).toBe('Succeeded Completed');
});

test('a pull Secret must be named by the Pod and exist in its namespace', async () => {
  const { run, store } = oneNode();
  const secret = (namespace: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login', namespace } });
  const image = 'registry.example/team/private:v1';
  const named = { imagePullSecrets: [{ name: 'login' }] };
  expect(stateOf(await run(pullPod('absent', 'node-a', image, named), 1500))).toBe('Pending ErrImagePull');
  store.create(secret('default'));
  expect(stateOf(await run(pullPod('elsewhere', 'node-a', image, named), 1500))).toBe('Pending ErrImagePull');
  store.create(secret('drop-system'));
  expect(stateOf(await run(pullPod('unnamed', 'node-a', image), 1500))).toBe('Pending ErrImagePull');
  expect(stateOf(await run(pullPod('there', 'node-a', image, named)))).toBe('Succeeded Completed');
});
