// Arbitrary requests of every hook, as Metacontroller sends them.
import fc from 'fast-check';
import { API_VERSION } from '../../crds/kind.ts';
import { policyRequestFacts } from '../hooks/builders/arbitrary-cluster.ts';
import * as wire from '../hooks/builders/wire.ts';

function object(kind: string, name: string, fields: object) {
  const metadata = { name, uid: wire.uidOf(name), generation: 1, creationTimestamp: wire.isoTime(wire.NOON) };
  return { apiVersion: API_VERSION, kind, metadata, ...fields };
}

const nodes = policyRequestFacts.map((input) => input.nodes ?? []);

function nodeCaches(list: readonly wire.NodeFacts[]) {
  const caches = list.map(({ ready = true, unschedulable = false, labels = {}, taints = [], ...node }) => {
    const spec = { key: wire.keyOf(node), ready, unschedulable, os: 'linux', labels, taints };
    return object('NodeCache', node.name, { spec });
  });
  return { [`NodeCache.${API_VERSION}`]: wire.wireGroup(caches) };
}

const inventory = object('Inventory', '0-of-1', {
  spec: {},
  status: {
    revision: 3,
    time: wire.isoTime(wire.NOON),
    nodes: 'a b',
    references: ['0 - 1 Aw', ''],
    lost: ['0 a.1.2', 'x'],
  },
});

/** Texts as NodeImages contains them, some of them damaged. */
const packed = fc.constantFrom(
  '1 - 0',
  'zz 0 000000000000 111111111111',
  '',
  ' ',
  '- 1 - 0',
  'tt 1 - 0',
  '0 0 a b',
  '%',
);
const packedLists = fc.record({
  listed: fc.array(packed, { maxLength: 5 }),
  unlisted: fc.array(packed, { maxLength: 5 }),
  lost: fc.array(packed, { maxLength: 5 }),
});

function wireNodeImages(node: wire.NodeFacts, lists: object) {
  const spec = { key: wire.keyOf(node), time: wire.isoTime(wire.NOON), ...lists };
  return object('NodeImages', node.name, { spec });
}

const reportedImages = fc.array(
  fc.record({
    names: fc.array(fc.constantFrom('a:1', 'b@sha256:0', '<none>:<none>', ''), { maxLength: 6 }),
    sizeBytes: fc.integer({ min: -1, max: 9 }),
  }),
  { maxLength: 4 },
);

const nodeFacts = fc.tuple(nodes, fc.boolean(), reportedImages, packedLists);
const nodeSync = nodeFacts.map(([[node = { name: 'a' }], isCached, images, lists]) => ({
  object: object('Node', node.name, {
    spec: { unschedulable: node.unschedulable, taints: node.taints },
    status: { conditions: [{ type: 'Ready', status: node.ready ? 'True' : 'Unknown' }], nodeInfo: {}, images },
  }),
  attachments: {
    ...nodeCaches(isCached ? [node] : []),
    [`NodeImages.${API_VERSION}`]: isCached ? wire.wireGroup([wireNodeImages(node, lists)]) : {},
  },
}));

const inventorySync = fc.tuple(nodes, packedLists).map(([list, lists]) => ({
  parent: inventory,
  related: {
    [`NodeImages.${API_VERSION}`]: wire.wireGroup(list.map((node) => wireNodeImages(node, lists))),
    [`PolicyReferences.${API_VERSION}`]: wire.wireGroup([
      object('PolicyReferences', 'default', { spec: { references: lists.listed.flatMap((text) => text.split(' ')) } }),
    ]),
  },
}));

const fleetSync = fc
  .tuple(nodes, nodes)
  .map(([before, now]) => ({ parent: wire.wireFleet(before), related: nodeCaches(now) }));

const stampedKeys = fc.constantFrom('', 'a', 'a.1', '000000000000.zz 000000000001', ' ', '.', 'a..b', 'a.!');
const held = fc.array(fc.record({ digest: fc.constantFrom('', 'sha256:1'), nodes: stampedKeys }), { maxLength: 3 });

