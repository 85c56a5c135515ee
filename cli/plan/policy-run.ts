// One PullPolicy during a plan: the input of its hook as it would be at each instant, without Metacontroller, caches
// and JSON. Gates, order and ledger are those of the hooks.
import type { PullPolicyStatus } from '../../crds/pull-policy.ts';
import { type EndedAttempt, recordLatestAttempt, recordOutcomes } from '../../hooks/cached-image/ledger.ts';
import type { FleetNode } from '../../hooks/fleet/table.ts';
import { pullPodName } from '../../hooks/pull-pod/identity.ts';
import { outcomeOf } from '../../hooks/pull-pod/outcome.ts';
import type { PullPod } from '../../hooks/pull-pod/read.ts';
import type { ChosenStart } from '../../hooks/pull-policy/choose.ts';
import type { GateName } from '../../hooks/pull-policy/gates/gate.ts';
import { planStarts } from '../../hooks/pull-policy/plan-starts.ts';
import type { PolicyImage } from '../../hooks/pull-policy/policy-image.ts';
import type { PolicyInput } from '../../hooks/pull-policy/policy-input.ts';
import { startedAt } from '../../hooks/pull-policy/start-tracking.ts';
import { unrecordedWaves } from '../../hooks/pull-policy/waves.ts';
import { resyncAt } from '../../hooks/resync.ts';
import { parseImageReference } from '../../hooks/text/parsed.ts';
import { labelValueOf } from '../../kubernetes/short-names.ts';
import { formatTimeMilliseconds } from '../../kubernetes/time.ts';
import { withEndedPulls } from './ended-pulls.ts';
import { adoptReported } from './reported-nodes.ts';
import type { Transfer } from './transfers.ts';

/** A pull in progress, with the Pod that the hooks would observe. */
export interface RunningPull extends Transfer {
  readonly policy: string;
  readonly slot: number;
  readonly nodeKey: string;
  /** Changed once: when its pull has ended. */
  pod: PullPod;
}

/** Mutable: `startPulls` and `endPull` move it forward. */
export interface PolicyRun {
  readonly name: string;
  /** As it is at the start of the plan. */
  readonly initial: PolicyInput;
  readonly images: Map<string, PolicyImage>;
  readonly running: Set<RunningPull>;
  /** Pairs that lack their image, can get it, and have no pull in progress. */
  queuedPairs: number;
  lastStart: Pick<PullPolicyStatus, 'lastStartTime' | 'lastStartNode'>;
  /** The first closed gate since `gateSince`; undefined while no pair waits. */
  gate: GateName | undefined;
  gateSince: number;
  readonly gateMilliseconds: Map<GateName, number>;
}

const SECOND_MILLISECONDS = 1_000;

function registryOf(reference: string): string {
  const parsed = parseImageReference(reference);
  return parsed.ok ? parsed.reference.registry : '';
}

interface PlannedPod {
  readonly policy: string;
  readonly slot: number;
  readonly image: PolicyImage;
  readonly node: string;
  readonly nodeKey: string;
  readonly startedAt: number;
  readonly deadlineMilliseconds: number | undefined;
  /** Stamp of the last loss of the image on the node; 0 if there is none. */
  readonly lossStamp: number;
}

/** The Pod as the hooks would observe it: like the API server, it knows the second of its creation only. */
function podOf({
  policy,
  slot,
  image,
  node,
  nodeKey,
  startedAt,
  deadlineMilliseconds,
  lossStamp,
}: PlannedPod): PullPod {
  const name = pullPodName(policy, slot);
  const metadata = { name, namespace: undefined, uid: '', generation: 0, labels: {}, annotations: {} };
  const times = { creationTimestamp: undefined, deletionTimestamp: undefined };
  return {
    pod: {
      metadata: { ...metadata, ...times },
      spec: { nodeName: node, containers: [], initContainers: undefined },
      status: {
        phase: 'Pending',
        reason: undefined,
        message: undefined,
        containerStatuses: undefined,
        initContainerStatuses: undefined,
        conditions: undefined,
      },
    },
    name,
    attempt: '',
    imageLabel: labelValueOf(image.name),
    imageUid: image.uid,
    node,
    nodeKey,
    reference: image.reference,
    mutation: undefined,
    slot,
    lossStamp,
    createdAtMilliseconds: Math.floor(startedAt / SECOND_MILLISECONDS) * SECOND_MILLISECONDS,
    deadlineMilliseconds,
    deleting: false,
  };
}

