// Edits, deletions and re-creations by users, at any moment.
import type { Propagation } from '../../simulator/deletion.ts';
import { identityOf, type KubernetesObject } from '../../simulator/kubernetes-object.ts';
import type { Random } from '../../simulator/random.ts';
import { attempt, type FaultKind, pickName, type Range, scatter } from './fault.ts';
import type { Simulation } from './simulation.ts';
import {
  DISCOVERY,
  drawDiscoverySpec,
  drawImageSpec,
  drawPolicySpec,
  drawSetSpec,
  POLICIES,
  SECRET,
  SETS,
  type Spec,
} from './specs.ts';
import { SECOND } from './time.ts';
import { applyOurs, applySecret } from './user-actions.ts';

/** The kinds that users write, with a generator of their specs. */
const drawSpec: Readonly<Record<string, (simulation: Simulation, random: Random, name: string) => Spec>> = {
  PullPolicy: (_simulation, random) => drawPolicySpec(random),
  CachedImage: (_simulation, random, name) => drawImageSpec(random, name),
  CachedImageSet: ({ images }, random) => drawSetSpec(random, images),
  DiscoveryPolicy: (_simulation, random) => drawDiscoverySpec(random),
  Fleet: () => ({}),
};

function namesOf({ images }: Simulation, kind: string): readonly string[] {
  const names: Readonly<Record<string, readonly string[]>> = {
    PullPolicy: POLICIES,
    CachedImage: images,
    CachedImageSet: SETS,
    DiscoveryPolicy: [DISCOVERY],
    Fleet: ['default'],
  };
  return names[kind] ?? [];
}

function write(simulation: Simulation, random: Random, kind: string, name: string): void {
  applyOurs(simulation.cluster, kind, name, drawSpec[kind]?.(simulation, random, name) ?? {});
}

function editing(kind: string, name: string, times: Range): FaultKind {
  return {
    name,
    description: `a user creates or rewrites a ${kind}`,
    arrange(simulation, random) {
      scatter(simulation, random, times, () => {
        const object = random.pick(namesOf(simulation, kind));
        write(simulation, random, kind, object);
        return `a user writes ${kind} ${object}`;
      });
    },
  };
}

function deletePod({ cluster }: Simulation, pod: KubernetesObject, random: Random): void {
  cluster.remove(identityOf(pod), { gracePeriodSeconds: random.chance(0.5) ? 0 : undefined });
}

interface Deleting {
  readonly name: string;
  readonly times: Range;
  readonly propagations: readonly Propagation[];
  /** Probability that the user creates the object again, and the longest delay. */
  readonly recreation: { readonly probability: number; readonly mostSeconds: number };
}

function recreate(simulation: Simulation, random: Random, kind: string, name: string): void {
  attempt(() => {
    write(simulation, random, kind, name);
    return name;
  });
}

function deleting(kind: string, { name, times, propagations, recreation }: Deleting): FaultKind {
  return {
    name,
    description: `a user deletes a ${kind} (${propagations.join(', ')}) and may create it again`,
    arrange(simulation, random) {
      const { cluster, clock } = simulation;
      scatter(simulation, random, times, () => {
        const object = random.pick(namesOf(simulation, kind));
        const propagation = random.pick(propagations);
        const isRecreated = random.chance(recreation.probability);
        const afterMilliseconds = random.integer(0, recreation.mostSeconds * SECOND);
        cluster.remove({ kind, name: object }, { propagation });
        if (isRecreated) clock.schedule(afterMilliseconds, () => recreate(simulation, random, kind, object));
        const back = isRecreated ? ` and creates it again ${afterMilliseconds / SECOND} s later` : '';
        return `a user deletes ${kind} ${object} (${propagation})${back}`;
      });
    },
  };
}

const withoutOrphans = ['Background', 'Foreground'] as const;

/** Deletes an object that Metacontroller created and creates again. */
function deletingManaged(kind: string, name: string): FaultKind {
  return {
    name,
    description: `a user deletes a ${kind} that Metacontroller manages`,
    arrange(simulation, random) {
      scatter(simulation, random, [0, 3], () => {
        const object = pickName(simulation, random, kind);
        const propagation = random.pick(withoutOrphans);
        if (object === undefined) return undefined;
        simulation.cluster.remove({ kind, name: object }, { propagation });
        return `a user deletes ${kind} ${object} (${propagation})`;
      });
    },
  };
}

export const userFaults: readonly FaultKind[] = [
  editing('PullPolicy', 'policies-edited', [0, 4]),
  editing('CachedImage', 'images-edited', [0, 6]),
  editing('CachedImageSet', 'sets-edited', [0, 4]),
  editing('DiscoveryPolicy', 'discovery-edited', [0, 2]),
  deleting('PullPolicy', {
    name: 'policies-deleted',
    times: [0, 2],
    propagations: withoutOrphans,
    recreation: { probability: 0.8, mostSeconds: 30 },
  }),
  deleting('CachedImage', {
    name: 'images-deleted',
    times: [0, 4],
    propagations: [...withoutOrphans, 'Orphan'],
    recreation: { probability: 0.6, mostSeconds: 20 },
  }),
  deleting('CachedImageSet', {
    name: 'sets-deleted',
    times: [0, 2],
    propagations: [...withoutOrphans, 'Orphan'],
    recreation: { probability: 0.6, mostSeconds: 20 },
  }),
  deleting('DiscoveryPolicy', {
    name: 'discovery-deleted',
    times: [0, 2],
    propagations: withoutOrphans,
    recreation: { probability: 0.7, mostSeconds: 60 },
  }),
  deleting('Fleet', {
    name: 'fleet-deleted',
    times: [0, 2],
    propagations: withoutOrphans,
    recreation: { probability: 1, mostSeconds: 30 },
  }),
  deletingManaged('PolicyView', 'views-deleted'),
  deletingManaged('NodeCache', 'node-caches-deleted'),
  deletingManaged('CachedImage', 'children-deleted'),
  {
    name: 'pods-deleted',
    description: 'a user deletes a pull Pod',
    arrange(simulation, random) {
      scatter(simulation, random, [0, 6], () => {
        const pods = simulation.cluster.store.list('Pod');
        const pod = pods[Math.floor(random.next() * pods.length)];
        if (pod === undefined) return undefined;
        deletePod(simulation, pod, random);
        return `a user deletes Pod ${pod.metadata.name}`;
      });
    },
  },
  {
    name: 'secrets-change',
    description: 'the pull Secret is created or deleted',
    arrange(simulation, random) {
      scatter(simulation, random, [0, 3], () => {
        if (random.chance(0.5)) {
          applySecret(simulation.cluster);
          return 'the pull Secret is created';
        }
        simulation.cluster.remove({ kind: 'Secret', name: SECRET, namespace: 'drop-system' });
        return 'the pull Secret is deleted';
      });
    },
  },
];
