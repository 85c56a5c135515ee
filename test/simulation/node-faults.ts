// What befalls nodes, kubelets, registries, quotas and discovery sources.
import type { Random } from '../../simulator/random.ts';
import {
  FAULTY_MILLISECONDS,
  type FaultKind,
  type Spell,
  scatter,
  scatterSpells,
  someName,
  type Times,
} from './fault.ts';
import { publish, SECOND, type SimulatedCluster, unlessGone } from './simulated-cluster.ts';
import { DEDICATED_TAINT, drawSaying, POOLS, referenceOf, SOURCES, TAGS } from './specs.ts';

/** Something that befalls a node at random moments. */
interface NodeFault<Drawn> {
  readonly name: string;
  readonly description: string;
  readonly times: Times;
  /** Drawn also where there is no node, so that what comes after is drawn alike. */
  readonly draw: (random: Random, world: SimulatedCluster) => Drawn;
  /** Takes the name of the node and what was drawn; says what it did. */
  readonly act: (world: SimulatedCluster, name: string, drawn: Drawn) => string;
}

function nodeFault<Drawn>({ name, description, times, draw, act }: NodeFault<Drawn>): FaultKind {
  return {
    name,
    description,
    arrange(world, random) {
      scatter(world, random, times, () => {
        const node = someName(world, random, 'Node');
        const drawn = draw(random, world);
        return node === undefined ? undefined : act(world, node, drawn);
      });
    },
  };
}

/** Something that begins at random moments and ends by itself. */
interface SpellFault extends Pick<Spell, 'times' | 'lengthMilliseconds'> {
  readonly name: string;
  readonly description: string;
  readonly begin: (world: SimulatedCluster, random: Random) => string;
  readonly end: (world: SimulatedCluster) => void;
}

function spellFault({ name, description, begin, end, ...temporaryFault }: SpellFault): FaultKind {
  return {
    name,
    description,
    arrange(world, random) {
      scatterSpells(world, random, { ...temporaryFault, begin: () => begin(world, random), end: () => end(world) });
    },
  };
}

const nothing = () => undefined;

export const natureFaults: readonly FaultKind[] = [
  nodeFault({
    name: 'nodes-replaced',
    description: 'another machine comes under the name of a node',
    times: [0, 4],
    draw: nothing,
    act({ cluster }, name) {
      cluster.replaceNode(name);
      return `${name} is replaced`;
    },
  }),
  nodeFault({
    name: 'nodes-come-and-go',
    description: 'a node leaves, and one of that name joins later',
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
    description: 'a node changes its labels',
    times: [0, 5],
    draw: (random) => random.pick(POOLS),
    act({ cluster }, name, pool) {
      cluster.setNodeLabels(name, { pool });
      return `${name} is relabelled pool=${pool}`;
    },
  }),
  nodeFault({
    name: 'nodes-tainted',
    description: 'a node gets a taint, or loses all',
    times: [0, 4],
    draw: (random) => random.pick(['NoSchedule', 'NoExecute', 'PreferNoSchedule', undefined]),
    act({ cluster }, name, effect) {
      cluster.setTaints(name, effect === undefined ? [] : [{ ...DEDICATED_TAINT, effect }]);
      return `${name} is tainted ${effect ?? 'no more'}`;
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
    description: 'a kubelet dies, maybe in the middle of a pull, and comes back',
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
    description: 'a pull stands still on a node',
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
    description: 'kubelets write statuses late: some are skipped, and those of several nodes come out of order',
    arrange({ points }, random) {
      const most = random.pick([1, 5, 20]) * SECOND;
      points.add('statusLagMilliseconds', () => (random.chance(0.4) ? random.integer(0, most) : 0));
    },
  },
  spellFault({
    name: 'registry-down',
    description: 'the registry refuses connections for a while',
    times: [0, 3],
    lengthMilliseconds: [1 * SECOND, 60 * SECOND],
    begin({ cluster }) {
      cluster.registry.setDown(true);
      return 'the registry is down';
    },
    end: ({ cluster }) => cluster.registry.setDown(false),
  }),
  spellFault({
    name: 'registry-slow',
    description: 'downloads take many times as long for a while',
    times: [0, 2],
    lengthMilliseconds: [5 * SECOND, 100 * SECOND],
    begin({ cluster }, random) {
      const factor = random.pick([3, 20, 100]);
      cluster.registry.setSlowness(factor);
      return `the registry is ${factor} times as slow`;
    },
    end: ({ cluster }) => cluster.registry.setSlowness(1),
  }),
  spellFault({
    name: 'registry-limits-rate',
    description: 'the registry answers some requests with 429 for a while',
    times: [0, 2],
    lengthMilliseconds: [5 * SECOND, 100 * SECOND],
    begin({ cluster }, random) {
      cluster.registry.setRateLimit(() => random.chance(0.5));
      return 'the registry limits the rate';
    },
    end: ({ cluster }) => cluster.registry.setRateLimit(undefined),
  }),
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
  spellFault({
    name: 'quota',
    description: 'a quota refuses new Pods, or new children of sets, for a while',
    times: [0, 2],
    lengthMilliseconds: [2 * SECOND, 90 * SECOND],
    begin({ quota }, random) {
      const refused = random.pick(['Pod', 'CachedImage', 'NodeCache']);
      quota.refuses = (kind) => kind === refused;
      return `a quota refuses every new ${refused}`;
    },
    end({ quota }) {
      quota.refuses = () => false;
    },
  }),
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
