// Views of made-up clusters for the tests of the page. The same size always has the same view.
import {
  type CellState,
  cellCodes,
  type DiscoveryCard,
  type FailureRow,
  type ImageRow,
  type NodeColumns,
  type PolicyCard,
  type PolicyQueue,
  type QueueEntry,
  type UiView,
} from '../../../../cli/ui/view/ui-view.ts';

const AT = '2026-11-21T12:00:00Z';

export interface ViewSize {
  readonly images: number;
  readonly nodes: number;
}

const minutesFromNow = (minutes: number) =>
  new Date(Date.parse(AT) + minutes * 60_000).toISOString().replace('.000Z', 'Z');

const POOLS = ['arm', 'general', 'gpu', 'spot'];
const repositories = [
  ...['ci-builder', 'pytorch-serving', 'postgres', 'kafka', 'grafana', 'envoy', 'redis', 'checkout-api'],
  ...['search-indexer', 'vllm-openai', 'nginx', 'spark-executor', 'jupyter', 'loki', 'cert-manager', 'otel-collector'],
];

/** A number from 0 to 1 that depends only on its arguments. */
function noise(...seeds: readonly number[]): number {
  let hash = 2_166_136_261;
  for (const seed of seeds) hash = Math.imul(hash ^ (seed + 1), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_519);
  hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_917);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

function sampleNodes(count: number): NodeColumns {
  const pools = Array.from({ length: count }, (_, node) => Math.floor((node * POOLS.length) / count));
  const names = pools.map((pool, node) => `${POOLS[pool]}-${String(node).padStart(4, '0')}`);
  return { names, pools, poolNames: POOLS };
}

function imageName(image: number): string {
  const name = repositories[image % repositories.length] ?? '';
  return image < repositories.length ? name : `${name}-${1 + Math.floor(image / repositories.length)}`;
}

type Draw = (chance: number, place: number, waiting: CellState) => CellState;

const rolledOut: Draw = (chance, _, waiting) => (chance < 0.72 ? 'cached' : chance < 0.75 ? 'pulling' : waiting);
const inOrder: Draw = (_, place, waiting) => (place < 0.45 ? 'cached' : place < 0.47 ? 'pulling' : waiting);
const inTrouble: Draw = (chance) => (chance < 0.03 ? 'failing' : chance < 0.05 ? 'backing off' : 'cached');
const onSomePools: Draw = (_, place) => (place < 0.25 || place >= 0.75 ? 'not targeted' : 'cached');

/** Of eight images, one has each of these; the others are complete. */
const draws: Readonly<Record<number, Draw>> = { 1: onSomePools, 3: rolledOut, 5: inOrder, 6: inTrouble };

function drawnState(image: number, node: number, { nodes }: ViewSize): CellState {
  const waiting = noise(7, node) < 0.03 ? 'unavailable' : 'queued';
  return draws[image % 8]?.(noise(image, node), node / nodes, waiting) ?? 'cached';
}

/** The first rows and nodes have every state, whatever the size. */
const fixedStates: Readonly<Record<string, CellState>> = {
  '1 0': 'not targeted',
  '3 0': 'queued',
  '3 1': 'pulling',
  '5 2': 'backing off',
  '5 3': 'queued',
  '4 1': 'unavailable',
  '6 2': 'failing',
};

function sampleRow(image: number, size: ViewSize): ImageRow {
  const isBlocked = image === size.images - 1;
  const states = Array.from({ length: size.nodes }, (_, node): CellState => {
    if (isBlocked) return node === 0 ? 'unknown' : 'blocked';
    return fixedStates[`${image} ${node}`] ?? drawnState(image, node, size);
  });
  const name = imageName(image);
  const failed = states.includes('failing');
  const isComplete = states.every((state) => state === 'cached' || state === 'not targeted');
  return {
    name,
    reference: `registry.example.com/platform/${name}:v1.${image}`,
    policy: isBlocked ? 'missing' : image % 3 === 0 ? 'gpu' : 'default',
    reason: isBlocked ? 'PolicyNotFound' : isComplete ? 'Cached' : failed ? 'PullFailed' : 'Pulling',
    message: isBlocked ? 'PullPolicy missing does not exist' : `on ${size.nodes} nodes`,
    cells: states.map((state) => cellCodes[state]).join(''),
  };
}

function pairsIn(rows: readonly ImageRow[], nodes: NodeColumns, state: CellState) {
  return rows.flatMap(({ name, policy, cells }) =>
    nodes.names.flatMap((node, index) => (cells[index] === cellCodes[state] ? [{ image: name, policy, node }] : [])),
  );
}

