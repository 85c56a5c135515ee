// Encodes plans for the page's script: 100,000 pulls take about 2 MB.
import { redactMessage } from '../../../hooks/text/redact.ts';
import { safeName } from '../../text/cut-text.ts';
import type { Plan, PlannedPull } from '../plan.ts';
import type { PageData, PlanData, PullColumns } from './page-data.ts';

export interface NamedPlan {
  readonly name: string;
  readonly plan: Plan;
}

/** Numbers names in the order of their first use. */
function numbering(names: readonly string[] = []) {
  const indexes = new Map([...new Set(names)].map((name, index) => [name, index]));
  return {
    indexOf(name: string): number {
      const index = indexes.get(name) ?? indexes.size;
      indexes.set(name, index);
      return index;
    },
    names: () => [...indexes.keys()],
  };
}

type Numbering = ReturnType<typeof numbering>;

interface Numberings {
  readonly images: Numbering;
  readonly nodes: Numbering;
  readonly policies: Numbering;
  readonly registries: Numbering;
  /** Of the JSON of each triple. */
  readonly queues: Numbering;
}

function queueOf({ images, policies, registries, queues }: Numberings, pull: PlannedPull): number {
  const { image, policy, registry } = pull;
  return queues.indexOf(
    JSON.stringify([images.indexOf(image), policies.indexOf(policy), registries.indexOf(registry)]),
  );
}

function pullColumns(pulls: readonly PlannedPull[], numberings: Numberings): PullColumns {
  const starts = pulls.map(({ startMilliseconds }) => Math.round(startMilliseconds));
  return {
    node: pulls.map(({ node }) => numberings.nodes.indexOf(node)),
    queue: pulls.map((pull) => queueOf(numberings, pull)),
    slot: pulls.map(({ slot }) => slot),
    startAfter: starts.map((start, index) => start - (starts[index - 1] ?? 0)),
    length: pulls.map(({ endMilliseconds }, index) => Math.round(endMilliseconds) - (starts[index] ?? 0)),
  };
}

function planData({ name, plan }: NamedPlan, images: Numbering): PlanData {
  const policies = numbering(plan.policies.map((policy) => policy.name));
  const registries = numbering(plan.registries.map((registry) => registry.name));
  const numberings = { images, nodes: numbering(plan.nodes), policies, registries, queues: numbering() };
  const pulls = pullColumns(plan.pulls, numberings);
  const capOf = new Map(plan.policies.map((policy) => [policy.name, policy.cap]));
  return {
    name: redactMessage(name, 253),
    nodes: numberings.nodes.names().map(safeName),
    policies: policies.names().map((policy) => ({ name: safeName(policy), cap: capOf.get(policy) ?? 0 })),
    registries: registries.names().map(safeName),
    queues: numberings.queues.names().map((triple) => JSON.parse(triple) as [number, number, number]),
    pulls,
  };
}

export function encodePlans(plans: readonly NamedPlan[]): PageData {
  const images = numbering(plans.flatMap(({ plan }) => plan.images.map(({ name }) => name)));
  const data = plans.map((each) => planData(each, images));
  return { images: images.names().map(safeName), plans: data };
}
