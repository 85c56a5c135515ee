// Requests that a real Metacontroller sent and requests that the simulated one sends: one shape, one envelope.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  cachedImageCustomizeRequest,
  cachedImageSyncRequest,
  nodeSyncRequest,
  pullPolicyCustomizeRequest,
  pullPolicySyncRequest,
} from '../../metacontroller/hook-request.ts';
import { createClock } from '../../simulator/clock.ts';
import { installCluster, startReplica } from '../../simulator/installed-cluster.ts';

const folder = resolve(import.meta.dirname, '../fixtures/metacontroller');

type Body = Readonly<Record<string, unknown>>;

interface Recording {
  readonly name: string;
  readonly path: string;
  readonly schema: z.ZodType;
}

/** By the beginning of a recording's file name: the hook that it was sent to, and the shape it is read with. */
const hooks: readonly (readonly [string, string, z.ZodType])[] = [
  ['composite-customize-cachedimage', '/hooks/cachedimages/customize', cachedImageCustomizeRequest],
  ['composite-customize-pullpolicy', '/hooks/pullpolicies/customize', pullPolicyCustomizeRequest],
  ['composite-sync-cachedimage', '/hooks/cachedimages/sync', cachedImageSyncRequest],
  ['composite-sync-pullpolicy', '/hooks/pullpolicies/sync', pullPolicySyncRequest],
  ['decorator-sync-node', '/hooks/nodes/sync', nodeSyncRequest],
];

const recordings: readonly Recording[] = readdirSync(folder).map((name) => {
  const [, path, schema] = hooks.find(([beginning]) => name.startsWith(beginning)) ?? [];
  if (path === undefined || schema === undefined) throw new Error(`nobody knows to which hook ${name} was sent`);
  return { name, path, schema };
});

const recorded = ({ name }: Recording) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Body;

const simulated = new Map<string, Body[]>();

const keys = (value: unknown) => Object.keys(value ?? {}).sort();

beforeAll(async () => {
  const clock = createClock(Date.UTC(2026, 10, 21));
  const replica = startReplica({ clock });
  const { cluster } = installCluster({
    clock,
    seed: 1,
    service: {
      ...replica,
      callHook(path, body, timeoutSeconds) {
        simulated.set(path, [...(simulated.get(path) ?? []), JSON.parse(JSON.stringify(body)) as Body]);
        return replica.callHook(path, body, timeoutSeconds);
      },
    },
  });
  cluster.addNode({ name: 'node-0' });
  cluster.registry.addHost('registry.example.com');
  cluster.apply({
    apiVersion: 'drop.corewire.io/v1alpha1',
    kind: 'CachedImage',
    metadata: { name: 'app' },
    spec: { image: 'registry.example.com/app', tag: 'v1' },
  });
  await clock.runFor(30_000);
});

test.each(recordings)('$name is read by the shape of its hook', (recording) => {
  expect(recording.schema.safeParse(recorded(recording))).toMatchObject({ success: true });
});

test.each(hooks)('%s: every simulated request to %s is read by the same shape', (_, path, schema) => {
  const requests = simulated.get(path) ?? [];
  expect(requests.length).toBeGreaterThan(0);
  for (const request of requests) expect(schema.safeParse(request)).toMatchObject({ success: true });
});

test.each(recordings.map((recording) => [recording.name, recording] as const))(
  '%s: a simulated request has the keys of the recorded one',
  (_, recording) => {
    const real = recorded(recording);
    const requests = simulated.get(recording.path) ?? [];
    expect(requests.length).toBeGreaterThan(0);
    for (const request of requests) {
      expect(keys(request)).toEqual(keys(real));
      expect(keys(request.controller)).toEqual(keys(real.controller));
      expect(request.finalizing).toBe(real.finalizing);
    }
  },
);

test.each(recordings.map((recording) => [recording.name, recording] as const))(
  '%s: the parent has the same fields at the top',
  (_, recording) => {
    const parentOf = (request: Body) => keys(request.parent ?? request.object).filter((key) => key !== 'status');
    for (const request of simulated.get(recording.path) ?? []) {
      expect(parentOf(request)).toEqual(parentOf(recorded(recording)));
    }
  },
);
