// Faults of the machinery: Metacontroller, its caches and its way to the API server, and the service itself.
import { ApiError } from '../../simulator/api-error.ts';
import type { FaultKind } from './fault.ts';
import { scatter, scatterSpells } from './fault.ts';
import { SECOND } from './simulated-cluster.ts';

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
/** The rest of a list is created within so many milliseconds of the one that failed. */
const REST_OF_A_LIST_MILLISECONDS = 60;

export const machineryFaults: readonly FaultKind[] = [
  {
    name: 'cache-lag',
    description: 'the caches of Metacontroller are behind, each kind by an amount of its own',
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
    description: 'a worker hesitates before it reads its caches',
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
    description: 'an answer is lost after the service computed it',
    arrange({ points, eventLog }, random) {
      points.add('dropResponse', ({ controller, key }) => {
        const isLost = random.chance(0.05);
        if (isLost) eventLog.tell(`lost answer of ${controller} for ${key}`);
        return isLost;
      });
    },
  },
  {
    name: 'lost-status-writes',
    description: 'a status write loses its conflict four times and is given up',
    arrange({ points, eventLog }, random) {
      points.add('loseStatusWrite', ({ controller, key }) => {
        const isLost = random.chance(0.1);
        if (isLost) eventLog.tell(`lost status write of ${controller} for ${key}`);
        return isLost;
      });
    },
  },
  {
    name: 'write-conflicts',
    description: 'an update meets a conflict',
    arrange({ points }, random) {
      points.add('refuseWrite', (verb, object) =>
        verb.startsWith('update') && random.chance(0.1)
          ? new ApiError('Conflict', `${object.metadata.name} has been modified`)
          : undefined,
      );
    },
  },
  {
    name: 'creates-fail-half-way',
    description: 'from some child of a list on, the creation of the rest fails',
    arrange({ points, clock, eventLog }, random) {
      let failsUntil = 0;
      points.add('refuseWrite', (verb, object) => {
        if (verb !== 'create') return undefined;
        if (random.chance(0.12)) failsUntil = clock.now() + REST_OF_A_LIST_MILLISECONDS;
        if (clock.now() >= failsUntil) return undefined;
        eventLog.tell(`creation of ${object.kind} ${object.metadata.name} fails`);
        return new ApiError('Forbidden', `${object.metadata.name} is forbidden: exceeded quota`);
      });
    },
  },
  {
    name: 'write-outages',
    description: 'the API server refuses every write of Metacontroller for a while',
    arrange(world, random) {
      let isOut = false;
      world.points.add('refuseWrite', () =>
        isOut ? new ApiError('ServerTimeout', 'the server cannot write now') : undefined,
      );
      scatterSpells(world, random, {
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
    description: 'Metacontroller is restarted, with cold caches',
    arrange(world, random) {
      scatter(world, random, [1, 3], () => {
        const downMilliseconds = random.integer(0, 5 * SECOND);
        world.cluster.metacontroller.restart(downMilliseconds);
        return `Metacontroller is restarted, down for ${downMilliseconds / 1000} s`;
      });
    },
  },
  {
    name: 'service-restarts',
    description: 'the service is restarted: what it remembered is gone',
    arrange(world, random) {
      scatter(world, random, [1, 5], () => {
        world.replicas.service.restart();
        return 'the service is restarted';
      });
    },
  },
  {
    name: 'two-replicas',
    description: 'two replicas answer in turn, with clocks up to 2 s apart',
    arrange(world, random) {
      const skews = [random.integer(-1000, 1000), random.integer(-1000, 1000)] as const;
      const turnMilliseconds = random.pick([10, 300, 5 * SECOND, 40 * SECOND]);
      world.bounds.skewMilliseconds = Math.max(...skews.map(Math.abs), Math.abs(skews[0] - skews[1]));
      world.replicas.answerInTurn(skews, turnMilliseconds);
    },
  },
];
