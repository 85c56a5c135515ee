// Admission as real clusters have it: webhooks that rewrite images and add containers, Pod Security, limits, quotas.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { API_VERSION } from '../../../crds/kind.ts';
import { hasOpenssl } from '../../service/discovery/certificates.ts';
import { closeServers } from '../../service/discovery/servers.ts';
import { eventually } from '../../waiting.ts';
import { pathOf } from '../binaries.ts';
import { type Caretaker, startCaretaker } from '../caretaker.ts';
import type { Cluster } from '../cluster.ts';
import { startNode } from '../node.ts';
import { type Registry, startRegistry } from '../registry.ts';
import { describeWith, NOT_RUN } from '../requirements.ts';
import { buildImage, pushImage } from '../test-image.ts';
import {
  type AdmissionWebhook,
  type AdmittedPod,
  type Container,
  removeAdmissionWebhook,
  startAdmissionWebhook,
} from './admission-webhook.ts';
import { type Installation, install, NAMESPACE, NAMESPACE_PATH } from './installation.ts';
import { countStarts, type StartCount, startedTwice } from './start-count.ts';
import { createWatches, type Watches } from './watch.ts';

const NODE = 'admission-0';
const GROUP_PATH = '/apis/drop.corewire.io/v1alpha1';
const PULL_LIMIT_MILLISECONDS = 60_000;
/** A refused start counts as rejected after 60 s. */
const REJECTION_LIMIT_MILLISECONDS = 90_000;
/** A name that the node cannot resolve: only the mirror has the images. */
const UPSTREAM = 'registry.invalid';

const title = 'a real node behind the admission of a real API server';
const values = [
  'defaultPullPolicy.spec.minDelayBetweenPulls=0s',
  'defaultPullPolicy.spec.maxConcurrentPulls=3',
  'defaultPullPolicy.spec.maxConcurrentPullsPerNode=3',
  'defaultPullPolicy.spec.failureBackoff.initial=1s',
];

const restricted = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

