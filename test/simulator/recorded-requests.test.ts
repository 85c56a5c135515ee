// Compares requests recorded from a real Metacontroller with those that the simulator sends.
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

/** Path and schema of each hook, and how the file names of its recordings begin. */
const hooks: readonly (readonly [string, string, z.ZodType])[] = [
  ['/hooks/cachedimages/customize', 'composite-customize-cachedimage', cachedImageCustomizeRequest],
  ['/hooks/pullpolicies/customize', 'composite-customize-pullpolicy', pullPolicyCustomizeRequest],
  ['/hooks/cachedimages/sync', 'composite-sync-cachedimage', cachedImageSyncRequest],
  ['/hooks/pullpolicies/sync', 'composite-sync-pullpolicy', pullPolicySyncRequest],
  ['/hooks/nodes/sync', 'decorator-sync-node', nodeSyncRequest],
];

const recordings: readonly Recording[] = readdirSync(folder).map((name) => {
  const [path, , schema] = hooks.find(([, beginning]) => name.startsWith(beginning)) ?? [];
  if (path === undefined || schema === undefined) throw new Error(`no hook of the table matches the recording ${name}`);
  return { name, path, schema };
});

const recorded = ({ name }: Recording) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Body;

/** Simulated requests by path. */
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

const simulatedFor = ({ path }: { readonly path: string }) => simulated.get(path) ?? [];
const parentKeys = (request: Body) => keys(request.parent ?? request.object).filter((key) => key !== 'status');

test.each(hooks)('the simulator sends requests to %s that its schema accepts', (path, _beginning, schema) => {
  const requests = simulatedFor({ path });
  expect(requests.length).toBeGreaterThan(0);
  for (const request of requests) expect(schema.safeParse(request)).toMatchObject({ success: true });
});

const rows = recordings.map((recording) => [recording.name, recording] as const);

test.each(rows)('the recorded request %s has the same keys as a simulated one', (_, recording) => {
  const real = recorded(recording);
  expect(recording.schema.safeParse(real)).toMatchObject({ success: true });
  for (const request of simulatedFor(recording)) {
    expect(keys(request)).toEqual(keys(real));
    expect(keys(request.controller)).toEqual(keys(real.controller));
    expect(parentKeys(request)).toEqual(parentKeys(real));
    expect(request.finalizing).toBe(real.finalizing);
  }
});