function sampleQueue(policy: string, rows: readonly ImageRow[], nodes: NodeColumns): PolicyQueue {
  const pairs = pairsIn(
    rows.filter((row) => row.policy === policy),
    nodes,
    'queued',
  );
  const gates: readonly QueueEntry['gate'][] = [
    undefined,
    { name: 'delay', value: '4s since the last start, 10s wanted', opens: 'until 2026-11-21T12:00:06Z (in 6s)' },
    { name: 'policy-cap', value: '5 of 5 pulls', opens: 'until a running pull of the policy ends' },
    { name: 'node-busy', value: '1 of 1 pull on the node', opens: 'until the pull on the node ends' },
  ];
  const entries = pairs.slice(0, 30).map(({ image, node }, index): QueueEntry => {
    const gate = gates[Math.min(index, gates.length - 1)];
    const startsAt = index < 20 ? { startsAt: minutesFromNow(index * 0.75) } : {};
    return { policy, image, node, ...(gate === undefined ? {} : { gate }), ...startsAt };
  });
  return { policy, entries, total: pairs.length, isExact: true };
}

function samplePolicy(name: string, rows: readonly ImageRow[]): PolicyCard {
  const cells = rows.filter(({ policy }) => policy === name).map((row) => row.cells);
  const count = (state: CellState) => cells.reduce((sum, each) => sum + each.split(cellCodes[state]).length - 1, 0);
  const length = cells.reduce((sum, each) => sum + each.length, 0);
  const queued = count('queued');
  return {
    name,
    reason: queued > 0 ? 'InProgress' : 'Complete',
    message: queued > 0 ? `${queued} pulls wait for a slot` : 'every wanted image is on its nodes',
    isPaused: name === 'gpu',
    done: count('cached'),
    wanted: length - count('not targeted'),
    active: count('pulling'),
    queued,
    backingOff: count('backing off'),
    pace: 'at most 5 pulls at once, 1 on a node, 10s between starts',
    averagePullSeconds: 94,
    ...(queued > 0 ? { estimatedCompletionTime: minutesFromNow(42) } : {}),
  };
}

function sampleFailures(rows: readonly ImageRow[], nodes: NodeColumns): readonly FailureRow[] {
  const pairs = [...pairsIn(rows, nodes, 'failing'), ...pairsIn(rows, nodes, 'backing off')];
  return pairs.slice(0, 20).map(({ image, node }, index) => ({
    image,
    node,
    reason: index % 2 === 0 ? 'ErrImagePull' : 'ImagePullBackOff',
    message:
      index % 2 === 0
        ? `failed to resolve reference "registry.example.com/platform/${image}": unexpected status: 401 Unauthorized`
        : 'dial tcp 10.0.0.9:443: i/o timeout',
    advice:
      index % 2 === 0
        ? 'unauthorized: check imagePullSecrets'
        : 'registry unreachable from the node: check the registry and the network',
    failures: 1 + (index % 5),
    at: minutesFromNow(-1 - 3 * index),
  }));
}

const sampleDiscovery: DiscoveryCard = {
  name: 'most-used',
  reason: 'SourceFailed',
  message: '1 of 3 sources failed; keeping its previous images',
  lastSyncTime: minutesFromNow(-3),
  imageCount: 25,
  images: Array.from({ length: 8 }, (_, index) => ({
    image: `registry.example.com/platform/${imageName(index)}:v1.${index}`,
    rank: index + 1,
    score: (97 / (1 + index * 0.35)).toFixed(1),
    share: 1 / (1 + index * 0.35),
  })),
  sources: [
    { name: 'workloads', type: 'prometheus', state: 'success', imageCount: 21 },
    {
      name: 'registry',
      type: 'registry',
      state: 'failed',
      reason: 'HTTP503',
      message: 'registry error (5xx): check the logs of the registry',
      failingSince: minutesFromNow(-12),
      retryTime: minutesFromNow(2),
    },
    { name: 'loki', type: 'loki', state: 'pending' },
  ],
};

export function sampleView(size: ViewSize): UiView {
  const nodes = sampleNodes(size.nodes);
  const images = Array.from({ length: size.images }, (_, image) => sampleRow(image, size)).sort((left, right) =>
    left.name < right.name ? -1 : 1,
  );
  const failures = sampleFailures(images, nodes);
  return {
    at: AT,
    title: 'production-eu-1',
    remarks: [],
    nodes,
    images,
    queues: ['default', 'gpu'].map((policy) => sampleQueue(policy, images, nodes)),
    policies: ['default', 'gpu'].map((policy) => samplePolicy(policy, images)),
    discoveries: [sampleDiscovery],
    failures,
    failureCount: [...pairsIn(images, nodes, 'failing'), ...pairsIn(images, nodes, 'backing off')].length,
  };
}

/** A cluster in which the chart was just installed. */
export const emptyView: UiView = {
  at: AT,
  title: 'empty',
  remarks: ['Pods cannot be listed: queues are not shown.'],
  nodes: { names: [], pools: [], poolNames: [] },
  images: [],
  queues: [],
  policies: [],
  discoveries: [],
  failures: [],
  failureCount: 0,
};

/** The view with another state of one pair. */
export function withCell(view: UiView, image: number, node: number, state: CellState): UiView {
  const images = view.images.map((row, index) => {
    if (index !== image) return row;
    return { ...row, cells: row.cells.slice(0, node) + cellCodes[state] + row.cells.slice(node + 1) };
  });
  return { ...view, images };
}
