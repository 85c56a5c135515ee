// What happened on the simulated cluster, in the shape of a plan, so that both are shown by the same tables.
import type { Obstacle, Peak, Plan, PlannedImage, PlannedPolicy, PlannedPull } from '../cli/plan/plan.ts';
import { parseImageReference } from '../kubernetes/image-reference.ts';
import type { Clock } from '../simulator/clock.ts';
import type { Cluster } from '../simulator/cluster.ts';
import type { KubernetesObject } from '../simulator/kubernetes-object.ts';
import { paceOf } from '../test/simulation/invariants/pace.ts';
import { evidenceOf } from '../test/simulation/invariants/pull.ts';
import { readyOf } from './conditions.ts';

interface Ending {
  readonly atMilliseconds: number;
  readonly isSuccess: boolean;
}

/** A pull that happened. Its times are milliseconds since the start of the demo. */
interface ActualPull extends PlannedPull {
  readonly reference: string;
  /** Undefined while the pull is in progress. */
  readonly isSuccess: boolean | undefined;
}

type StartedPull = Omit<ActualPull, 'endMilliseconds'>;

const labelOf = ({ metadata }: KubernetesObject, name: string) => metadata.labels?.[`drop.corewire.io/${name}`] ?? '';

function registryOf(reference: string): string {
  const parsed = parseImageReference(reference);
  return parsed.ok ? parsed.reference.registry : '';
}

function actualPull(pod: KubernetesObject, startMilliseconds: number): StartedPull {
  const reference = pod.metadata.annotations?.['drop.corewire.io/reference'] ?? '';
  return {
    image: labelOf(pod, 'cachedimage'),
    node: String(pod.spec?.nodeName ?? ''),
    policy: labelOf(pod, 'policy'),
    reference,
    registry: registryOf(reference),
    slot: Number(labelOf(pod, 'slot')),
    startMilliseconds,
    isSuccess: undefined,
  };
}

/** The most intervals at once. An end comes before a start of the same time. */
function mostAtOnce(pulls: readonly PlannedPull[]): number {
  const changes = pulls
    .flatMap(({ startMilliseconds, endMilliseconds }) => [
      { at: startMilliseconds, step: 1 },
      { at: endMilliseconds, step: -1 },
    ])
    .sort((left, right) => left.at - right.at || left.step - right.step);
  let current = 0;
  let most = 0;
  for (const { step } of changes) {
    current += step;
    most = Math.max(most, current);
  }
  return most;
}

/** The peak of each name, the largest first. */
function peaksOf(pulls: readonly PlannedPull[], field: 'node' | 'registry'): readonly Peak[] {
  const names = [...new Set(pulls.map((pull) => pull[field]))];
  return names
    .map((name) => ({ name, pulls: mostAtOnce(pulls.filter((pull) => pull[field] === name)) }))
    .sort((left, right) => right.pulls - left.pulls || (left.name < right.name ? -1 : 1));
}

const lastEnd = (pulls: readonly PlannedPull[]) => Math.max(0, ...pulls.map(({ endMilliseconds }) => endMilliseconds));

const isFinished = (image: KubernetesObject) =>
  Number(image.status?.nodesReady ?? 0) >= Number(image.status?.nodesTargeted ?? 0);

function obstaclesOf(image: KubernetesObject, lacking: readonly string[]): readonly Obstacle[] {
  if (isFinished(image)) return [];
  const { reason = 'Pending', message = '' } = readyOf(image) ?? {};
  // What failed and what to do; the nodes and the cause follow in the whole message.
  const [summary = ''] = message.split(' (on ');
  return [{ reason, message: summary, nodes: lacking }];
}

