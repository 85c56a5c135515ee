// A simulated cluster and what observes it. Its size and its objects are drawn from a seed, unless they are given.
import { createClock } from '../../simulator/clock.ts';
import { installCluster } from '../../simulator/installed-cluster.ts';
import type { Manifest } from '../../simulator/kubernetes-object.ts';
import { createRandom, type Random } from '../../simulator/random.ts';
import { createEventLog, type EventLog } from './event-log.ts';
import { createFaultPoints } from './fault-points.ts';
import { createHistories } from './histories.ts';
import { KINDS_WITH_HISTORY, type ObservedCluster } from './observed-cluster.ts';
import { createReplicas, type Replicas, type ServiceMode, type Tampering } from './replicas.ts';
import { createSources, type Sources } from './sources.ts';
import { drawPolicySpec } from './specs.ts';
import { START } from './time.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly nodes?: number | undefined;
  readonly images?: number | undefined;
  /** `table` unless given. */
  readonly serviceMode?: ServiceMode | undefined;
  readonly tampering?: Tampering | undefined;
}

export interface Simulation extends ObservedCluster {
  readonly seed: number;
  readonly random: Random;
  readonly replicas: Replicas;
  readonly sources: Sources;
  readonly eventLog: EventLog;
  readonly nodeCount: number;
  /** Names of the images in the registry, with or without a CachedImage. */
  readonly images: readonly string[];
  /** Whether the API server refuses creates of a kind, as a quota does. */
  readonly quota: { refuses: (kind: string) => boolean };
  /** Mutating admission webhooks: each changes every Pod that is created. */
  readonly webhooks: ((pod: Manifest) => Manifest)[];
}

function drawSizes({ nodes, images }: SimulationOptions, random: Random): readonly [number, number] {
  const [drawnNodes, drawnImages] = [random.integer(3, 8), random.integer(2, 6)];
  return [nodes ?? drawnNodes, images ?? drawnImages];
}

/** The cluster has no nodes and no faults yet; `populate` fills it. */
export function createSimulation(options: SimulationOptions): Simulation {
  const { seed, serviceMode = 'table', tampering } = options;
  const clock = createClock(START);
  const random = createRandom(seed);
  const [nodeCount, imageCount] = drawSizes(options, random.fork('sizes'));
  const sources = createSources(clock.now);
  const replicas = createReplicas({ clock, runDiscovery: sources.runDiscovery, serviceMode, tampering });
  const points = createFaultPoints();
  const quota: Simulation['quota'] = { refuses: () => false };
  const webhooks: Simulation['webhooks'] = [];
  const { cluster } = installCluster({
    clock,
    seed,
    faults: points.faults,
    service: replicas.service,
    defaultPolicy: drawPolicySpec(random.fork('policy default')),
    admit: ({ kind }) => (quota.refuses(kind) ? 'exceeded quota' : undefined),
    mutate: (object) => (object.kind === 'Pod' ? webhooks.reduce((pod, webhook) => webhook(pod), object) : object),
  });
  return {
    seed,
    random,
    clock,
    cluster,
    replicas,
    sources,
    points,
    histories: createHistories(cluster.store, clock, KINDS_WITH_HISTORY),
    eventLog: createEventLog(cluster.store, clock, START),
    bounds: { lagMilliseconds: 20, skewMilliseconds: 0 },
    nodeCount,
    images: Array.from({ length: imageCount }, (_, index) => `image-${index}`),
    quota,
    webhooks,
  };
}
