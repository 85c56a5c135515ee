// What each gate of a pair must show, computed from the API server and the created Pods without the code of the hooks.
import { createHash } from 'node:crypto';
import type { CachedImageStatus } from '../../../crds/cached-image.ts';
import type { PullPolicyStatus } from '../../../crds/pull-policy.ts';
import type { Toleration } from '../../../kubernetes/taint.ts';
import type { KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import { leastBackoff, type Pace, paceOf } from '../../simulation/invariants/pace.ts';
import { evidenceOf, keyOfNode, pullOf } from '../../simulation/invariants/pull.ts';
import { obstacleOf, stateOfNode } from '../../simulation/node-state.ts';
import type { Simulation } from '../../simulation/simulation.ts';

export interface ExpectedGate {
  readonly isClosed: boolean;
  /** When time opens a closed gate, in milliseconds since the epoch. */
  readonly opensAt?: number | undefined;
  /** Parts that the shown value must contain. */
  readonly values: readonly string[];
}

interface PairFacts {
  readonly now: number;
  readonly pace: Pace;
  readonly image: KubernetesObject;
  readonly ledger: Partial<CachedImageStatus>;
  readonly node: KubernetesObject;
  readonly policy: KubernetesObject;
  readonly policyStatus: Partial<PullPolicyStatus>;
  readonly pods: readonly KubernetesObject[];
  readonly simulation: Simulation;
}

const time = (text: string | undefined) => Date.parse(text ?? '') || 0;
const isRunning = (pod: KubernetesObject) => evidenceOf(pod) === undefined;

function policyCap({ pods, policy, policyStatus, pace, now }: PairFacts): ExpectedGate {
  const own = pods.filter((pod) => pullOf(pod).policy === policy.metadata.name);
  const slotsOfPods = own.map((pod) => Number(pod.metadata.labels?.['drop.corewire.io/slot']));
  const starting = (policyStatus.starting ?? []).map(({ slot }) => slot).filter((slot) => !slotsOfPods.includes(slot));
  const resting = (policyStatus.rejected ?? []).filter(({ slot }) => !slotsOfPods.includes(slot));
  const rests = resting.map(({ at, count }) => time(at) + leastBackoff([pace], count)).filter((end) => end > now);
  const used = own.length + starting.length;
  const isClosed = used + rests.length >= pace.cap;
  return {
    isClosed,
    opensAt: isClosed && rests.length > 0 ? Math.min(...rests) : undefined,
    values: [`${used} of ${pace.cap} slot`],
  };
}

/** The delay since the last created Pod that `counts` accepts. */
function delay({ now, pace, simulation }: PairFacts, start: string, counts: (of: StartOf) => boolean): ExpectedGate {
  const last = Math.max(0, ...simulation.cluster.podStarts.filter(counts).map(({ atMilliseconds }) => atMilliseconds));
  const opensAt = last + pace.delayMilliseconds;
  const isClosed = last > 0 && opensAt > now;
  return {
    isClosed,
    opensAt: isClosed ? opensAt : undefined,
    values: [last === 0 ? `no ${start} yet` : `last ${start}`],
  };
}

type StartOf = Simulation['cluster']['podStarts'][number];

function imageCap({ pods, image, pace: { imageCap: cap = 0 } }: PairFacts): ExpectedGate {
  const running = pods.filter((pod) => pullOf(pod).image === image.metadata.name && isRunning(pod)).length;
  return { isClosed: running >= cap, values: [`${running} of ${cap} pull`] };
}

const ofImage: ReadonlySet<string> = new Set(['ErrImagePull', 'InvalidImageName', 'ErrImageNeverPull', 'PullTimeout']);

function breaker({ ledger, pods, image, pace, now }: PairFacts): ExpectedGate {
  const since = time(ledger.lastPulledAt);
  const failures = (ledger.failing ?? []).filter(({ reason, at }) => ofImage.has(reason) && time(at) > since);
  const values = [`fails on ${failures.length} node`];
  if (failures.length < 3) return { isClosed: false, values };
  if (pods.some((pod) => pullOf(pod).image === image.metadata.name && isRunning(pod)))
    return { isClosed: true, values };
  const excess = Math.max(0, (ledger.consecutiveFailures ?? 0) - 3);
  const end = Math.max(...failures.map(({ at }) => time(at))) + leastBackoff([pace], excess + 1);
  return end > now ? { isClosed: true, opensAt: end, values } : { isClosed: false, values };
}

function nodeBusy({ pods, image, node, pace: { nodeCap }, ledger }: PairFacts): ExpectedGate {
  const onNode = pods.filter((pod) => pullOf(pod).node === node.metadata.name);
  const running = onNode.filter(isRunning);
  const isOfPair = onNode.some((pod) => pullOf(pod).image === image.metadata.name);
  const isOfReference = running.some((pod) => pullOf(pod).reference === ledger.image);
  return {
    isClosed: isOfPair || isOfReference || running.length >= nodeCap,
    values: [`${running.length} of ${nodeCap} pull`],
  };
}

function backoff({ ledger, policyStatus, image, node, pace, now }: PairFacts): ExpectedGate {
  const failure = ledger.failing?.find(({ key }) => key === keyOfNode(node));
  const refusal = policyStatus.rejected?.find(
    (entry) => entry.image === image.metadata.name && entry.node === node.metadata.name,
  );
  const count = (failure?.failures ?? 0) + (refusal?.count ?? 0);
  if (count === 0) return { isClosed: false, values: ['no failures'] };
  const opensAt = Math.max(time(failure?.at), time(refusal?.at)) + leastBackoff([pace], count);
  const left = Math.ceil((opensAt - now) / 1000);
  const values = [`${count} failure`, left > 0 ? 'of backoff left' : 'the backoff is over'];
  return opensAt > now ? { isClosed: true, opensAt, values } : { isClosed: false, values };
}

function notEligible({ node, image, policy }: PairFacts): ExpectedGate {
  const tolerations = [image, policy].flatMap(({ spec }) => (spec?.tolerations ?? []) as readonly Toleration[]);
  const isClosed = obstacleOf(stateOfNode(node), tolerations) !== undefined;
  const isTolerated = !isClosed && obstacleOf(stateOfNode(node), []) !== undefined;
  return { isClosed, values: [isClosed ? 'cordoned' : isTolerated ? 'tolerated' : 'ready, schedulable'] };
}

const hashOf = (reference: string) => createHash('sha256').update(reference).digest('hex').slice(0, 12);

/** The texts about the image in a field of all Inventories, without the hash. */
function reported({ simulation, ledger }: PairFacts, field: 'references' | 'lost'): readonly string[] {
  const hash = hashOf(ledger.image ?? '');
  const lists = simulation.cluster.store.list('Inventory').map(({ status }) => status?.[field] ?? []);
  return lists.flatMap((texts) => (texts as readonly string[]).filter((text) => text.startsWith(hash)));
}

function inventory(facts: PairFacts): ExpectedGate {
  const { store } = facts.simulation.cluster;
  const known = new Set(store.list('Inventory').flatMap(({ status }) => String(status?.nodes ?? '').split(' ')));
  const covering = reported(facts, 'references').length;
  const isCovered = covering === 2 && store.list('Node').every((node) => known.has(keyOfNode(node)));
  const opensAt = time(facts.ledger.imageTime) + 120_000;
  const isClosed = !isCovered && opensAt > facts.now;
  return { isClosed, opensAt: isClosed ? opensAt : undefined, values: [`covered by ${covering} of 2 Inventories`] };
}

/** The nodes of these clusters get images by pulls alone, so a listed image is in the ledger already. */
const digest = (): ExpectedGate => ({ isClosed: false, values: ['the node'] });

/** No image is removed in these clusters. */
const rest = (): ExpectedGate => ({ isClosed: false, values: ['the node has not removed the image again'] });

/** Whether every start has its Pod, so that the created Pods are all starts. */
export function hasSettledStarts({ policyStatus, pods, policy }: PairFacts): boolean {
  const slots = pods
    .filter((pod) => pullOf(pod).policy === policy.metadata.name)
    .map((pod) => Number(pod.metadata.labels?.['drop.corewire.io/slot']));
  return (policyStatus.starting ?? []).every(({ slot }) => slots.includes(slot));
}

export function pairFacts(simulation: Simulation, imageName: string, nodeName: string, policyName: string): PairFacts {
  const { store } = simulation.cluster;
  const image = store.get({ kind: 'CachedImage', name: imageName });
  const policy = store.get({ kind: 'PullPolicy', name: policyName });
  return {
    now: simulation.clock.now(),
    pace: paceOf(policy),
    image,
    ledger: (image.status ?? {}) as Partial<CachedImageStatus>,
    node: store.get({ kind: 'Node', name: nodeName }),
    policy,
    policyStatus: (policy.status ?? {}) as Partial<PullPolicyStatus>,
    pods: store.list('Pod'),
    simulation,
  };
}

/** Every gate of the pair by its name, in the order of evaluation. */
export function expectedGates(facts: PairFacts): ReadonlyMap<string, ExpectedGate> {
  const { pace, image, policy } = facts;
  const isQueuePerImage = pace.imageCap !== undefined;
  const ofPolicy = ({ policy: name }: StartOf) => name === policy.metadata.name;
  const ofThisImage = ({ image: name }: StartOf) => name === image.metadata.name;
  const rows: readonly (readonly [string, ExpectedGate])[] = [
    ['paused', { isClosed: pace.paused, values: [String(pace.paused)] }],
    ['policy-cap', policyCap(facts)],
    ...(isQueuePerImage
      ? ([
          ['inventory', inventory(facts)],
          ['image-cap', imageCap(facts)],
          ['delay', delay(facts, 'wave', ofThisImage)],
        ] as const)
      : ([
          ['delay', delay(facts, 'start', ofPolicy)],
          ['inventory', inventory(facts)],
        ] as const)),
    ['breaker', breaker(facts)],
    ['digest', digest()],
    ['node-busy', nodeBusy(facts)],
    ['rest', rest()],
    ['backoff', backoff(facts)],
    ['not-eligible', notEligible(facts)],
  ];
  return new Map(rows);
}