function runningPull(planned: PlannedPod): RunningPull {
  const { policy, slot, image, node, nodeKey, startedAt } = planned;
  const registry = registryOf(image.reference);
  return { policy, slot, image: image.name, node, nodeKey, registry, startedAt, pod: podOf(planned) };
}

function imageOfLabel(images: ReadonlyMap<string, PolicyImage>, label: string): PolicyImage | undefined {
  const exact = images.get(label);
  return exact ?? [...images.values()].find(({ name }) => labelValueOf(name) === label);
}

/** The pulls that are in progress when the plan starts: observed Pods, and starts whose Pod is not observed yet. */
function initialPulls({ policyName, children, pendingStarts, images, table, ...input }: PolicyInput): RunningPull[] {
  const deadlineMilliseconds = undefined;
  const pods = children.flatMap((pull): RunningPull[] => {
    const image = imageOfLabel(images, pull.imageLabel);
    const nodeKey = pull.nodeKey ?? table?.byName.get(pull.node)?.key;
    const { node, slot, createdAtMilliseconds: startedAt } = pull;
    const isOver = outcomeOf(pull, input.isReady, input.nowMilliseconds).kind !== 'pulling';
    if (image === undefined || nodeKey === undefined || slot === undefined || isOver) return [];
    const { lossStamp } = pull;
    return [
      runningPull({ policy: policyName, slot, image, node, nodeKey, startedAt, deadlineMilliseconds, lossStamp }),
    ];
  });
  const unseen = pendingStarts.starting.flatMap((start): RunningPull[] => {
    const { slot, node } = start;
    const image = images.get(start.image);
    const nodeKey = table?.byName.get(node)?.key;
    if (image === undefined || nodeKey === undefined) return [];
    const lossStamp = image.ledger.lost.get(nodeKey) ?? 0;
    const planned = { policy: policyName, slot, image, node, nodeKey, startedAt: startedAt(start), lossStamp };
    return [runningPull({ ...planned, deadlineMilliseconds })];
  });
  return [...pods, ...unseen];
}

/** A plan does not know when kubelets report: it starts with what they have reported. */
function withoutWaitForReports(image: PolicyImage): PolicyImage {
  return { ...image, hasLedger: true, ledgerBeganAt: 0 };
}

export function createPolicyRun(observed: PolicyInput): PolicyRun {
  const input = withEndedPulls(observed);
  const { lastStartTime, lastStartNode } = input.status;
  return {
    name: input.policyName,
    initial: input,
    images: new Map([...input.images].map(([name, image]) => [name, withoutWaitForReports(image)])),
    running: new Set(initialPulls(input)),
    queuedPairs: 0,
    lastStart: { lastStartTime, lastStartNode },
    gate: undefined,
    gateSince: input.nowMilliseconds,
    gateMilliseconds: new Map(),
  };
}

/** The input of a sync at this instant. */
function inputAt(run: PolicyRun, others: readonly PullPod[], nowMilliseconds: number): PolicyInput {
  const { initial, images, running, lastStart } = run;
  const delayMilliseconds = initial.specResult.ok ? initial.specResult.limits.delayMilliseconds : 0;
  return {
    ...initial,
    nowMilliseconds,
    status: { ...initial.status, ...lastStart },
    images,
    children: [...running].map(({ pod }) => pod),
    others,
    pendingStarts: { starting: [], rejected: initial.pendingStarts.rejected },
    waves: unrecordedWaves(initial.waves, { images, nowMilliseconds, delayMilliseconds }),
  };
}