function plannedImage(image: KubernetesObject, pulls: readonly ActualPull[]): PlannedImage {
  const { status = {}, metadata } = image;
  const succeeded = pulls.filter(({ isSuccess }) => isSuccess);
  const pulledNodes = new Set(succeeded.map(({ node }) => node));
  const lacking = [...new Set(pulls.map(({ node }) => node).filter((node) => !pulledNodes.has(node)))].sort();
  return {
    name: metadata.name,
    reference: pulls.at(-1)?.reference ?? '',
    policy: pulls[0]?.policy ?? '',
    nodes: Number(status.nodesTargeted ?? 0),
    alreadyCached: Math.max(0, Number(status.nodesReady ?? 0) - pulledNodes.size),
    pulls: pulls.length,
    firstStartMilliseconds: pulls[0]?.startMilliseconds,
    completeMilliseconds: succeeded.length === 0 ? undefined : lastEnd(succeeded),
    obstacles: obstaclesOf(image, lacking),
  };
}

function plannedPolicy(policy: KubernetesObject, pulls: readonly PlannedPull[]): PlannedPolicy {
  const { cap, imageCap, nodeCap, delayMilliseconds } = paceOf(policy);
  return {
    name: policy.metadata.name,
    pulls: pulls.length,
    durationMilliseconds: lastEnd(pulls),
    peakPulls: mostAtOnce(pulls),
    cap,
    imageCap,
    nodeCap,
    delayMilliseconds,
    // The status of a policy names a gate only while no pull is in progress.
    gateTimes: [],
  };
}

const byName = (left: KubernetesObject, right: KubernetesObject) => (left.metadata.name < right.metadata.name ? -1 : 1);

function inStartOrder(left: PlannedImage, right: PlannedImage): number {
  const never = Number.POSITIVE_INFINITY;
  const first = left.firstStartMilliseconds ?? never;
  const second = right.firstStartMilliseconds ?? never;
  return first === second ? (left.name < right.name ? -1 : 1) : first - second;
}

function planOf({ store }: Cluster, pulls: readonly ActualPull[], startedAtMilliseconds: number): Plan {
  const nodePeaks = peaksOf(pulls, 'node');
  return {
    startedAtMilliseconds,
    nodes: store
      .list('Node')
      .map(({ metadata }) => metadata.name)
      .sort(),
    pulls,
    images: store
      .list('CachedImage')
      .map((image) =>
        plannedImage(
          image,
          pulls.filter((pull) => pull.image === image.metadata.name),
        ),
      )
      .sort(inStartOrder),
    policies: [...store.list('PullPolicy')].sort(byName).map((policy) =>
      plannedPolicy(
        policy,
        pulls.filter((pull) => pull.policy === policy.metadata.name),
      ),
    ),
    notPlanned: [],
    durationMilliseconds: lastEnd(pulls),
    peakPulls: mostAtOnce(pulls),
    peakOfNode: nodePeaks[0],
    registries: peaksOf(pulls, 'registry'),
    bytes: undefined,
  };
}

export interface Rollout {
  /** What happened so far. A pull in progress ends now. */
  plan(): Plan;
  /** The pulls in progress, in the order of their starts. */
  active(): readonly PlannedPull[];
}

/** Records the pull Pods from now on. */
export function watchRollout(cluster: Cluster, clock: Clock): Rollout {
  const startedAt = clock.now();
  const starts = new Map<string, StartedPull>();
  const endings = new Map<string, Ending>();
  cluster.store.watch(({ type, object }) => {
    if (object.kind !== 'Pod') return;
    const { uid } = object.metadata;
    const atMilliseconds = clock.now() - startedAt;
    if (type === 'ADDED') starts.set(uid, actualPull(object, atMilliseconds));
    const evidence = evidenceOf(object);
    const isEnd = evidence !== undefined || type === 'DELETED';
    if (isEnd && !endings.has(uid)) endings.set(uid, { atMilliseconds, isSuccess: evidence === 'success' });
  });
  const pulls = (): readonly ActualPull[] =>
    [...starts].map(([uid, start]) => {
      const ending = endings.get(uid);
      const endMilliseconds = ending?.atMilliseconds ?? clock.now() - startedAt;
      return { ...start, endMilliseconds, isSuccess: ending?.isSuccess };
    });
  return {
    plan: () => planOf(cluster, pulls(), startedAt),
    active: () => pulls().filter(({ isSuccess }) => isSuccess === undefined),
  };
}