const imageSync = fc
  .tuple(policyRequestFacts, held, stampedKeys)
  .map(([{ images: [image = { name: 'u' }] = [], nodes: all = [], pods = [] }, entries, lost]) => {
    const facts = { ...image, nodes: all, pods: pods.map((pod) => ({ ...pod, image: image.name })) };
    const request = wire.wireImageRequest(facts);
    const spec = { reference: wire.referenceOf(image.name), held: entries, lost };
    Object.assign(request.related, {
      [`ImageInventory.${API_VERSION}`]: wire.wireGroup([object('ImageInventory', image.name, { spec })]),
    });
    return request;
  });

const policySync = fc.tuple(policyRequestFacts, fc.boolean()).map(([facts, hasInventory]) => {
  const request = wire.wirePolicyRequest(facts);
  const inventories = { [`Inventory.${API_VERSION}`]: wire.wireGroup(hasInventory ? [inventory] : []) };
  Object.assign(request.related, inventories);
  return request;
});

const source = fc.constantFrom(
  { type: 'registry', registry: { url: 'https://a.example.com', repositories: ['app'], tagFilter: '(a+)+$', topX: 2 } },
  { type: 'prometheus', prometheus: { endpoint: 'https://b.example.com', query: 'up', lookback: '168h' } },
  { type: 'prometheus', prometheus: { endpoint: 'https://c.example.com', query: 'up' }, secretRef: { name: 'd' } },
);

const loki = { endpoint: 'https://c.example.com', query: '{a="b"}', parser: { type: 'kubernetesEvents' } };

/** The last two cannot work. */
const query = fc.constantFrom(
  { name: 'a', type: 'prometheus', prometheus: { endpoint: 'https://a.example.com', query: 'up' } },
  { name: 'b', type: 'registry', registry: { url: 'https://b.example.com', repositories: ['app'], tagFilter: 'v' } },
  { name: 'c', type: 'loki', loki, secretRef: { name: 'd' } },
  { name: 'e', type: 'registry', registry: { url: 'https://b.example.com', repositories: ['app'], tagFilter: '(' } },
  { name: 'c', type: 'loki' },
  { name: 'd', type: 'loki', loki: { endpoint: 'https://d.example.com', query: '{a="b"}' }, secretRef: { name: 'd' } },
  {
    name: 'e',
    type: 'loki',
    loki: {
      endpoint: 'https://e.example.com',
      query: '{a="b"}',
      lookback: '168h',
      parser: { type: 'kubernetesEvents', imageField: 'image' },
    },
  },
  {
    name: 'f',
    type: 'registry',
    registry: {
      url: 'https://f.example.com',
      repositories: ['app'],
      tagSeek: 'v1',
      maxScan: 2,
      versionPattern: '(a+)+$',
      imageTemplate: '{{ .Registry }}/{{ .Repository }}:{{ .Tag }}',
    },
  },
);

const signal = fc.constantFrom(
  { name: 'a', query: 'a', type: 'aggregate', aggregate: { method: 'sum' } },
  { name: 'c', query: 'c', type: 'eventPullTime', eventPullTime: { statistic: 'p95' } },
);

const selector = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'pool', operator: 'In', values: ['x'] }] }] };
const exposure = { preWindowUsageSignal: 'a', targetWindowUsageSignal: 'a', pullTimeSignal: 'c', nodes: { selector } };
const ranking = fc.constantFrom(
  undefined,
  { strategy: 'signal', signal: 'a' },
  { strategy: 'weightedSum', weightedSum: { terms: [{ signal: 'a', weight: '700m' }] } },
  { strategy: 'modelExposure', modelExposure: exposure },
);

const discoveryShape = fc.oneof(
  fc.record({ sources: fc.uniqueArray(source, { minLength: 1 }) }),
  fc.record({ queries: fc.uniqueArray(query), signals: fc.uniqueArray(signal), ranking }),
);