describeWith(['controlPlane', 'helm', 'metacontroller', 'node', 'registry'], title, () => {
  let installation: Installation;
  let cluster: Cluster;
  let caretaker: Caretaker;
  let mirror: Registry;
  let webhook: AdmissionWebhook;
  let watches: Watches;
  let count: StartCount;

  const program = (name: 'true' | 'pause') => readFileSync(pathOf(inject('clusterRun').binaries, name));

  /** Pushes an image of its own to the mirror, and returns its digest. */
  function pushUpstream(repository: string): Promise<string> {
    const files = [
      { name: 'bin/true', content: program('true'), mode: 0o755 },
      { name: 'content', content: repository },
    ];
    const target = { url: mirror.url, repository: `upstream/${repository}`, tag: 'v1' };
    return pushImage(buildImage(files, { Env: ['PATH=/bin'] }), target);
  }

  const pause = (isPaused: boolean) =>
    cluster.kubectl(['patch', 'pullpolicy', 'default', '--type=merge', '-p', `{"spec":{"paused":${isPaused}}}`]);

  /** Applies images so that their pulls start together: once the Inventories cover all of them. */
  async function pausedUntilReported(apply: () => Promise<unknown>): Promise<void> {
    await pause(true);
    await apply();
    await eventually(async () => {
      const images = await cluster.list(`${GROUP_PATH}/cachedimages`);
      const inventories = await cluster.list(`${GROUP_PATH}/inventories`);
      expect(images.map(({ status }) => status?.image)).not.toContain(undefined);
      for (const { status } of inventories) expect(status?.references).toHaveLength(images.length);
    });
    await pause(false);
  }

  const toMirror = (image: string) => image.replace(UPSTREAM, `${mirror.host}/upstream`);
  const mirrored = (pod: AdmittedPod): AdmittedPod => {
    const containers = pod.spec.containers.map((each) => ({ ...each, image: toMirror(each.image) }));
    return { ...pod, spec: { ...pod.spec, containers } };
  };
  /** A container that runs until its Pod is deleted. */
  const agent = (name: string) => ({ name, image: `${mirror.host}/agent:v1`, securityContext: restricted });
  const withSidecar = (pod: AdmittedPod): AdmittedPod => ({
    ...pod,
    spec: { ...pod.spec, containers: [agent('a-proxy'), ...pod.spec.containers] },
  });
  const withInitContainers = (pod: AdmittedPod, ...initContainers: Container[]) => ({
    ...pod,
    spec: { ...pod.spec, initContainers },
  });

  const statusOf = async (name: string) => (await cluster.get(`${GROUP_PATH}/cachedimages/${name}`)).status;
  const readyOf = (status: { conditions?: { type: string }[] } | undefined) =>
    status?.conditions?.find(({ type }) => type === 'Ready');

  async function applyImage(name: string): Promise<void> {
    const spec = { image: `${UPSTREAM}/${name}`, tag: 'v1' };
    await cluster.apply([{ apiVersion: API_VERSION, kind: 'CachedImage', metadata: { name }, spec }]);
  }

  async function expectCached(name: string, digest: string): Promise<void> {
    await eventually(async () => {
      const status = await statusOf(name);
      expect(readyOf(status)).toMatchObject({ reason: 'Cached' });
      expect(status).toMatchObject({ ready: '1/1', image: `${UPSTREAM}/${name}:v1`, resolvedDigest: digest });
    }, PULL_LIMIT_MILLISECONDS);
  }

  const expectFailure = (name: string, reason: string, message: string) =>
    eventually(async () => {
      const expected = { reason, message: expect.stringContaining(message) };
      expect(readyOf(await statusOf(name))).toMatchObject(expected);
    }, PULL_LIMIT_MILLISECONDS);

  beforeAll(async () => {
    if (!hasOpenssl) return;
    installation = await install({ values });
    ({ cluster } = installation);
    caretaker = startCaretaker();
    const folder = mkdtempSync(join(tmpdir(), 'drop-admission-'));
    caretaker.add({ kind: 'folder', of: folder });
    mirror = await startRegistry({ name: 'mirror', folder, caretaker });
    const pause = buildImage([{ name: 'pause', content: program('pause'), mode: 0o755 }], { Entrypoint: ['/pause'] });
    await pushImage(pause, { url: mirror.url, repository: 'agent', tag: 'v1' });
    webhook = await startAdmissionWebhook(cluster, NAMESPACE);
    const { binaries } = inject('clusterRun');
    await startNode({ cluster, binaries, name: NODE, folder, caretaker });
    watches = createWatches(cluster);
    count = countStarts(watches, NAMESPACE_PATH);
  }, 180_000);
  afterEach(async () => {
    if (!hasOpenssl) return;
    await cluster.kubectl(['delete', 'cachedimages', '--all', '--timeout=60s']);
    await cluster.kubectl(['delete', 'resourcequota,limitrange', 'test', '-n', NAMESPACE, '--ignore-not-found']);
  });
  afterAll(async () => {
    if (!hasOpenssl) return;
    await watches.close();
    await removeAdmissionWebhook(cluster);
    await installation.remove();
    await caretaker.stop();
    await cluster.remove(`/api/v1/nodes/${NODE}`);
    await closeServers();
  });

  const run = (what: string, test: () => Promise<void>, limitMilliseconds = 120_000) =>
    it.skipIf(!hasOpenssl)(hasOpenssl ? what : `${what} (${NOT_RUN}no openssl)`, test, limitMilliseconds);

  const startsOf = (name: string) => count.starts.filter(({ image }) => image === name);

  const survivedChanges: readonly (readonly [string, string, (pod: AdmittedPod) => AdmittedPod])[] = [
    ['rewrites the image to a mirror', 'rewritten', mirrored],
    ['rewrites the image and puts a sidecar in front', 'sidecar', (pod) => withSidecar(mirrored(pod))],
    [
      'rewrites the image and adds a native sidecar',
      'native',
      (pod) => withInitContainers(mirrored(pod), { ...agent('b-proxy'), restartPolicy: 'Always' }),
    ],
    [
      'rewrites the image and adds both kinds of sidecar',
      'both',
      (pod) => withSidecar(withInitContainers(mirrored(pod), { ...agent('b-proxy'), restartPolicy: 'Always' })),
    ],
  ];

  for (const [what, name, change] of survivedChanges) {
    run(`an image is pulled once, with its digest, behind a webhook that ${what}`, async () => {
      webhook.use(change);
      const digest = await pushUpstream(name);
      await applyImage(name);
      await expectCached(name, digest);
      await eventually(() => expect([...count.living.values()]).toEqual([]));
      expect(startsOf(name)).toHaveLength(1);
      const [start] = startsOf(name);
      const images = start?.pod.spec.containers.map(({ image }: { image: string }) => image);
      expect(images).toContain(`${mirror.host}/upstream/${name}:v1`);
    });
  }

  run('an image is pulled once where Pod Security "restricted" is enforced and a LimitRange sets limits', async () => {
    const { labels } = (await cluster.get(NAMESPACE_PATH)).metadata;
    expect(labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    const limits = [
      {
        type: 'Container',
        default: { cpu: '200m', memory: '128Mi' },
        defaultRequest: { cpu: '50m', memory: '32Mi' },
        max: { cpu: '1', memory: '256Mi' },
      },
    ];
    await cluster.apply([
      { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'test', namespace: NAMESPACE }, spec: { limits } },
    ]);
    webhook.use(mirrored);
    const digest = await pushUpstream('limited');
    await applyImage('limited');
    await expectCached('limited', digest);
    expect(startsOf('limited')).toHaveLength(1);
    expect(startsOf('limited')[0]?.pod.spec.containers[0].resources.limits).toEqual({ cpu: '200m', memory: '64Mi' });
  });

  run('a webhook that removes the annotations is named, and the image is pulled once it stops', async () => {
    webhook.use((pod) => ({ ...mirrored(pod), metadata: { ...pod.metadata, annotations: {} } }));
    const digest = await pushUpstream('mutated');
    await applyImage('mutated');
    await expectFailure('mutated', 'PodMutated', 'an admission webhook changed the pull Pod');
    webhook.use(mirrored);
    await expectCached('mutated', digest);
  });

  run('an init container that cannot be pulled is named, and the image is pulled once it can', async () => {
    const broken = { ...agent('setup'), image: `${mirror.host}/absent:v1` };
    webhook.use((pod) => withInitContainers(mirrored(pod), broken));
    const digest = await pushUpstream('initialised');
    await applyImage('initialised');
    await expectFailure('initialised', 'InitContainerFailed', 'setup: ErrImagePull');
    webhook.use(mirrored);
    await expectCached('initialised', digest);
  });

  run(
    'a quota that refuses the third Pod is named, and all images are pulled once',
    async () => {
      // The Pods of the service are in the namespace too.
      const present = (await cluster.list(`${NAMESPACE_PATH}/pods`)).length;
      const quota = { hard: { 'count/pods': String(present + 2) } };
      await cluster.apply([
        { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'test', namespace: NAMESPACE }, spec: quota },
      ]);
      await eventually(async () => {
        const { status } = await cluster.get(`${NAMESPACE_PATH}/resourcequotas/test`);
        expect(status).toMatchObject({ used: { 'count/pods': String(present) } });
      });
      webhook.use(mirrored);
      const names = ['first', 'second', 'third'];
      const digests = await Promise.all(names.map(pushUpstream));
      await pausedUntilReported(() => Promise.all(names.map(applyImage)));
      await eventually(async () => {
        const { status } = await cluster.get(`${GROUP_PATH}/pullpolicies/default`);
        expect(status.conditions).toContainEqual(
          expect.objectContaining({ type: 'PodsCreated', status: 'False', reason: 'PodRejected' }),
        );
      }, REJECTION_LIMIT_MILLISECONDS);
      for (const [index, name] of names.entries()) await expectCached(name, digests[index] ?? '');
      expect(startedTwice(count.starts.filter(({ image }) => names.includes(image)))).toEqual([]);
    },
    240_000,
  );
});
