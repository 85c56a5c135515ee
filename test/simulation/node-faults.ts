// Faults of nodes and kubelets.
import type { Random } from '../../simulator/random.ts';
import { type FaultKind, pickName, type Range, scatter } from './fault.ts';
import type { Simulation } from './simulation.ts';
import { DEDICATED_TAINT, POOLS, referenceOf, TAGS } from './specs.ts';
import { SECOND } from './time.ts';
import { unlessGone } from './user-actions.ts';

/** A fault of one node at random instants. */
interface NodeFault<Drawn> {
  readonly name: string;
  readonly description: string;
  readonly times: Range;
  /** Called even if there is no node, so that later draws do not depend on it. */
  readonly draw: (random: Random, simulation: Simulation) => Drawn;
  /** Returns a text for the event log, or undefined if it did nothing. */
  readonly act: (simulation: Simulation, nodeName: string, drawn: Drawn) => string | undefined;
}

export function nodeFault<Drawn>({ name, description, times, draw, act }: NodeFault<Drawn>): FaultKind {
  return {
    name,
    description,
    arrange(simulation, random) {
      scatter(simulation, random, times, () => {
        const node = pickName(simulation, random, 'Node');
        const drawn = draw(random, simulation);
        return node === undefined ? undefined : act(simulation, node, drawn);
      });
    },
  };
}

const nothing = () => undefined;

export const nodeFaults: readonly FaultKind[] = [
  nodeFault({
    name: 'nodes-replaced',
    description: 'a node is replaced by another machine of the same name',
    times: [0, 4],
    draw: nothing,
    act({ cluster }, name) {
      cluster.replaceNode(name);
      return `${name} is replaced`;
    },
  }),
  nodeFault({
    name: 'nodes-come-and-go',
    description: 'a node leaves, and a node of the same name joins later',
    times: [0, 3],
    draw: (random) => random.integer(0, 60 * SECOND),
    act({ cluster, clock }, name, awayMilliseconds) {
      const { description } = cluster.machine(name);
      cluster.removeNode(name);
      clock.schedule(awayMilliseconds, () => unlessGone(() => cluster.addNode(description)));
      return `${name} leaves for ${awayMilliseconds / SECOND} s`;
    },
  }),
  nodeFault({
    name: 'nodes-relabelled',
    description: 'the labels of a node change',
    times: [0, 5],
    draw: (random) => random.pick(POOLS),
    act({ cluster }, name, pool) {
      cluster.setNodeLabels(name, { pool });
      return `${name} gets the label pool=${pool}`;
    },
  }),
  nodeFault({
    name: 'nodes-tainted',
    description: 'a node gets a taint, or loses all taints',
    times: [0, 4],
    draw: (random) => random.pick(['NoSchedule', 'NoExecute', 'PreferNoSchedule', undefined]),
    act({ cluster }, name, effect) {
      cluster.setTaints(name, effect === undefined ? [] : [{ ...DEDICATED_TAINT, effect }]);
      return effect === undefined ? `${name} loses all taints` : `${name} gets a taint with effect ${effect}`;
    },
  }),
  nodeFault({
    name: 'nodes-cordoned',
    description: 'a node is cordoned or uncordoned',
    times: [0, 5],
    draw: (random) => random.chance(0.6),
    act({ cluster }, name, isCordoned) {
      cluster.cordon(name, isCordoned);
      return `${name} is ${isCordoned ? 'cordoned' : 'uncordoned'}`;
    },
  }),
  nodeFault({
    name: 'kubelets-die',
    description: 'a kubelet dies, possibly during a pull, and starts again',
    times: [0, 4],
    draw: (random) => random.integer(1, 120) * SECOND,
    act({ cluster, clock }, name, deadMilliseconds) {
      const machine = cluster.machine(name);
      cluster.killKubelet(name);
      clock.schedule(deadMilliseconds, () => {
        const isSame = cluster.store.find({ kind: 'Node', name }) !== undefined && cluster.machine(name) === machine;
        if (isSame) cluster.reviveKubelet(name);
      });
      return `the kubelet of ${name} dies for ${deadMilliseconds / SECOND} s`;
    },
  }),
  nodeFault({
    name: 'kubelets-hang',
    description: 'pulls of an image hang on a node',
    times: [0, 5],
    draw(random, { images }) {
      const reference = referenceOf(random.pick(images), random.pick(TAGS));
      return { reference, hangingMilliseconds: random.integer(5, 200) * SECOND };
    },
    act({ cluster, clock }, name, { reference, hangingMilliseconds }) {
      const { kubelet } = cluster.machine(name);
      kubelet.hang(reference);
      clock.schedule(hangingMilliseconds, () => kubelet.release(reference));
      return `pulls of ${reference} hang on ${name} for ${hangingMilliseconds / SECOND} s`;
    },
  }),
  {
    name: 'late-statuses',
    description: 'kubelets write Pod statuses late; some are skipped, and those of several nodes arrive out of order',
    arrange({ points }, random) {
      const most = random.pick([1, 5, 20]) * SECOND;
      points.add('statusLagMilliseconds', () => (random.chance(0.4) ? random.integer(0, most) : 0));
    },
  },
];
