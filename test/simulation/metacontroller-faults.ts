// Faults of Metacontroller, of its requests to the API server, and of the service.
import { ApiError } from '../../simulator/api-error.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import { identityOf, type Manifest } from '../../simulator/kubernetes-object.ts';
import { type FaultKind, scatter, scatterTemporaryFaults } from './fault.ts';
import { SECOND } from './time.ts';

const CACHED_KINDS = [
  'Pod',
  'Node',
  'NodeCache',
  'Fleet',
  'CachedImage',
  'PullPolicy',
  'PolicyView',
  'CachedImageSet',
  'DiscoveryPolicy',
];
/** After one failed create, the remaining children of the response are created within this time. */
const REMAINING_CREATES_MILLISECONDS = 60;

/**
 * A conflict means that another client changed the object. Metacontroller ignores the conflict of a child, because that
 * change triggers its next sync.
 */
function changeByOthers({ store }: Cluster, manifest: Manifest, nowMilliseconds: number): void {
  const object = store.find(identityOf(manifest));
  if (object === undefined) return;
  const annotations = { ...object.metadata.annotations, 'simulation.example.com/changed': String(nowMilliseconds) };
  store.update({ ...object, metadata: { ...object.metadata, annotations } });
}

export const metacontrollerFaults: readonly FaultKind[] = [
  {
    name: 'cache-lag',
    description: "Metacontroller's caches lag behind the API server, each kind by its own amount",
    arrange({ points, bounds }, random) {
      const most = random.pick([200, 1000, 5000]);
      bounds.lagMilliseconds = Math.max(bounds.lagMilliseconds, most);
      const usual = new Map(CACHED_KINDS.map((kind) => [kind, random.integer(5, random.pick([50, most]))]));
      const drawFor = new Map(CACHED_KINDS.map((kind) => [kind, random.fork(`lag of ${kind}`)]));
      points.add('lagMilliseconds', (kind) => {
        const draw = drawFor.get(kind) ?? random;
        return draw.chance(0.1) ? draw.integer(0, most) : usual.get(kind);
      });
    },
  },
  {
    name: 'slow-workers',
    description: 'a worker waits before it reads its caches',
    arrange({ points }, random) {
      points.add('beforeSync', () => (random.chance(0.1) ? random.integer(0, 800) : 0));
    },
  },
  {
    name: 'repeated-syncs',
    description: 'a sync is repeated although nothing changed',
    arrange({ points }, random) {
      points.add('repeatSync', () => random.chance(0.08));
    },
  },
  {
    name: 'lost-answers',
    description: 'a hook response is lost after the service has decided',
    arrange({ points, eventLog }, random) {
      points.add('dropResponse', ({ controller, key }) => {
        const isLost = random.chance(0.05);
        if (isLost) eventLog.record(`lost response of ${controller} for ${key}`);
        return isLost;
      });
    },
  },
  {
    name: 'lost-status-writes',
    description: 'a status write is dropped silently after four conflicts',
    arrange({ points, eventLog }, random) {
      points.add('loseStatusWrite', ({ controller, key }) => {
        const isLost = random.chance(0.1);
        if (isLost) eventLog.record(`lost status write of ${controller} for ${key}`);
        return isLost;
      });
    },
  },
  {
    name: 'write-conflicts',
    description: 'an update fails with a conflict',
    arrange({ points, cluster, clock }, random) {
      points.add('refuseWrite', (verb, object) => {
        if (!verb.startsWith('update') || !random.chance(0.1)) return undefined;
        if (verb === 'update') clock.schedule(0, () => changeByOthers(cluster, object, clock.now()));
        return new ApiError('Conflict', `${object.metadata.name} has been modified`);
      });
    },
  },
  {
    name: 'creates-fail-half-way',
    description: 'the creates of one response fail from some child on',
    arrange({ points, clock, eventLog }, random) {
      let failsUntil = 0;
      points.add('refuseWrite', (verb, object) => {
        if (verb !== 'create') return undefined;
        if (random.chance(0.12)) failsUntil = clock.now() + REMAINING_CREATES_MILLISECONDS;
        if (clock.now() >= failsUntil) return undefined;
        eventLog.record(`the create of ${object.kind} ${object.metadata.name} fails`);
        return new ApiError('Forbidden', `${object.metadata.name} is forbidden: exceeded quota`);
      });
    },
  },
  {
    name: 'write-outages',
    description: 'the API server refuses every write by Metacontroller for a while',
    arrange(simulation, random) {
      let isOut = false;
      simulation.points.add('refuseWrite', () =>
        isOut ? new ApiError('ServerTimeout', 'the server cannot write at the moment') : undefined,
      );
      scatterTemporaryFaults(simulation, random, {
        times: [1, 3],
        lengthMilliseconds: [1 * SECOND, 25 * SECOND],
        begin() {
          isOut = true;
          return 'the API server refuses writes';
        },
        end() {
          isOut = false;
        },
      });
    },
  },
  {
    name: 'metacontroller-restarts',
    description: 'Metacontroller restarts with empty caches',
    arrange(simulation, random) {
      scatter(simulation, random, [1, 3], () => {
        const downMilliseconds = random.integer(0, 5 * SECOND);
        simulation.cluster.metacontroller.restart(downMilliseconds);
        return `Metacontroller restarts, down for ${downMilliseconds / 1000} s`;
      });
    },
  },
  {
    name: 'service-restarts',
    description: 'the service restarts and loses its memory',
    arrange(simulation, random) {
      scatter(simulation, random, [1, 5], () => {
        simulation.replicas.service.restart();
        return 'the service restarts';
      });
    },
  },
  {
    name: 'two-replicas',
    description: 'two replicas of the service take turns, with clocks up to 2 s apart',
    arrange(simulation, random) {
      const skews = [random.integer(-1000, 1000), random.integer(-1000, 1000)] as const;
      const turnMilliseconds = random.pick([10, 300, 5 * SECOND, 40 * SECOND]);
      simulation.bounds.skewMilliseconds = Math.max(...skews.map(Math.abs), Math.abs(skews[0] - skews[1]));
      simulation.replicas.alternate(skews, turnMilliseconds);
    },
  },
];
