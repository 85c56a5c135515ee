// Objects as the original Drop stores them: those of users, and what its operator created.
import { API_VERSION } from '../../../crds/kind.ts';
import type { Cluster } from '../cluster.ts';

const GROUP_PATH = '/apis/drop.corewire.io/v1alpha1';
const SYNCED_AT = '2026-01-01T00:00:00Z';

export interface StoredObject {
  readonly kind: string;
  readonly plural: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: Readonly<Record<string, unknown>>;
}

export const pathOf = ({ plural, name }: Pick<StoredObject, 'plural' | 'name'>) => `${GROUP_PATH}/${plural}/${name}`;

const ready = (reason: string, message: string) => ({
  type: 'Ready',
  status: 'True',
  reason,
  message,
  lastTransitionTime: SYNCED_AT,
  observedGeneration: 1,
});

const image = (name: string, spec: StoredObject['spec']): StoredObject => ({
  kind: 'CachedImage',
  plural: 'cachedimages',
  name,
  spec,
  status: {
    phase: 'Ready',
    ready: '2/2',
    nodesTargeted: 2,
    nodesReady: 2,
    cachedNodes: ['played-0', 'played-1'],
    lastPulledAt: SYNCED_AT,
    conditions: [ready('Cached', 'image cached on 2 nodes')],
  },
});

const set = (name: string, spec: StoredObject['spec']): StoredObject => ({
  kind: 'CachedImageSet',
  plural: 'cachedimagesets',
  name,
  spec,
  status: { phase: 'Ready', ready: '2/2', imagesManaged: 2, imagesReady: 2, conditions: [ready('Ready', '')] },
});

const policy = (name: string, spec: StoredObject['spec']): StoredObject => ({
  kind: 'PullPolicy',
  plural: 'pullpolicies',
  name,
  spec,
  status: { lastStartTime: SYNCED_AT },
});

/** Empty text and zero durations mean the same as absent fields. */
const emptyFields = {
  digest: '',
  policyRef: { name: '' },
  imagePullSecrets: [{ name: '' }],
  tolerations: [{ key: 'dedicated', operator: '', value: 'ci', effect: '' }],
};

/** A policy of the later shape, with what the operator of the original found. */
function rankedPolicy(prometheus: string): StoredObject {
  return {
    kind: 'DiscoveryPolicy',
    plural: 'discoverypolicies',
    name: 'ranked-build-images',
    spec: {
      imageFilter: '',
      syncInterval: '0s',
      queries: [
        {
          name: 'usage',
          type: 'prometheus',
          prometheus: { endpoint: prometheus, query: 'up', queryType: 'range', lookback: '168h', step: '5m' },
          secretRef: { name: '' },
        },
        {
          name: 'helpers',
          type: 'registry',
          registry: {
            // Does not exist on any network.
            url: 'https://registry.invalid',
            repositories: ['gitlab-org/gitlab-runner/gitlab-runner-helper'],
            tagFilter: '^x86_64-v',
            tagSeek: 'x86_64-v17',
            topX: 5,
            maxScan: 1000,
            versionPattern: '^x86_64-v(.*)$',
            imageTemplate: 'registry.gitlab.com/{{ .Repository }}:{{ .Tag }}',
          },
        },
      ],
      signals: [{ name: 'use', query: 'usage', type: 'aggregate', aggregate: { method: 'sum' } }],
      ranking: {
        strategy: 'weightedSum',
        weightedSum: { normalize: 'minMax', missingSignal: 'zero', terms: [{ signal: 'use', weight: '0.7' }] },
      },
    },
    status: {
      lastSyncTime: SYNCED_AT,
      imageCount: 1,
      discoveredImages: [{ image: 'docker.io/library/redis:7.2', rank: 1, finalScore: '0.7' }],
      queryResults: [
        { name: 'usage', type: 'prometheus', status: 'success' },
        { name: 'helpers', type: 'registry', status: 'failed', message: 'connection refused' },
      ],
      conditions: [ready('Synced', '')],
    },
  };
}

export const PACE = { maxConcurrentNodes: 2, minDelayMilliseconds: 2_000 };

