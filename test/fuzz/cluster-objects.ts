// Objects of a small cluster in any state, from chance; they may contradict each other, as stale caches do.
import { encodeGroups } from '../../hooks/fleet/encode.ts';
import { nodeKeyOf } from '../../hooks/node/node-key.ts';
import {
  DEADLINE_ANNOTATION,
  IMAGE_UID_ANNOTATION,
  NODE_KEY_ANNOTATION,
  pullPodLabels,
  pullPodName,
} from '../../hooks/pull-pod/identity.ts';
import { randomUid } from '../../simulator/random.ts';
import { type Chance, maybe, metadataOf, names, nodeNames, ourObject, some, timeBefore } from './chance.ts';

const digest = `sha256:${'ab'.repeat(32)}`;

function taints({ random }: Chance) {
  return random.chance(0.2) ? [{ key: 'ci', value: 'yes', effect: random.pick(['NoSchedule', 'NoExecute']) }] : [];
}

const labels = ({ random }: Chance) => ({ 'kubernetes.io/os': 'linux', pool: random.pick(['build', 'web']) });

const keyOf = (name: string) => nodeKeyOf(name);

function nodeFacts(chance: Chance, name: string) {
  const { random } = chance;
  return {
    key: keyOf(name),
    ready: random.chance(0.9),
    unschedulable: random.chance(0.1),
    os: random.chance(0.95) ? 'linux' : 'windows',
    taints: taints(chance),
    labels: { ...labels(chance), ...(random.chance(0.2) ? { own: name } : {}) },
  };
}

/** A Node as its kubelet reports it. */
export function nodeObject(chance: Chance, name: string) {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: metadataOf(chance, name, { labels: labels(chance) }),
    spec: { taints: taints(chance), unschedulable: maybe(chance, 0.1, true) },
    status: {
      conditions: [{ type: 'Ready', status: chance.random.pick(['True', 'False', 'Unknown']) }],
      nodeInfo: { operatingSystem: 'linux' },
    },
  };
}

export const nodeCacheObject = (chance: Chance, name: string) =>
  ourObject('NodeCache', metadataOf(chance, name), { spec: nodeFacts(chance, name) });

export function fleetObject(chance: Chance) {
  const nodes = some(chance, nodeNames).map((name) => ({ name, facts: nodeFacts(chance, name) }));
  const status = { revision: chance.random.integer(1, 99), groups: encodeGroups(nodes) };
  return ourObject('Fleet', metadataOf(chance, 'default'), { spec: {}, status });
}

function imageStatus(chance: Chance) {
  const { random } = chance;
  const keys = (list: readonly string[]) => list.map(keyOf).sort().join(' ');
  return {
    revision: random.integer(1, 999),
    observedGeneration: 1,
    image: 'docker.io/library/alpine:3.20',
    consecutiveFailures: random.integer(0, 5),
    lastAttemptedAt: timeBefore(chance),
    phase: random.pick(['Ready', 'Pulling', 'Degraded', 'Pending']),
    cached: random.chance(0.5) ? [{ digest, since: timeBefore(chance), nodes: keys(some(chance, nodeNames)) }] : [],
    failing: some(chance, nodeNames).map((node) => ({
      node,
      key: keyOf(node),
      reason: random.pick(['ErrImagePull', 'PullTimeout']),
      message: 'not found',
      failures: random.integer(1, 6),
      at: timeBefore(chance),
    })),
    recorded: [],
    conditions: [
      { type: 'Ready', status: 'False', reason: 'Pending', message: '', lastTransitionTime: timeBefore(chance) },
    ],
  };
}

export function imageSpec(chance: Chance) {
  const { random } = chance;
  return {
    image: `registry.example.com/${random.pick(['team/app', 'alpine', 'golang'])}`,
    ...(random.chance(0.5) ? { tag: 'v1' } : random.chance(0.3) ? { digest } : {}),
    nodeSelector: maybe(chance, 0.3, { pool: 'build' }),
    tolerations: maybe(chance, 0.3, [{ key: 'ci', operator: 'Exists' }]),
    policyRef: maybe(chance, 0.3, { name: random.pick(names) }),
    priority: maybe(chance, 0.3, random.integer(-3, 3)),
  };
}

export function imageObject(chance: Chance, name: string) {
  const metadata = metadataOf(chance, name, {
    labels: maybe(chance, 0.3, { 'drop.corewire.io/discovered': 'true' }),
    annotations: maybe(chance, 0.3, { 'drop.corewire.io/rank': String(chance.random.integer(0, 9)) }),
  });
  return ourObject('CachedImage', metadata, {
    spec: imageSpec(chance),
    status: maybe(chance, 0.8, imageStatus(chance)),
  });
}

function containerStatus({ random }: Chance) {
  const pulled = `registry.example.com/alpine@${digest}`;
  return random.pick([
    { imageID: '', state: { waiting: { reason: 'ContainerCreating' } } },
    {
      imageID: '',
      state: { waiting: { reason: 'ErrImagePull', message: 'unauthorized: https://me:secret@host/v2?token=x' } },
    },
    { imageID: pulled, state: { terminated: { reason: 'Completed' } } },
    { imageID: pulled, state: { terminated: { reason: 'StartError' } } },
  ]);
}

