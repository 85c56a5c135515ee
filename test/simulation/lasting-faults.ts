// Faults that last beyond the faulty time: nodes that stay cordoned or dead, and objects that tolerate such nodes.
import type { Cluster } from '../../simulator/cluster.ts';
import type { KubernetesObject } from '../../simulator/kubernetes-object.ts';
import type { PodToleration } from '../../simulator/pod-admission.ts';
import type { Random } from '../../simulator/random.ts';
import { type FaultKind, pickName, scatter } from './fault.ts';
import type { Simulation } from './simulation.ts';
import { POLICIES } from './specs.ts';

/** On a Node that no end of faults repairs. A Node that is replaced loses it. */
const LASTING_LABEL = 'simulation.example.com/lasting';

export const isLasting = ({ metadata }: KubernetesObject) => metadata.labels?.[LASTING_LABEL] !== undefined;

const NOT_READY = 'node.kubernetes.io/not-ready';

const tolerationChoices: readonly (readonly PodToleration[])[] = [
  [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }],
  [
    { key: NOT_READY, operator: 'Exists' },
    { key: 'node.kubernetes.io/unreachable', operator: 'Exists' },
  ],
  [{ operator: 'Exists' }],
];

const tolerationsOf = ({ spec }: KubernetesObject) => (spec?.tolerations ?? []) as readonly PodToleration[];

/** Whether any image is pulled to dead nodes: such pulls are retried for ever. */
export function someTolerateDeadNodes({ store }: Cluster): boolean {
  return ['CachedImage', 'PullPolicy']
    .flatMap((kind) => store.list(kind))
    .flatMap(tolerationsOf)
    .some(({ key }) => key === undefined || key === NOT_READY);
}

function lastingNodeFault(name: string, description: string, damage: (cluster: Cluster, node: string) => void) {
  return {
    name,
    description,
    arrange(simulation: Simulation, random: Random) {
      scatter(simulation, random, [1, 2], () => {
        const node = pickName(simulation, random, 'Node');
        if (node === undefined) return undefined;
        simulation.cluster.setNodeLabels(node, { [LASTING_LABEL]: name });
        damage(simulation.cluster, node);
        return `${node}: ${description}`;
      });
    },
  };
}

/** Adds tolerations to an image or a policy. An image of a set loses them again with the next sync of the set. */
function tolerate({ cluster, images }: Simulation, random: Random): string | undefined {
  const [kind, names] = random.pick([['CachedImage', images] as const, ['PullPolicy', POLICIES] as const]);
  const [name, added] = [random.pick(names), random.pick(tolerationChoices)];
  const object = cluster.store.find({ kind, name });
  if (object === undefined) return undefined;
  cluster.store.update({ ...object, spec: { ...object.spec, tolerations: [...tolerationsOf(object), ...added] } });
  return `a user lets ${kind} ${name} tolerate ${added.map(({ key }) => key ?? 'everything').join(' and ')}`;
}

export const lastingFaults: readonly FaultKind[] = [
  lastingNodeFault('nodes-stay-cordoned', 'a node is cordoned and stays so', (cluster, node) => cluster.cordon(node)),
  lastingNodeFault('nodes-stay-dead', 'a kubelet dies for good', (cluster, node) => cluster.killKubelet(node)),
  {
    name: 'states-tolerated',
    description: 'a user lets an image or a policy tolerate NotReady or cordoned nodes',
    arrange: (simulation, random) => scatter(simulation, random, [1, 4], () => tolerate(simulation, random)),
  },
];
