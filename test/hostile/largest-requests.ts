// The largest requests: those of a real large cluster, which must pass, and the worst that the limits let in, which must not take long.
import { API_VERSION } from '../../crds/kind.ts';
import { manyNodes } from '../bench/large-cluster.ts';
import { keyOf, type NodeFacts, wireFleet } from '../hooks/builders/wire.ts';

const labelsOf = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`cloud.example.com/label-${index}`, `value-${index}`]),
  );

/** A NodeCache with all that a recorded one has: owner, the annotations of Metacontroller, who set which field. */
function nodeCache(node: NodeFacts) {
  const labels = node.labels ?? {};
  const spec = { key: keyOf(node), ready: true, unschedulable: false, os: 'linux', taints: [], labels };
  const fieldsV1 = {
    'f:metadata': { 'f:annotations': { '.': {}, 'f:decorator': {} }, 'f:ownerReferences': { '.': {}, 'k:{}': {} } },
    'f:spec': {
      '.': {},
      ...Object.fromEntries(Object.keys(spec).map((key) => [`f:${key}`, {}])),
      'f:labels': Object.fromEntries(['.', ...Object.keys(labels)].map((key) => [`f:${key}`, {}])),
    },
  };
  const owner = { apiVersion: 'v1', kind: 'Node', name: node.name, uid: node.uid };
  const metadata = {
    name: node.name,
    uid: node.uid,
    generation: 1,
    resourceVersion: '12345',
    creationTimestamp: '2026-11-21T23:09:12Z',
    annotations: { 'metacontroller.k8s.io/last-applied-configuration': JSON.stringify(spec), decorator: 'drop-nodes' },
    ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    managedFields: [{ manager: 'metacontroller', operation: 'Update', fieldsType: 'FieldsV1', fieldsV1 }],
  };
  return { apiVersion: API_VERSION, kind: 'NodeCache', metadata, spec };
}

/** Gives the body of the Fleet's sync in a cluster of that size, each node with as many labels. */
export function fleetBody({ nodes: count, labels }: { readonly nodes: number; readonly labels: number }): string {
  const nodes = manyNodes(count).map((node) => ({ ...node, labels: labelsOf(labels) }));
  const caches = Object.fromEntries(nodes.map((node) => [node.name, nodeCache(node)]));
  return JSON.stringify({ parent: wireFleet(nodes), related: { [`NodeCache.${API_VERSION}`]: caches }, children: {} });
}

const list = (count: number, item: (index: number) => string) =>
  Array.from({ length: Math.floor(count) }, (_, index) => item(index)).join(',');
const parent = (kind: string, more = '') =>
  `"parent":{"kind":"${kind}","metadata":{"name":"forged","uid":"forged"},"spec":{}${more}}`;
const SYNC_IMAGE = '/hooks/cachedimages/sync';
const SYNC_POLICY = '/hooks/pullpolicies/sync';
const SYNC_FLEET = '/hooks/fleets/sync';

function policy(pods: string, images: string): string {
  const related = `"Pod.v1":{${pods}},"CachedImage.${API_VERSION}":{${images}},"Fleet.${API_VERSION}":{}`;
  return `{${parent('PullPolicy')},"children":{"Pod.v1":{},"PolicyView.${API_VERSION}":{}},"related":{${related}}}`;
}

const fleet = (caches: string) => `{${parent('Fleet')},"related":{"NodeCache.${API_VERSION}":{${caches}}}}`;
const cacheStart = '{"metadata":{"name":"n"},"spec":{"key":"abcdefabcdef","ready":true,"os":"linux","taints":[]';

export interface WorstBody {
  readonly sent: string;
  readonly path: string;
  readonly statusCode: number;
  /** Takes how many tokens it may have; gives it with some tokens less. */
  readonly body: (tokens: number) => string;
}

/** Every way that was found to make few bytes expensive: to parse, to check, to sort, to answer. */
export const worstBodies: readonly WorstBody[] = [
  {
    sent: 'keys, each of them new',
    path: SYNC_IMAGE,
    statusCode: 400,
    body: (tokens) => `{${list(tokens / 2 - 1, (index) => `"k${index}":1`)}}`,
  },
  {
    sent: 'objects, each with a key of its own',
    path: SYNC_IMAGE,
    statusCode: 400,
    body: (tokens) => `[${list(tokens / 3 - 1, (index) => `{"k${index}":1}`)}]`,
  },
  {
    sent: 'Pods that are none',
    path: SYNC_POLICY,
    statusCode: 200,
    body: (tokens) =>
      policy(
        list(tokens / 3 - 20, (index) => `"k${index}":{}`),
        '',
      ),
  },
  {
    sent: 'images that are none',
    path: SYNC_POLICY,
    statusCode: 200,
    body: (tokens) =>
      policy(
        '',
        list(tokens / 2 - 20, (index) => `"k${index}":1`),
      ),
  },
  {
    sent: 'selectors of one image that are no text',
    path: SYNC_POLICY,
    statusCode: 200,
    body: (tokens) => {
      const selector = list(tokens / 2 - 40, (index) => `"k${index}":1`);
      return policy('', `"a":{"metadata":{"name":"a"},"spec":{"image":"a","nodeSelector":{${selector}}}}`);
    },
  },
  {
    sent: 'failing pairs that are none',
    path: SYNC_IMAGE,
    statusCode: 200,
    body: (tokens) => `{${parent('CachedImage', `,"status":{"failing":[${list(tokens - 40, () => '1')}]}`)}}`,
  },
  {
    sent: 'labels of one node',
    path: SYNC_FLEET,
    statusCode: 200,
    body: (tokens) => fleet(`"n":${cacheStart},"labels":{${list(tokens / 3 - 20, (index) => `"k${index}":"v"`)}}}}`),
  },
  {
    sent: 'nodes with 20 labels that no other has',
    path: SYNC_FLEET,
    statusCode: 200,
    body: (tokens) =>
      fleet(
        list(tokens / 84 - 2, (node) => {
          const labels = list(20, (index) => `"k${node}-${index}":"v"`);
          return `"n${node}":${cacheStart.replace('"n"', `"n${node}"`)},"unschedulable":false,"labels":{${labels}}}}`;
        }),
      ),
  },
];