export function podObject(chance: Chance, slot: number) {
  const { random } = chance;
  const [image, node, policy] = [random.pick(names), random.pick(nodeNames), random.pick(names)];
  const metadata = metadataOf(chance, pullPodName(policy, slot), {
    namespace: 'drop-system',
    labels: pullPodLabels({ image, node, policy, slot }),
    annotations: {
      [IMAGE_UID_ANNOTATION]: randomUid(random),
      [NODE_KEY_ANNOTATION]: keyOf(node),
      [DEADLINE_ANNOTATION]: new Date(chance.nowMilliseconds + random.integer(-600_000, 600_000)).toISOString(),
    },
    deletionTimestamp: maybe(chance, 0.1, timeBefore(chance)),
  });
  const status = {
    phase: random.pick(['Pending', 'Running', 'Succeeded', 'Failed']),
    containerStatuses: [containerStatus(chance)],
  };
  const spec = { nodeName: node, containers: [{ name: 'pull', image: 'registry.example.com/alpine:v1' }] };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec, status: maybe(chance, 0.9, status) };
}

export const policyView = (chance: Chance, name: string) =>
  ourObject('PolicyView', metadataOf(chance, name), {
    spec: { paused: chance.random.chance(0.1), repullInterval: maybe(chance, 0.3, '1h') },
  });

export function policyObject(chance: Chance) {
  const { random } = chance;
  const spec = {
    maxConcurrentNodes: random.integer(1, 6),
    maxConcurrentPulls: maybe(chance, 0.4, random.integer(1, 9)),
    minDelayBetweenPulls: random.pick(['0s', '1s', '1m30s']),
    failureBackoff: maybe(chance, 0.3, { initial: '1s', max: '1m' }),
    repullInterval: maybe(chance, 0.3, '24h'),
    paused: maybe(chance, 0.1, true),
    nodeSelector: maybe(chance, 0.3, { pool: 'web' }),
  };
  const start = () => ({
    slot: random.integer(0, 5),
    image: random.pick(names),
    node: random.pick(nodeNames),
    at: timeBefore(chance),
  });
  const status = {
    revision: random.integer(1, 999),
    lastStartTime: timeBefore(chance),
    lastStartNode: random.pick(nodeNames),
    starting: some(chance, [1, 2]).map(start),
    rejected: some(chance, [1, 2]).map((count) => ({ ...start(), count })),
  };
  return ourObject('PullPolicy', metadataOf(chance, random.pick(names)), { spec, status: maybe(chance, 0.8, status) });
}

const conditionOf = (chance: Chance, reason: string) => [
  { type: 'Ready', status: 'True', reason, message: '', lastTransitionTime: timeBefore(chance) },
];

export function setObject(chance: Chance) {
  const { random } = chance;
  const spec = {
    images: maybe(
      chance,
      0.8,
      some(chance, ['alpine', 'nginx', 'golang']).map((image) => ({ image, tag: 'v1' })),
    ),
    discoveryPolicyRef: maybe(chance, 0.5, { name: random.pick(names) }),
    imagePullPolicy: maybe(chance, 0.3, 'IfNotPresent'),
    nodeSelector: maybe(chance, 0.3, { pool: 'web' }),
  };
  const status = { revision: random.integer(1, 99), ready: '1/2', conditions: conditionOf(chance, 'AllReady') };
  return ourObject('CachedImageSet', metadataOf(chance, random.pick(names)), {
    spec,
    status: maybe(chance, 0.5, status),
  });
}

function sourceObject({ random }: Chance) {
  const secret = random.chance(0.3) ? { secretRef: { name: 'creds' } } : {};
  if (random.chance(0.5)) {
    const lookback = random.chance(0.5) ? { lookback: '168h' } : {};
    return {
      type: 'prometheus',
      prometheus: { endpoint: 'https://mimir.example.com', query: 'up', ...lookback },
      ...secret,
    };
  }
  const filters = { tagFilter: random.pick(['^v', '.*', '(a+)+$']), topX: random.integer(1, 9) };
  return {
    type: 'registry',
    registry: { url: 'https://registry.example.com', repositories: ['a', 'b'], ...filters },
    ...secret,
  };
}

export function discoveryObject(chance: Chance, name: string) {
  const { random } = chance;
  const spec = {
    sources: Array.from({ length: random.integer(1, 3) }, () => sourceObject(chance)),
    syncInterval: maybe(chance, 0.5, '1h'),
    maxImages: maybe(chance, 0.5, random.integer(1, 50)),
    imageFilter: maybe(chance, 0.3, random.pick(['^(?!.*ecr).*$', 'a', '(x+x+)+y'])),
  };
  const status = {
    revision: random.integer(1, 99),
    lastSyncTime: timeBefore(chance),
    discoveredImages: some(chance, ['alpine:1', 'nginx:2', 'x/y@z']).map((image, score) => ({
      image,
      score,
      source: 'prometheus',
    })),
    conditions: conditionOf(chance, 'Synced'),
  };
  return ourObject('DiscoveryPolicy', metadataOf(chance, name), { spec, status: maybe(chance, 0.7, status) });
}