/** `prometheus` is the base URL of a server that reports the image `docker.io/library/busybox:1.36`. */
export function userObjects(prometheus: string): readonly StoredObject[] {
  return [
    policy('default', { maxConcurrentNodes: 1, minDelayBetweenPulls: '1s' }),
    policy('ci-cache-conservative', {
      maxConcurrentNodes: PACE.maxConcurrentNodes,
      minDelayBetweenPulls: `${PACE.minDelayMilliseconds / 1_000}s`,
      failureBackoff: { initial: '1m', max: '10m' },
    }),
    {
      ...image('golang-ci', {
        image: 'docker.io/library/golang',
        tag: '1.22-bookworm',
        imagePullPolicy: 'Always',
        imagePullSecrets: [{ name: 'private-registry-pull' }],
        nodeSelector: { 'node-role.kubernetes.io/build': 'true' },
        tolerations: [{ key: 'node-role.kubernetes.io/build', operator: 'Exists', effect: 'NoSchedule' }],
      }),
      labels: { 'example.com/team': 'ci' },
      annotations: { 'example.com/owner': 'platform' },
    },
    image('memcached', { image: 'docker.io/library/memcached', tag: '1.6', ...emptyFields }),
    image('nginx', { image: 'docker.io/library/nginx', tag: '1.25-alpine' }),
    set('ci-tools', {
      policyRef: { name: 'ci-cache-conservative' },
      imagePullPolicy: 'IfNotPresent',
      images: [
        { image: 'docker.io/library/node', tag: '20-alpine' },
        { image: 'docker.io/library/alpine', tag: '3.19' },
      ],
    }),
    {
      kind: 'DiscoveryPolicy',
      plural: 'discoverypolicies',
      name: 'popular-build-images',
      spec: {
        syncInterval: '1h',
        maxImages: 30,
        imageFilter: 'docker.io/.*',
        sources: [
          { type: 'prometheus', prometheus: { endpoint: prometheus, lookback: '168h', step: '5m', query: 'up' } },
        ],
      },
      status: {
        lastSyncTime: SYNCED_AT,
        sourceCount: 1,
        imageCount: 1,
        discoveredImages: [{ image: 'docker.io/library/busybox:1.36', score: 4200, source: 'prometheus' }],
        conditions: [ready('Synced', '')],
      },
    },
    set('auto-cached-ci-images', { discoveryPolicyRef: { name: 'popular-build-images' } }),
    rankedPolicy(prometheus),
    set('ranked-ci-images', { discoveryPolicyRef: { name: 'ranked-build-images' } }),
  ];
}

/** References by node that the objects above mean. The selector of `golang-ci` selects only played-0. */
export const WANTED_PULLS: readonly string[] = [
  'docker.io/library/golang:1.22-bookworm on played-0',
  ...['nginx:1.25-alpine', 'memcached:1.6', 'node:20-alpine', 'alpine:3.19', 'busybox:1.36', 'redis:7.2'].flatMap(
    (name) => ['played-0', 'played-1'].map((node) => `docker.io/library/${name} on ${node}`),
  ),
];

const childrenOf: Readonly<Record<string, readonly StoredObject[]>> = {
  'ci-tools': [
    image('ci-tools-node-20-alpine', { image: 'docker.io/library/node', tag: '20-alpine' }),
    // The name that Drop on Metacontroller uses, too.
    image('ci-tools-alpine-3-19-2e411680', { image: 'docker.io/library/alpine', tag: '3.19' }),
  ],
  'auto-cached-ci-images': [image('auto-busybox', { image: 'docker.io/library/busybox', tag: '1.36' })],
};

/** Names of the children of sets that the operator of the original created. */
export const CHILD_NAMES = Object.values(childrenOf).flatMap((children) => children.map(({ name }) => name));

/** A pull Pod of the original. */
const leftoverPod = {
  metadata: { name: 'drop-old', labels: { 'app.kubernetes.io/managed-by': 'drop' } },
  spec: { nodeName: 'played-0', containers: [{ name: 'pull', image: 'docker.io/library/alpine:3.19' }] },
};

async function store(cluster: Cluster, object: StoredObject, metadata: object = {}): Promise<string> {
  const { kind, plural, name, labels = {}, annotations = {}, spec, status } = object;
  const stored = await cluster.create(`${GROUP_PATH}/${plural}`, {
    apiVersion: API_VERSION,
    kind,
    metadata: { name, labels, annotations, ...metadata },
    spec,
  });
  await cluster.patch(`${pathOf(object)}/status`, { status });
  return stored.metadata.uid;
}

/** Stores the objects of the user, and what the operator of the original made of them. */
export async function storeObjects(
  cluster: Cluster,
  objects: readonly StoredObject[],
  namespacePath: string,
): Promise<void> {
  const definitions = [...new Set(objects.map(({ plural }) => `crd/${plural}.drop.corewire.io`))];
  await cluster.kubectl(['wait', '--for=condition=Established', '--timeout=30s', ...definitions]);
  for (const object of objects) {
    const uid = await store(cluster, object);
    if (object.kind !== 'CachedImageSet') continue;
    for (const child of childrenOf[object.name] ?? []) {
      const owner = { apiVersion: API_VERSION, kind: object.kind, name: object.name, uid, controller: true };
      const labels = { 'drop.corewire.io/imageset': object.name };
      await store(cluster, child, { labels, ownerReferences: [owner] });
    }
  }
  await cluster.create(`${namespacePath}/pods`, leftoverPod);
}
