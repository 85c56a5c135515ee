// Metacontroller can drop a status write silently. The next syncs must repair the effect.
import { expect, test } from 'vitest';
import type { Faults } from '../../simulator/faults.ts';
import { allCached, imageStatus, MINUTE, publish, SECOND, startScenario, wantImage } from './scenario.ts';

test.each(['drop-fleets', 'drop-cachedimages', 'drop-pullpolicies'])(
  'a new node gets its image although the status writes of %s are lost for a while',
  async (controller) => {
    const faults: Faults = {};
    const { cluster, clock } = startScenario({ nodes: 2, faults });
    publish(cluster, 'app');
    wantImage(cluster, 'app');
    await clock.runUntil(() => allCached(cluster), 5 * MINUTE);
    faults.loseStatusWrite = (sync) => sync.controller === controller;
    cluster.addNode({ name: 'node-9' });
    await clock.runFor(15 * SECOND);
    faults.loseStatusWrite = undefined;
    expect(await clock.runUntil(() => imageStatus(cluster, 'app').ready === '3/3', 2 * MINUTE)).toBe(true);
  },
);
