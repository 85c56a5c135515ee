// The health checks for Argo CD, run by Lua on the statuses that the syncs return: every reason has its health.
import { describe, expect, it } from 'vitest';
import { kinds } from '../../crds/kinds.ts';
import { type Reason, type ReasonEntry, reasons } from '../../hooks/reasons.ts';
import { argocdPatch, healthCheckOf, healthChecks } from '../../scripts/argocd-health.ts';
import { type SyncedStatus, syncedStatuses } from '../hooks/synced-statuses.ts';
import { type Health, hasLua, healthOf } from './lua.ts';

/** Argo CD does not look at kinds that only Drop writes. */
type HealthKind = Exclude<SyncedStatus['kind'], 'Inventory'>;
type HealthName = 'Healthy' | 'Progressing' | 'Suspended' | 'Degraded';

interface Status {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Readonly<Record<string, unknown>>[];
}

const GENERATION = 1;

/** The health for each reason of the condition Ready. */
const expected: Readonly<Record<HealthKind, Partial<Record<HealthName, readonly Reason[]>>>> = {
  CachedImage: {
    Healthy: ['Cached'],
    Progressing: ['Pending', 'Pulling', 'FleetNotFound', 'ImageRemovedFromNode'],
    Suspended: ['Paused'],
    Degraded: [
      'InvalidSpec',
      'PolicyNotFound',
      'NoMatchingNodes',
      'ErrImagePull',
      'ImagePullBackOff',
      'InvalidImageName',
      'ErrImageNeverPull',
      'RegistryUnavailable',
      'SignatureValidationFailed',
      'ImageInspectError',
      'PullTimeout',
      'NodeNotReady',
      'InitContainerFailed',
      'PodMutated',
      'PodFailed',
    ],
  },
  CachedImageSet: {
    Healthy: ['AllReady', 'Empty'],
    Progressing: ['Progressing', 'Pending', 'DiscoveryPending'],
    Degraded: [
      'InvalidSpec',
      'Degraded',
      'DiscoveryPolicyNotFound',
      'ConnectionRefused',
      'DNSError',
      'Timeout',
      'TLSError',
      'Unauthorized',
      'Forbidden',
      'NotFound',
      'RateLimited',
      'ServerError',
      'BadResponse',
      'SecretNotFound',
      'ProxyError',
    ],
  },
  PullPolicy: {
    Healthy: ['Active'],
    Progressing: ['FleetNotFound'],
    Suspended: ['Paused'],
    Degraded: ['InvalidSpec'],
  },
  DiscoveryPolicy: {
    Healthy: ['Synced'],
    Progressing: ['Pending'],
    Degraded: [
      'InvalidSpec',
      'EmptyResult',
      'ConnectionRefused',
      'DNSError',
      'Timeout',
      'TLSError',
      'Unauthorized',
      'Forbidden',
      'NotFound',
      'RateLimited',
      'ServerError',
      'BadResponse',
      'SecretNotFound',
      'ProxyError',
    ],
  },
};

const kindNames = Object.keys(expected) as HealthKind[];

const expectedRows = kindNames.flatMap((kind) =>
  Object.entries(expected[kind]).flatMap(([health, names]) => names.map((reason) => ({ kind, reason, health }))),
);

/** Returns the health of one object with this status, whose spec has generation 1. */
function healthWith(kind: HealthKind, status: unknown): Health {
  const object = { kind, metadata: { name: 'x', generation: GENERATION }, status };
  const [health] = healthOf([{ script: healthCheckOf(kind), object }]);
  if (health === undefined) throw new Error('the script returned nothing');
  return health;
}

const conditionOf = (status: unknown, type: string) =>
  (status as Status).conditions?.find((condition) => condition.type === type);

const ready = { type: 'Ready', status: 'True', reason: 'Fine', message: 'all is well', observedGeneration: GENERATION };
const statusWith = (...conditions: readonly object[]) => ({ observedGeneration: GENERATION, conditions });

it('every reason of a condition Ready has an expected health', () => {
  const listed = Object.entries<ReasonEntry>(reasons).flatMap(([reason, { on }]) =>
    on.filter((condition) => condition.endsWith(' Ready')).map((condition) => `${condition} ${reason}`),
  );
  expect(expectedRows.map(({ kind, reason }) => `${kind} Ready ${reason}`).sort()).toEqual(listed.sort());
});