function startOne(run: PolicyRun, start: ChosenStart, startedAt: number): RunningPull {
  const { slot, node, deadlineMilliseconds, lossStamp } = start;
  const image = run.images.get(start.image.name) ?? start.image;
  const planned = {
    policy: run.name,
    slot,
    image,
    node: node.name,
    nodeKey: node.key,
    startedAt,
    deadlineMilliseconds,
    lossStamp,
  };
  const pull = runningPull(planned);
  run.running.add(pull);
  run.images.set(image.name, { ...image, ledger: recordLatestAttempt(image.ledger, [pull.pod]) });
  return pull;
}

function setGate(run: PolicyRun, gate: GateName | undefined, nowMilliseconds: number): void {
  if (run.gate !== undefined) {
    const before = run.gateMilliseconds.get(run.gate) ?? 0;
    run.gateMilliseconds.set(run.gate, before + nowMilliseconds - run.gateSince);
  }
  run.gate = gate;
  run.gateSince = nowMilliseconds;
}

export interface Starts {
  readonly pulls: readonly RunningPull[];
  /** When time alone may open a gate, in milliseconds since the epoch. */
  readonly wakesAt: number | undefined;
}

function wakeAfter(opensAt: readonly number[], nowMilliseconds: number): number | undefined {
  const { resyncAfterSeconds } = resyncAt(nowMilliseconds, opensAt);
  return resyncAfterSeconds === undefined ? undefined : nowMilliseconds + Math.round(resyncAfterSeconds * 1_000);
}

/** Starts every pull that can start now. `isQueued` returns whether `queuedPairs` counts the pair. */
export function startPulls(
  run: PolicyRun,
  others: readonly PullPod[],
  nowMilliseconds: number,
  isQueued: (pull: RunningPull) => boolean,
): Starts {
  const pulls: RunningPull[] = [];
  const wakes: (number | undefined)[] = [];
  // Each pass is a sync: Metacontroller requests one as soon as the Pods of the last one exist.
  for (;;) {
    const plan = planStarts(inputAt(run, others, nowMilliseconds));
    const added = plan.starts.map((start) => startOne(run, start, nowMilliseconds));
    wakes.push(wakeAfter(plan.opensAt, nowMilliseconds));
    if (added.length === 0) {
      setGate(run, run.queuedPairs > 0 ? plan.waiting?.gate.name : undefined, nowMilliseconds);
      const known = wakes.filter((wake) => wake !== undefined);
      return { pulls, wakesAt: known.length === 0 ? undefined : Math.min(...known) };
    }
    run.queuedPairs -= added.filter(isQueued).length;
    run.lastStart = { lastStartTime: formatTimeMilliseconds(nowMilliseconds), lastStartNode: added.at(-1)?.node };
    pulls.push(...added);
  }
}

/** From now on the Pod no longer counts on its node. It keeps its slot until `endPull` has recorded the outcome. */
export function markFinished(pull: RunningPull): void {
  const { pod } = pull.pod;
  pull.pod = { ...pull.pod, pod: { ...pod, status: { ...pod.status, phase: 'Succeeded' } } };
}

/** Records the end of a pull in the ledger of its image. Returns the nodes that need no pull after that. */
export function endPull(
  run: PolicyRun,
  pull: RunningPull,
  outcome: EndedAttempt['outcome'],
  nowMilliseconds: number,
): readonly FleetNode[] {
  run.running.delete(pull);
  const image = run.images.get(pull.image);
  const { specResult } = run.initial;
  if (image === undefined) return [];
  const repullIntervalMilliseconds = specResult.ok ? specResult.limits.repullIntervalMilliseconds : undefined;
  const attempts = [{ pull: pull.pod, nodeKey: pull.nodeKey, outcome }];
  const ledger = recordOutcomes(image.ledger, attempts, { nowMilliseconds, repullIntervalMilliseconds });
  // The Pod is deleted at once, and its entry with it.
  const ended = { ...image, ledger: { ...ledger, recorded: [] } };
  const adopted = adoptReported(run.initial, ended, nowMilliseconds);
  run.images.set(image.name, adopted.image);
  return adopted.nodes;
}
