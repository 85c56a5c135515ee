// Pull Pods that admission webhooks changed: which changes a pull survives, and which end it as PodMutated.
import { expect, test } from 'vitest';
import { syncCachedImage } from '../../../hooks/cached-image/sync.ts';
import { buildPullPod } from '../../../hooks/pull-pod/build.ts';
import { syncPullPolicy } from '../../../hooks/pull-policy/sync.ts';
import { cachedImageSyncRequest, pullPolicySyncRequest } from '../../../metacontroller/hook-request.ts';
import {
  isoTime,
  keyOf,
  MINUTE,
  NOON,
  nodesNamed,
  SECOND,
  settings,
  uidOf,
  wireGroup,
  wireImageRequest,
  wirePolicyRequest,
} from '../builders/wire.ts';

interface Container {
  readonly name: string;
  readonly image: string;
}

interface TestPod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly nodeName: string; readonly containers: readonly Container[] };
  readonly status: object;
}

const digest = `sha256:${'a'.repeat(64)}`;
const mirror = 'harbor.internal.example/dockerhub/library/nginx';
const creating = { waiting: { reason: 'ContainerCreating' } };
const done = { terminated: { reason: 'Completed', exitCode: 0 } };
const sidecar = { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.27.0' };
const sidecarStatus = { name: 'istio-proxy', imageID: `docker.io/istio/proxyv2@${digest}`, state: { running: {} } };
const pullStatus = (state: object, imageID = '') => ({ name: 'pull', imageID, state });

const nginx = { image: 'docker.io/library/nginx', tag: '1.25' };
const reference = 'docker.io/library/nginx:1.25';

/** The Pod as the service requests it and the API server stores it. */
function storedPod(status: object): TestPod {
  const built = buildPullPod(
    {
      policyName: 'default',
      slot: 0,
      image: { name: 'x', uid: uidOf('x'), reference, spec: { ...nginx, imagePullPolicy: 'Always' } },
      node: { name: 'a', key: keyOf({ name: 'a' }) },
      lossStamp: 0,
      tolerations: [],
      deadlineMilliseconds: NOON + 30 * MINUTE,
    },
    settings,
  );
  const pod = JSON.parse(JSON.stringify(built)) as TestPod;
  const system = { uid: 'abcdefgh-0000-4000-8000-000000000000', creationTimestamp: isoTime(NOON - 5 * SECOND) };
  return { ...pod, metadata: { ...pod.metadata, ...system }, status };
}

type Webhook = (pod: TestPod) => TestPod;

const withSpec =
  (change: Readonly<Record<string, unknown>>): Webhook =>
  (pod) => ({ ...pod, spec: { ...pod.spec, ...change } });
const withContainers = (...containers: Container[]) => withSpec({ containers });
const withAnnotations =
  (change: (annotations: Readonly<Record<string, string>>) => Record<string, string>): Webhook =>
  (pod) => ({ ...pod, metadata: { ...pod.metadata, annotations: change(pod.metadata.annotations) } });
const withAnnotation = (name: string, value: string) => withAnnotations((all) => ({ ...all, [name]: value }));
const unchanged: Webhook = (pod) => pod;
const rewritten = withContainers({ name: 'pull', image: `${mirror}:1.25` });

/** What the syncs of the image and of its policy make of the Pod. */
function syncBoth(pod: TestPod, spec: Record<string, unknown> = nginx, nodes = nodesNamed('a')) {
  const pods = wireGroup([pod]);
  const imageFacts = wireImageRequest({ name: 'x', spec, nodes });
  const image = cachedImageSyncRequest.parse({ ...imageFacts, related: { ...imageFacts.related, 'Pod.v1': pods } });
  const policyFacts = wirePolicyRequest({ nodes, images: [{ name: 'x', spec }] });
  const policy = pullPolicySyncRequest.parse({ ...policyFacts, children: { 'Pod.v1': pods } });
  const { status } = syncCachedImage(image, settings, NOON).response;
  const { children } = syncPullPolicy(policy, settings, NOON).response;
  const podsOfResponse = children.filter(({ kind }) => kind === 'Pod');
  return {
    status,
    reason: status.conditions?.[0]?.reason,
    kept: podsOfResponse.some((child) => child.spec === undefined),
    started: podsOfResponse.some((child) => child.spec !== undefined),
  };
}

const survivingWebhooks: readonly { readonly what: string; readonly webhook: Webhook }[] = [
  { what: 'changes nothing', webhook: unchanged },
  { what: 'rewrites the image to a mirror', webhook: rewritten },
  { what: 'pins the digest of the image', webhook: withContainers({ name: 'pull', image: `${mirror}@${digest}` }) },
  {
    what: 'puts a sidecar in front and rewrites the image',
    webhook: withContainers(sidecar, { name: 'pull', image: `${mirror}:1.25` }),
  },
  {
    what: 'appends a sidecar',
    webhook: withContainers({ name: 'pull', image: reference }, { name: 'zz-agent', image: 'agent:1' }),
  },
  { what: 'adds an annotation of its own', webhook: withAnnotation('example.com/mutated', 'true') },
  {
    what: 'sets the image to something that is no reference',
    webhook: withContainers({ name: 'pull', image: '$(IMAGE)' }),
  },
];

test.each(survivingWebhooks)('a pull stays in progress if a webhook $what', ({ webhook }) => {
  const status = { phase: 'Pending', containerStatuses: [sidecarStatus, pullStatus(creating)] };
  const result = syncBoth(webhook(storedPod(status)));
  expect(result).toMatchObject({ reason: 'Pulling', kept: true, started: false });
});

test.each(survivingWebhooks)('a success is recorded with its digest if a webhook $what', ({ webhook }) => {
  const containerStatuses = [sidecarStatus, pullStatus(done, `${mirror}@${digest}`)];
  const result = syncBoth(webhook(storedPod({ phase: 'Running', containerStatuses })));
  expect(result).toMatchObject({ reason: 'Cached', kept: true, started: false });
  expect(result.status).toMatchObject({ image: reference, ready: '1/1', resolvedDigest: digest });
});

const usePod = (name: string) => `drop.corewire.io/${name}`;

const breakingWebhooks: readonly { readonly what: string; readonly webhook: Webhook; readonly message: string }[] = [
  {
    what: 'renames the container',
    webhook: withContainers({ name: 'main', image: reference }),
    message: 'the container pull was renamed or removed',
  },
  { what: 'leaves no container', webhook: withContainers(), message: 'the container pull was renamed or removed' },
  {
    what: 'replaces the container by a sidecar',
    webhook: withContainers(sidecar),
    message: 'the container pull was renamed or removed',
  },
  {
    what: 'moves the Pod to another node',
    webhook: withSpec({ nodeName: 'b' }),
    message: 'spec.nodeName is "b" instead of "a"',
  },
  {
    what: 'takes the Pod from its node',
    webhook: withSpec({ nodeName: undefined }),
    message: 'spec.nodeName is "" instead of "a"',
  },
  ...[
    ['changes the reference', withAnnotation(usePod('reference'), 'docker.io/library/nginx:1.26')] as const,
    ['changes the image UID', withAnnotation(usePod('image-uid'), uidOf('y'))] as const,
    ['changes the node key', withAnnotation(usePod('node-key'), 'ffffffffffff')] as const,
    ['changes the deadline', withAnnotation(usePod('deadline'), isoTime(NOON + 60 * MINUTE))] as const,
    ['removes all annotations', withAnnotations(() => ({}))] as const,
    [
      'removes all annotations and rewrites the image',
      (pod: TestPod) => rewritten(withAnnotations(() => ({}))(pod)),
    ] as const,
  ].map(([what, webhook]: readonly [string, Webhook]) => ({
    what,
    webhook,
    message: 'annotations drop.corewire.io/* were changed or removed',
  })),
];

const nodesAandB = nodesNamed('a', 'b');

test.each(breakingWebhooks)('a webhook that $what causes the failure PodMutated', ({ webhook, message }) => {
  const { status, reason, kept } = syncBoth(webhook(storedPod({ phase: 'Pending' })), nginx, nodesAandB);
  expect(reason).toBe('PodMutated');
  expect(status.conditions?.[0]?.message).toContain(message);
  expect(status.failing).toEqual([
    expect.objectContaining({ node: 'a', key: keyOf({ name: 'a' }), reason: 'PodMutated' }),
  ]);
  expect(kept).toBe(true);
});

test('PodMutated counts for the backoff of the image, because the webhook changes the Pods of every node', () => {
  const nodes = nodesNamed('a', 'b', 'c', 'd');
  const failing = ['a', 'b', 'c'].map((node) => ({
    node,
    key: keyOf({ name: node }),
    reason: 'PodMutated',
    message: '',
    failures: 1,
    at: isoTime(NOON - SECOND),
  }));
  const request = (reason: string) =>
    pullPolicySyncRequest.parse(
      wirePolicyRequest({
        nodes,
        images: [
          { name: 'x', status: { failing: failing.map((pair) => ({ ...pair, reason })), consecutiveFailures: 3 } },
        ],
      }),
    );
  const waitingFor = (reason: string) => syncPullPolicy(request(reason), settings, NOON).logFields.waitingFor;
  expect(waitingFor('PodMutated')).toBe('breaker');
  expect(waitingFor('InitContainerFailed')).not.toBe('breaker');
});

test('a change of the tag drops the Pods of the old reference, also if a webhook rewrote their image', () => {
  const edited = { ...nginx, tag: '1.26' };
  const status = { phase: 'Pending', containerStatuses: [pullStatus(creating)] };
  expect(syncBoth(rewritten(storedPod(status)), edited)).toMatchObject({ kept: false });
});

test.each([
  { what: 'the image of the container pull', containers: [sidecar, { name: 'pull', image: reference }] },
  { what: 'the normalised image of the container pull', containers: [{ name: 'pull', image: 'nginx:1.25' }] },
  { what: 'the image of its first container', containers: [{ name: 'puller', image: 'nginx:1.25' }, sidecar] },
])('a Pod of another release is recognised by $what', ({ containers }) => {
  const pod = storedPod({ phase: 'Pending', containerStatuses: [] });
  const { name, namespace, uid, labels } = pod.metadata;
  const isOld = (label: string) => label !== usePod('request-hash');
  const oldLabels = Object.fromEntries(Object.entries(labels).filter(([label]) => isOld(label)));
  const metadata = { name, namespace, uid, labels: oldLabels, annotations: {} };
  const old = { ...pod, metadata, spec: { ...pod.spec, containers } };
  expect(syncBoth(old)).toMatchObject({ reason: 'Pulling', kept: true, started: false });
});

test('a Pod without labels is dropped, and its start counts as rejected after 60 s', () => {
  const pod = storedPod({ phase: 'Pending' });
  const facts = wirePolicyRequest({
    nodes: nodesNamed('a'),
    images: [{ name: 'x', spec: nginx }],
    status: { starting: [{ slot: 0, image: 'x', node: 'a', at: isoTime(NOON - 30 * SECOND) }] },
  });
  const stripped = { ...pod, metadata: { ...pod.metadata, labels: {} } };
  const policy = pullPolicySyncRequest.parse({ ...facts, children: { 'Pod.v1': wireGroup([stripped]) } });
  const early = syncPullPolicy(policy, settings, NOON).response;
  expect(early.children.filter(({ kind }) => kind === 'Pod')).toEqual([]);
  expect(early.status).toMatchObject({ starting: [{ image: 'x' }], rejected: [] });
  const late = syncPullPolicy(policy, settings, NOON + 30 * SECOND).response;
  expect(late.status).toMatchObject({ starting: [], rejected: [{ image: 'x', node: 'a', count: 1 }] });
});
