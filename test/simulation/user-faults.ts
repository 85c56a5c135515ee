// What users do at any moment: edit, delete and recreate objects of every kind.
import type { Propagation } from '../../simulator/deletion.ts';
import { identityOf, type KubernetesObject } from '../../simulator/kubernetes-object.ts';
import type { Random } from '../../simulator/random.ts';
import { type FaultKind, scatter, someName, tryIt } from './fault.ts';
import { applyOurs, applySecret, SECOND, type SimulatedCluster } from './simulated-cluster.ts';
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

/** What users own, and how they would write it. */
const drawSpec: Readonly<Record<string, (world: SimulatedCluster, random: Random, name: string) => Spec>> = {
  PullPolicy: (_world, random) => drawPolicySpec(random),
  CachedImage: (_world, random, name) => drawImageSpec(random, name),
  CachedImageSet: ({ images }, random) => drawSetSpec(random, images),
  DiscoveryPolicy: (_world, random) => drawDiscoverySpec(random),
  Fleet: () => ({}),
};

function namesOf({ images }: SimulatedCluster, kind: string): readonly string[] {
  const names: Readonly<Record<string, readonly string[]>> = {
    PullPolicy: POLICIES,
    CachedImage: images,
    CachedImageSet: SETS,
    DiscoveryPolicy: [DISCOVERY],
    Fleet: ['default'],
  };
  return names[kind] ?? [];
}

function write(world: SimulatedCluster, random: Random, kind: string, name: string): void {
  applyOurs(world.cluster, kind, name, drawSpec[kind]?.(world, random, name) ?? {});
}

function editing(kind: string, name: string, times: readonly [number, number]): FaultKind {
  return {
    name,
    description: `a user writes a ${kind} anew`,
    arrange(world, random) {
      scatter(world, random, times, () => {
        const object = random.pick(namesOf(world, kind));
        write(world, random, kind, object);
        return `a user writes ${kind} ${object}`;
      });
    },
  };
}

function deletePod({ cluster }: SimulatedCluster, pod: KubernetesObject, random: Random): void {
  cluster.remove(identityOf(pod), { gracePeriodSeconds: random.chance(0.5) ? 0 : undefined });
}

interface Deleting {
  readonly name: string;
  readonly times: readonly [number, number];
  readonly propagations: readonly Propagation[];
  /** How probably the user makes it again, within so many seconds. */
  readonly recreation: { readonly probability: number; readonly mostSeconds: number };
}

function recreate(world: SimulatedCluster, random: Random, kind: string, name: string): void {
  tryIt(() => {
    write(world, random, kind, name);
    return name;
  });
}

function deleting(kind: string, { name, times, propagations, recreation }: Deleting): FaultKind {
  return {
    name,
    description: `a user deletes a ${kind} (${propagations.join(', ')}), and may make it anew`,
    arrange(world, random) {
      const { cluster, clock } = world;
      scatter(world, random, times, () => {
        const object = random.pick(namesOf(world, kind));
        const propagation = random.pick(propagations);
        const comesBack = random.chance(recreation.probability);
        const afterMilliseconds = random.integer(0, recreation.mostSeconds * SECOND);
        cluster.remove({ kind, name: object }, { propagation });
        if (comesBack) clock.schedule(afterMilliseconds, () => recreate(world, random, kind, object));
        const back = comesBack ? `, makes it anew ${afterMilliseconds / SECOND} s later` : '';
        return `a user deletes ${kind} ${object} (${propagation})${back}`;
      });
    },
  };
}

const gently = ['Background', 'Foreground'] as const;

/** What Metacontroller made, and would make again. */
function deletingMade(kind: string, name: string): FaultKind {
  return {
    name,
    description: `a user deletes a ${kind} that Metacontroller made`,
    arrange(world, random) {
      scatter(world, random, [0, 3], () => {
        const object = someName(world, random, kind);
        const propagation = random.pick(gently);
        if (object === undefined) return undefined;
        world.cluster.remove({ kind, name: object }, { propagation });
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
    propagations: gently,
    recreation: { probability: 0.8, mostSeconds: 30 },
  }),
  deleting('CachedImage', {
    name: 'images-deleted',
    times: [0, 4],
    propagations: [...gently, 'Orphan'],
    recreation: { probability: 0.6, mostSeconds: 20 },
  }),
  deleting('CachedImageSet', {
    name: 'sets-deleted',
    times: [0, 2],
    propagations: [...gently, 'Orphan'],
    recreation: { probability: 0.6, mostSeconds: 20 },
  }),
  deleting('DiscoveryPolicy', {
    name: 'discovery-deleted',
    times: [0, 2],
    propagations: gently,
    recreation: { probability: 0.7, mostSeconds: 60 },
  }),
  deleting('Fleet', {
    name: 'fleet-deleted',
    times: [0, 2],
    propagations: gently,
    recreation: { probability: 1, mostSeconds: 30 },
  }),
  deletingMade('PolicyView', 'views-deleted'),
  deletingMade('NodeCache', 'node-caches-deleted'),
  deletingMade('CachedImage', 'children-deleted'),
  {
    name: 'pods-deleted',
    description: 'a user deletes a pull Pod',
    arrange(world, random) {
      scatter(world, random, [0, 6], () => {
        const pods = world.cluster.store.list('Pod');
        const pod = pods[Math.floor(random.next() * pods.length)];
        if (pod === undefined) return undefined;
        deletePod(world, pod, random);
        return `a user deletes Pod ${pod.metadata.name}`;
      });
    },
  },
  {
    name: 'secrets-change',
    description: 'the pull secret comes or goes',
    arrange(world, random) {
      scatter(world, random, [0, 3], () => {
        if (random.chance(0.5)) {
          applySecret(world.cluster);
          return 'the pull secret comes';
        }
        world.cluster.remove({ kind: 'Secret', name: SECRET, namespace: 'drop-system' });
        return 'the pull secret goes';
      });
    },
  },
];