const discoveryPolicy = fc
  .record({
    shape: discoveryShape,
    imageFilter: fc.constantFrom('^(?!.*ecr).*$', '(x+x+)+y', ''),
    found: fc.subarray(['alpine:1', 'nginx:2', 'x/y@z']),
  })
  .map(({ shape, imageFilter, found }) => {
    const discoveredImages = found.map((image, rank) =>
      'sources' in shape ? { image, score: rank, source: 'prometheus' } : { image, rank, finalScore: String(rank) },
    );
    const status = { revision: 1, lastSyncTime: wire.isoTime(wire.NOON), discoveredImages };
    return object('DiscoveryPolicy', 'popular', { spec: { ...shape, imageFilter }, status });
  });

const imageNames = fc.subarray(['alpine', 'nginx', 'golang']);

const imageSetSync = fc
  .tuple(imageNames, policyRequestFacts, discoveryPolicy)
  .map(([names, { images = [] }, policy]) => {
    const spec = { images: names.map((image) => ({ image, tag: 'v1' })), discoveryPolicyRef: { name: 'popular' } };
    return {
      parent: object('CachedImageSet', 'tools', { spec }),
      children: { [`CachedImage.${API_VERSION}`]: wire.wireGroup(images.map(wire.wireImage)) },
      related: { [`DiscoveryPolicy.${API_VERSION}`]: wire.wireGroup([policy]) },
    };
  });

const defaultsSync = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 6 }), nodes).map(([createsFleet, pulls, all]) => {
  const groups = {
    [`Fleet.${API_VERSION}`]: wire.wireGroup([wire.wireFleet(all)]),
    [`PullPolicy.${API_VERSION}`]: wire.wireGroup([object('PullPolicy', 'default', { spec: {} })]),
  };
  const annotations = {
    'drop.corewire.io/create-fleet': String(createsFleet),
    'drop.corewire.io/create-pull-policy': 'true',
    'drop.corewire.io/pull-policy-spec': JSON.stringify({ maxConcurrentNodes: pulls }),
  };
  const controller = { kind: 'DecoratorController', metadata: { name: 'drop-defaults', uid: 'uid', annotations } };
  return { object: controller, attachments: groups, related: groups };
});

const fleets = nodes.map((all) => ({ [`Fleet.${API_VERSION}`]: wire.wireGroup([wire.wireFleet(all)]) }));

const parentOf = (body: fc.Arbitrary<{ readonly parent: unknown }>) => body.map(({ parent }) => ({ parent }));

const bodies: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  '/hooks/nodes/sync': nodeSync,
  '/hooks/defaults/customize': defaultsSync.map((request) => ({ parent: request.object })),
  '/hooks/defaults/sync': defaultsSync,
  '/hooks/fleets/customize': parentOf(fleetSync),
  '/hooks/fleets/sync': fleetSync,
  '/hooks/inventories/customize': fc.constant({ parent: inventory }),
  '/hooks/inventories/sync': inventorySync,
  '/hooks/cachedimages/customize': parentOf(imageSync),
  '/hooks/cachedimages/sync': imageSync,
  '/hooks/pullpolicies/customize': parentOf(policySync),
  '/hooks/pullpolicies/sync': policySync,
  '/hooks/cachedimagesets/customize': parentOf(imageSetSync),
  '/hooks/cachedimagesets/sync': imageSetSync,
  '/hooks/discoverypolicies/customize': fc.record({ parent: discoveryPolicy }),
  '/hooks/discoverypolicies/sync': fc.record({ parent: discoveryPolicy, related: fleets }),
};

export function arbitraryBody(path: string): fc.Arbitrary<unknown> {
  const body = bodies[path];
  if (body === undefined) throw new Error(`no arbitrary body of ${path}: add one to test/fuzz/requests.ts`);
  // As in JSON, undefined fields are left out.
  return body.map((value) => JSON.parse(JSON.stringify(value)));
}
