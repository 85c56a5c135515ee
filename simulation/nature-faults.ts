// What befalls nodes, kubelets, registries, quotas and discovery sources.

import { FAULTY_MILLISECONDS, type FaultKind, scatter, scatterSpells, someName } from './fault.ts';
import { DEDICATED_TAINT, drawSaying, POOLS, referenceOf, SOURCES, TAGS } from './specs.ts';
import { publish, SECOND, unlessGone } from './world.ts';

export const natureFaults: readonly FaultKind[] = [
  {
    name: 'nodes-replaced',
    description: 'another machine comes under the name of a node',
    arrange(world, random) {
      scatter(world, random, [0, 4], () => {
        const name = someName(world, random, 'Node');
        if (name === undefined) return undefined;
        world.cluster.replaceNode(name);
        return `${name} is replaced`;
      });
    },
  },
  {
    name: 'nodes-come-and-go',
    description: 'a node leaves, and one of that name joins later',
    arrange(world, random) {
      scatter(world, random, [0, 3], () => {
        const name = someName(world, random, 'Node');
        const awayMilliseconds = random.integer(0, 60 * SECOND);
        if (name === undefined) return undefined;
        const { description } = world.cluster.machine(name);
        world.cluster.removeNode(name);
        world.clock.schedule(awayMilliseconds, () => unlessGone(() => world.cluster.addNode(description)));
        return `${name} leaves for ${awayMilliseconds / 1000} s`;
      });
    },
  },
  {
    name: 'nodes-relabelled',
    description: 'a node changes its labels',
    arrange(world, random) {
      scatter(world, random, [0, 5], () => {
        const name = someName(world, random, 'Node');
        const pool = random.pick(POOLS);
        if (name === undefined) return undefined;
        world.cluster.setNodeLabels(name, { pool });
        return `${name} is relabelled pool=${pool}`;
      });
    },
  },
  {
    name: 'nodes-tainted',
    description: 'a node gets a taint, or loses all',
    arrange(world, random) {
      scatter(world, random, [0, 4], () => {
        const name = someName(world, random, 'Node');
        const effect = random.pick(['NoSchedule', 'NoExecute', 'PreferNoSchedule', undefined]);
        if (name === undefined) return undefined;
        world.cluster.setTaints(name, effect === undefined ? [] : [{ ...DEDICATED_TAINT, effect }]);
        return `${name} is tainted ${effect ?? 'no more'}`;
      });
    },
  },
  {
    name: 'nodes-cordoned',
    description: 'a node is cordoned or uncordoned',
    arrange(world, random) {
      scatter(world, random, [0, 5], () => {
        const name = someName(world, random, 'Node');
        const isCordoned = random.chance(0.6);
        if (name === undefined) return undefined;
        world.cluster.cordon(name, isCordoned);
        return `${name} is ${isCordoned ? 'cordoned' : 'uncordoned'}`;
      });
    },
  },
  {
    name: 'kubelets-die',
    description: 'a kubelet dies, maybe in the middle of a pull, and comes back',
    arrange(world, random) {
      const { cluster, clock } = world;
      scatter(world, random, [0, 4], () => {
        const name = someName(world, random, 'Node');
        const deadMilliseconds = random.integer(1, 120) * SECOND;
        if (name === undefined) return undefined;
        const machine = cluster.machine(name);
        cluster.killKubelet(name);
        clock.schedule(deadMilliseconds, () => {
          const isSame = cluster.store.find({ kind: 'Node', name }) !== undefined && cluster.machine(name) === machine;
          if (isSame) cluster.reviveKubelet(name);
        });
        return `the kubelet of ${name} dies for ${deadMilliseconds / SECOND} s`;
      });
    },
  },
  {
    name: 'kubelets-hang',
    description: 'a pull stands still on a node',
    arrange(world, random) {
      const { cluster, clock, images } = world;
      scatter(world, random, [0, 5], () => {
        const name = someName(world, random, 'Node');
        const reference = referenceOf(random.pick(images), random.pick(TAGS));
        const hangingMilliseconds = random.integer(5, 200) * SECOND;
        if (name === undefined) return undefined;
        const { kubelet } = cluster.machine(name);
        kubelet.hang(reference);
        clock.schedule(hangingMilliseconds, () => kubelet.release(reference));
        return `pulls of ${reference} hang on ${name} for ${hangingMilliseconds / SECOND} s`;
      });
    },
  },
  {
    name: 'late-statuses',
    description: 'kubelets write statuses late: some are skipped, and those of several nodes come out of order',
    arrange({ points }, random) {
      const most = random.pick([1, 5, 20]) * SECOND;
      points.add('statusLagMilliseconds', () => (random.chance(0.4) ? random.integer(0, most) : 0));
    },
  },
  {
    name: 'registry-down',
    description: 'the registry refuses connections for a while',
    arrange(world, random) {
      scatterSpells(world, random, {
        times: [0, 3],
        lengthMilliseconds: [1 * SECOND, 60 * SECOND],
        begin() {
          world.cluster.registry.setDown(true);
          return 'the registry is down';
        },
        end: () => world.cluster.registry.setDown(false),
      });
    },
  },
  {
    name: 'registry-slow',
    description: 'downloads take many times as long for a while',
    arrange(world, random) {
      scatterSpells(world, random, {
        times: [0, 2],
        lengthMilliseconds: [5 * SECOND, 100 * SECOND],
        begin() {
          const factor = random.pick([3, 20, 100]);
          world.cluster.registry.setSlowness(factor);
          return `the registry is ${factor} times as slow`;
        },
        end: () => world.cluster.registry.setSlowness(1),
      });
    },
  },
  {
    name: 'registry-limits-rate',
    description: 'the registry answers some requests with 429 for a while',
    arrange(world, random) {
      scatterSpells(world, random, {
        times: [0, 2],
        lengthMilliseconds: [5 * SECOND, 100 * SECOND],
        begin() {
          world.cluster.registry.setRateLimit(() => random.chance(0.5));
          return 'the registry limits the rate';
        },
        end: () => world.cluster.registry.setRateLimit(undefined),
      });
    },
  },
  {
    name: 'tags-move',
    description: 'a tag comes to mean another image, or disappears for a while',
    arrange(world, random) {
      scatter(world, random, [0, 4], () => {
        const [image, tag] = [random.pick(world.images), random.pick(TAGS)];
        if (random.chance(0.3)) {
          world.cluster.registry.removeTag(referenceOf(image, tag));
          return `${image}:${tag} is removed from the registry`;
        }
        publish(world, image, tag, random);
        return `${image}:${tag} moves`;
      });
    },
  },
  {
    name: 'quota',
    description: 'a quota refuses new Pods, or new children of sets, for a while',
    arrange(world, random) {
      scatterSpells(world, random, {
        times: [0, 2],
        lengthMilliseconds: [2 * SECOND, 90 * SECOND],
        begin() {
          const refused = random.pick(['Pod', 'CachedImage', 'NodeCache']);
          world.quota.refuses = (kind) => kind === refused;
          return `a quota refuses every new ${refused}`;
        },
        end() {
          world.quota.refuses = () => false;
        },
      });
    },
  },
  {
    name: 'discovery-fails',
    description: 'a discovery source fails, or gives nothing, for a while',
    arrange(world, random) {
      const { sources, clock, images } = world;
      scatter(world, random, [0, 5], () => {
        const endpoint = random.pick(SOURCES);
        const failure = random.pick(['ConnectionRefused', 'Timeout', 'Unauthorized', 'ServerError', 'empty'] as const);
        sources.say(endpoint, failure === 'empty' ? new Map() : failure);
        const after = Math.min(random.integer(5, 120) * SECOND, FAULTY_MILLISECONDS);
        const saying = drawSaying(random, images);
        clock.schedule(after, () => sources.say(endpoint, saying));
        return `${endpoint} says ${failure} for ${after / SECOND} s`;
      });
    },
  },
  {
    name: 'discovery-changes',
    description: 'a discovery source gives other images',
    arrange(world, random) {
      scatter(world, random, [0, 4], () => {
        const endpoint = random.pick(SOURCES);
        world.sources.say(endpoint, drawSaying(random, world.images));
        return `${endpoint} gives other images`;
      });
    },
  },
];
