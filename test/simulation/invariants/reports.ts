// What kubelets report: a loss is noticed, an image on a node is not pulled, and one that is removed again and again
// rests. The checks read the Nodes themselves and repeat the rules without the code of the hooks.
import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import type { WatchEvent } from '../../../simulator/object-table.ts';
import type { ObservedCluster } from '../observed-cluster.ts';
import { MINUTE, SECOND } from '../time.ts';
import { type Invariant, slackOf, stalenessOf } from './invariant.ts';
import { keyOfNode, type Pull, pullOf } from './pull.ts';
import { heldIn, ledgerOf, requestedReference } from './records.ts';

interface Listed {
  readonly names: readonly string[];
  readonly sizeBytes: number;
}

const hashOf = (reference: string) => createHash('sha256').update(reference).digest('hex').slice(0, 12);
const listOf = (node: KubernetesObject) => (node.status?.images ?? []) as readonly Listed[];
const textsOf = (object: KubernetesObject | undefined, field: string) =>
  ((object?.spec?.[field] ?? []) as readonly string[]).map((text) => text.split(' '));

function isReady(node: KubernetesObject): boolean {
  const conditions = (node.status?.conditions ?? []) as readonly { readonly type: string; readonly status: string }[];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** How a node last listed a name. */
interface LastListed {
  readonly sizeBytes: number;
  readonly digests: readonly string[];
}

/** What the kubelet of one node has reported so far. */
interface NodeReports {
  readonly lastListed: Map<string, LastListed>;
  /** Length of the longest list that is written. */
  longest: number;
}

function recordReport(reports: NodeReports, node: KubernetesObject): void {
  for (const { names, sizeBytes } of listOf(node)) {
    const digests = names.flatMap((name) => name.split('@').slice(1));
    for (const name of names) reports.lastListed.set(name, { sizeBytes, digests });
  }
}

/** Whether the list of a node proves that it lacks an image that it listed before. */
function provesLoss(node: KubernetesObject, reference: string, { lastListed, longest }: NodeReports): boolean {
  const before = lastListed.get(reference);
  const list = listOf(node);
  const smallest = list.at(-1)?.sizeBytes;
  if (before === undefined || smallest === undefined || !isReady(node)) return false;
  const names = list.flatMap((image) => image.names);
  if (names.includes(reference) || names.some((name) => before.digests.includes(name.split('@')[1] ?? '')))
    return false;
  if (list.some((image) => image.names.length >= 5 && image.sizeBytes === before.sizeBytes)) return false;
  return before.sizeBytes > smallest || list.length < longest;
}

/** How long a loss may stay unnoticed. The faults of a run delay reports, syncs and writes. */
const noticeLimitOf = (observed: ObservedCluster) => 3 * MINUTE + 30 * SECOND + 4 * stalenessOf(observed);
const POLL_MILLISECONDS = 20 * SECOND;

/** Whether the policy of the image reads what kubelets report. */
function isWatched({ cluster }: ObservedCluster, image: KubernetesObject): boolean {
  const { store } = cluster;
  const policyRef = (image.spec?.policyRef ?? {}) as { readonly name?: string };
  const hasPolicy = store.find({ kind: 'PullPolicy', name: policyRef.name || 'default' }) !== undefined;
  const isAbout = ledgerOf(image).image === requestedReference(image);
  return hasPolicy && isAbout && image.metadata.deletionTimestamp === undefined && store.list('Inventory').length > 0;
}

/** What a NodeImages in the store has had, so that no restart of the service can forget it. */
function recordNoted(noted: Set<string>, reports: NodeReports, object: KubernetesObject): void {
  const key = String(object.spec?.key);
  reports.longest = Math.max(reports.longest, textsOf(object, 'listed').length);
  for (const [, , ...names] of textsOf(object, 'listed')) for (const name of names) noted.add(`${key} ${name}`);
}

function forgetListed(reportsOf: (key: string) => NodeReports, pod: KubernetesObject): void {
  const { nodeKey, reference } = pullOf(pod);
  reportsOf(nodeKey).lastListed.delete(reference);
}

const lossNoticed: Invariant['watch'] = (observed, violate) => {
  const { cluster, clock } = observed;
  const reportsByKey = new Map<string, NodeReports>();
  const noted = new Set<string>();
  const lackingSince = new Map<string, number>();
  const reportsOf = (key: string) => {
    const reports = reportsByKey.get(key) ?? { lastListed: new Map(), longest: 0 };
    reportsByKey.set(key, reports);
    return reports;
  };

  function check(image: KubernetesObject, node: KubernetesObject): void {
    const [key, reference] = [keyOfNode(node), requestedReference(image)];
    const pair = `${image.metadata.uid} ${key}`;
    const isFalse =
      heldIn(ledgerOf(image)).has(key) &&
      noted.has(`${key} ${hashOf(reference)}`) &&
      provesLoss(node, reference, reportsOf(key));
    if (!isFalse) {
      lackingSince.delete(pair);
      return;
    }
    const since = lackingSince.get(pair) ?? clock.now();
    lackingSince.set(pair, since);
    if (clock.now() - since <= noticeLimitOf(observed)) return;
    violate(`${image.metadata.name} counts as cached on ${node.metadata.name}, which lists it no more`);
  }

  function poll(): void {
    const nodes = cluster.store.list('Node');
    for (const image of cluster.store.list('CachedImage').filter((each) => isWatched(observed, each))) {
      for (const node of nodes) check(image, node);
    }
    clock.schedule(POLL_MILLISECONDS, poll);
  }

  cluster.store.watch(({ type, object }) => {
    if (object.kind === 'Node' && type !== 'DELETED') recordReport(reportsOf(keyOfNode(object)), object);
    if (object.kind === 'NodeImages' && type !== 'DELETED') {
      recordNoted(noted, reportsOf(String(object.spec?.key)), object);
    }
    // After a pull only a report that lists the image again can show another loss.
    if (object.kind === 'Pod' && type === 'ADDED') forgetListed(reportsOf, object);
  });
  poll();
};

/** The report, the Inventory on the whole minute, and the sync of the policy. */
const knownAfterOf = (observed: ObservedCluster) => 90 * SECOND + 4 * stalenessOf(observed);
/** No new image waits longer for reports. */
const GATE_MILLISECONDS = 120 * SECOND;

function followsTag({ imagePullPolicy = 'Always', digest = '' }: Readonly<Record<string, unknown>>): boolean {
  return imagePullPolicy === 'Always' && digest === '';
}

/** When each object began to list each name: a NodeImages by its key, the PolicyReferences of a policy by its name. */
type ListedSince = Map<string, ReadonlyMap<string, number>>;

function recordListed(listedSince: ListedSince, { type, object }: WatchEvent, now: number): void {
  const isNodeImages = object.kind === 'NodeImages';
  if (!isNodeImages && object.kind !== 'PolicyReferences') return;
  const owner = isNodeImages ? String(object.spec?.key) : object.metadata.name;
  const names = isNodeImages
    ? textsOf(object, 'listed').flatMap(([, , ...hashes]) => hashes)
    : textsOf(object, 'references').flat();
  if (type === 'DELETED') {
    listedSince.delete(owner);
    return;
  }
  const before = listedSince.get(owner);
  listedSince.set(owner, new Map(names.map((name) => [name, before?.get(name) ?? now])));
}

/** Whether the image could be pulled onto the node in this state although the node reports it. */
function mayPull(image: KubernetesObject | undefined, pull: Pull, slackMilliseconds: number, now: number): boolean {
  if (image === undefined || image.metadata.uid !== pull.imageUid) return true;
  if (requestedReference(image) !== pull.reference || followsTag(image.spec ?? {})) return true;
  const ledger = ledgerOf(image);
  // A node that is in the ledger is pulled again on purpose.
  if (heldIn(ledger).has(pull.nodeKey)) return true;
  return !(now - Date.parse(ledger.imageTime ?? '') > GATE_MILLISECONDS + slackMilliseconds);
}

function presentProblem(observed: ObservedCluster, pod: KubernetesObject, listedSince: ListedSince) {
  const { clock, histories } = observed;
  const pull = pullOf(pod);
  // The Inventories know what its node lists, and that a policy pulls it.
  const instants = [pull.nodeKey, pull.policy].map((owner) => listedSince.get(owner)?.get(hashOf(pull.reference)));
  if (instants.some((since) => since === undefined || clock.now() - since <= knownAfterOf(observed))) return undefined;
  const states = histories.recent('CachedImage', pull.image, knownAfterOf(observed));
  if (states.some((image) => mayPull(image, pull, slackOf(observed), clock.now()))) return undefined;
  return `${pull.image} is pulled on ${pull.node}, which has listed it for a while`;
}

const presentNotPulled: Invariant['watch'] = (observed, violate) => {
  const listedSince: ListedSince = new Map();
  observed.cluster.store.watch((event) => {
    const { type, object } = event;
    recordListed(listedSince, event, observed.clock.now());
    if (object.kind !== 'Pod' || type !== 'ADDED') return;
    const problem = presentProblem(observed, object, listedSince);
    if (problem !== undefined) violate(problem);
  });
};

function restProblem(observed: ObservedCluster, pod: KubernetesObject): string | undefined {
  const { cluster, clock } = observed;
  const { image, node, nodeKey, reference } = pullOf(pod);
  const images = cluster.store.find({ kind: 'NodeImages', name: node });
  if (images?.spec?.key !== nodeKey) return undefined;
  const lost = textsOf(images, 'lost').find(([name]) => name === hashOf(reference));
  const [rest = 0, ...stamps] = (lost ?? []).slice(1).map((text) => Number.parseInt(text, 36));
  const lostAt = (stamps.at(-1) ?? 0) * SECOND;
  const isKnown = clock.now() - lostAt > MINUTE + 2 * stalenessOf(observed);
  const isResting = rest > 0 && clock.now() + slackOf(observed) < lostAt + rest * SECOND;
  return isKnown && isResting ? `${image} is pulled on ${node} although pulls of it rest there` : undefined;
}

const removalRests: Invariant['watch'] = (observed, violate) => {
  observed.cluster.store.watch(({ type, object }) => {
    const problem = object.kind === 'Pod' && type === 'ADDED' ? restProblem(observed, object) : undefined;
    if (problem !== undefined) violate(problem);
  });
};

export const reportInvariants: readonly Invariant[] = [
  {
    name: 'loss-noticed',
    promise: 'nothing counts as cached that a node has lacked for three minutes while it reports completely',
    watch: lossNoticed,
  },
  {
    name: 'present-not-pulled',
    promise: 'no image is pulled onto a node that reports it, unless its tag must be followed',
    watch: presentNotPulled,
  },
  {
    name: 'removal-rests',
    promise: 'an image that a node removes again and again rests there',
    watch: removalRests,
  },
];