it('every kind for users has a health check in the patch, under the key that Argo CD reads', () => {
  const names = kinds.filter(({ forUsers }) => forUsers).map(({ kind }) => kind);
  expect(Object.keys(healthChecks).sort()).toEqual([...names].sort());
  expect(Object.keys((argocdPatch() as { data: object }).data).sort()).toEqual(
    names.map((kind) => `resource.customizations.health.drop.corewire.io_${kind}`).sort(),
  );
});

const title = hasLua ? 'the health check of Argo CD' : 'the health check of Argo CD (lua5.1 is not installed)';

describe.skipIf(!hasLua)(title, () => {
  const synced = syncedStatuses.map(({ kind, status }) => ({ kind, status, ready: conditionOf(status, 'Ready') }));

  it.each(expectedRows)('shows $kind with the reason $reason as $health', ({ kind, reason, health }) => {
    const rows = synced.filter((row) => row.kind === kind && row.ready?.reason === reason);
    // A policy whose Pods are rejected is tested below.
    const usual = rows.filter(({ status }) => conditionOf(status, 'PodsCreated')?.status !== 'False');
    expect(usual.length).toBeGreaterThan(0);
    for (const { status, ready: condition } of usual) {
      const found = healthWith(kind, status);
      expect(found).toEqual({ status: health, message: `${reason}: ${condition?.message}` });
    }
  });

  describe.each(kindNames)('of a %s', (kind) => {
    it.each([
      ['without a status', undefined],
      ['with an empty status', {}],
      ['without conditions', { observedGeneration: GENERATION }],
      ['with other conditions alone', statusWith({ ...ready, type: 'PodsCreated' })],
      ['of an earlier spec', { ...statusWith(ready), observedGeneration: GENERATION - 1 }],
      ['that names no generation', { conditions: [ready] }],
      ['with a condition Ready of an earlier spec', statusWith({ ...ready, observedGeneration: GENERATION - 1 })],
    ])('is Progressing for an object %s', (_title, status) => {
      const { status: health, message } = healthWith(kind, status);
      expect(health).toBe('Progressing');
      expect(message).toMatch(/^waiting for Drop: /);
    });

    it('accepts conditions without a generation, a reason or a message', () => {
      expect(healthWith(kind, statusWith({ type: 'Ready', status: 'True' })).status).toBe('Healthy');
      expect(healthWith(kind, statusWith({ type: 'Ready', status: 'False' })).status).toBe('Degraded');
    });
  });

  it('shows a CachedImage with a reason of the kubelet as Degraded', () => {
    const failed = { ...ready, status: 'False', reason: 'OutOfpods', message: 'no space' };
    expect(healthWith('CachedImage', statusWith(failed))).toEqual({
      status: 'Degraded',
      message: 'OutOfpods: no space',
    });
  });

  describe('of a PullPolicy whose Pods are rejected', () => {
    const rejected = { type: 'PodsCreated', status: 'False', reason: 'PodRejected', message: 'no quota' };

    it('is Degraded and names the rejection', () => {
      const row = synced.find(({ status }) => conditionOf(status, 'PodsCreated')?.status === 'False');
      const message = conditionOf(row?.status, 'PodsCreated')?.message;
      expect(healthWith('PullPolicy', row?.status)).toEqual({ status: 'Degraded', message: `PodRejected: ${message}` });
    });

    it('is Suspended while the policy is paused', () => {
      const paused = { ...ready, status: 'False', reason: 'Paused' };
      expect(healthWith('PullPolicy', statusWith(paused, rejected)).status).toBe('Suspended');
    });

    it('is Healthy if the rejection is about an earlier spec', () => {
      const earlier = { ...rejected, observedGeneration: GENERATION - 1 };
      expect(healthWith('PullPolicy', statusWith(ready, earlier)).status).toBe('Healthy');
    });
  });

  it('can use neither string, io and os nor a method of text', () => {
    for (const script of ['return string.len("")', 'return io.stdout', 'return os.time()', 'return ("x"):len()']) {
      expect(() => healthOf([{ script, object: {} }])).toThrow(/attempt to (?:index|call)/);
    }
  });
});
