// Metacontroller can lose a status write without a word; nothing may stay wrong for ever because of it.
import { expect, test } from 'vitest';
import type { Faults } from '../../simulator/faults.ts';
import { allCached, imageStatus, MINUTE, publish, SECOND, startScenario, wantImage } from './scenario.ts';

test.each(['drop-fleets', 'drop-cachedimages', 'drop-pullpolicies'])(
  'the status that %s writes is lost for a while: a node that joins meanwhile is warmed all the same',
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
