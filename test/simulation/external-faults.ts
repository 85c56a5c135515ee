// Faults of registries, quotas and discovery sources.
import type { Random } from '../../simulator/random.ts';
import { FAULTY_MILLISECONDS, type FaultKind, scatter, scatterTemporaryFaults, type TemporaryFault } from './fault.ts';
import type { Simulation } from './simulation.ts';
import { drawSourceResponse, referenceOf, SOURCES, TAGS } from './specs.ts';
import { SECOND } from './time.ts';
import { publish } from './user-actions.ts';

interface TemporaryFaultKind extends Pick<TemporaryFault, 'times' | 'lengthMilliseconds'> {
  readonly name: string;
  readonly description: string;
  /** Returns a text for the event log. */
  readonly begin: (simulation: Simulation, random: Random) => string;
  readonly end: (simulation: Simulation) => void;
}

function temporaryFault({ name, description, begin, end, ...durations }: TemporaryFaultKind): FaultKind {
  return {
    name,
    description,
    arrange(simulation, random) {
      scatterTemporaryFaults(simulation, random, {
        ...durations,
        begin: () => begin(simulation, random),
        end: () => end(simulation),
      });
    },
  };
}

const registryFaults: readonly FaultKind[] = [
  temporaryFault({
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
  temporaryFault({
    name: 'registry-slow',
    description: 'downloads take many times as long for a while',
    times: [0, 2],
    lengthMilliseconds: [5 * SECOND, 100 * SECOND],
    begin({ cluster }, random) {
      const factor = random.pick([3, 20, 100]);
      cluster.registry.setSlowness(factor);
      return `downloads take ${factor} times as long`;
    },
    end: ({ cluster }) => cluster.registry.setSlowness(1),
  }),
  temporaryFault({
    name: 'registry-limits-rate',
    description: 'the registry returns 429 for some requests for a while',
    times: [0, 2],
    lengthMilliseconds: [5 * SECOND, 100 * SECOND],
    begin({ cluster }, random) {
      cluster.registry.setRateLimit(() => random.chance(0.5));
      return 'the registry limits the request rate';
    },
    end: ({ cluster }) => cluster.registry.setRateLimit(undefined),
  }),
  {
    name: 'tags-move',
    description: 'a tag is moved to another image, or removed for a while',
    arrange(simulation, random) {
      scatter(simulation, random, [0, 4], () => {
        const [image, tag] = [random.pick(simulation.images), random.pick(TAGS)];
        if (random.chance(0.3)) {
          simulation.cluster.registry.removeTag(referenceOf(image, tag));
          return `${image}:${tag} is removed from the registry`;
        }
        publish(simulation, image, tag, random);
        return `${image}:${tag} is moved to another image`;
      });
    },
  },
];

const discoveryFaults: readonly FaultKind[] = [
  {
    name: 'discovery-fails',
    description: 'a discovery source fails, or returns nothing, for a while',
    arrange(simulation, random) {
      const { sources, clock, images } = simulation;
      scatter(simulation, random, [0, 5], () => {
        const endpoint = random.pick(SOURCES);
        const failure = random.pick(['ConnectionRefused', 'Timeout', 'Unauthorized', 'ServerError', 'empty'] as const);
        sources.setResponse(endpoint, failure === 'empty' ? new Map() : failure);
        const after = Math.min(random.integer(5, 120) * SECOND, FAULTY_MILLISECONDS);
        const response = drawSourceResponse(random, images);
        clock.schedule(after, () => sources.setResponse(endpoint, response));
        const what = failure === 'empty' ? 'returns nothing' : `fails with ${failure}`;
        return `${endpoint} ${what} for ${after / SECOND} s`;
      });
    },
  },
  {
    name: 'discovery-changes',
    description: 'a discovery source returns other images',
    arrange(simulation, random) {
      scatter(simulation, random, [0, 4], () => {
        const endpoint = random.pick(SOURCES);
        simulation.sources.setResponse(endpoint, drawSourceResponse(random, simulation.images));
        return `${endpoint} returns other images`;
      });
    },
  },
];

export const externalFaults: readonly FaultKind[] = [
  ...registryFaults,
  temporaryFault({
    name: 'quota',
    description: 'a quota refuses new Pods, CachedImages or NodeCaches for a while',
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
  ...discoveryFaults,
];
