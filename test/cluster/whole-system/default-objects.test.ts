// The Fleet and the PullPolicy `default` and the Inventories follow the values of the chart, on a real Metacontroller.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../waiting.ts';
import { ApiError, type ClusterObject } from '../client.ts';
import type { Cluster } from '../cluster.ts';
import { describeWith } from '../requirements.ts';
import { type Installation, install, NAMESPACE_PATH } from './installation.ts';

const GROUP_PATH = '/apis/drop.corewire.io/v1alpha1';
const FLEET_PATH = `${GROUP_PATH}/fleets/default`;
const POLICY_PATH = `${GROUP_PATH}/pullpolicies/default`;
const INVENTORIES_PATH = `${GROUP_PATH}/inventories`;
const OWNER_PATH = '/apis/metacontroller.k8s.io/v1alpha1/decoratorcontrollers/drop-defaults';
const POD_PATH = `${NAMESPACE_PATH}/pods/drop-default-0`;
/** Kubernetes' garbage collector looks for new kinds every 30 s, and ignores owners of other kinds. */
const COLLECTION_LIMIT_MILLISECONDS = 90_000;
/** Longer than Metacontroller needs for a sync. */
const SETTLING_MILLISECONDS = 3_000;
const firstInventories = ['0-of-4', '1-of-4', '2-of-4', '3-of-4'];

describeWith(['controlPlane', 'helm', 'metacontroller'], 'the Fleet, the PullPolicy and the Inventories', () => {
  let installation: Installation;
  let cluster: Cluster;

  beforeAll(async () => {
    installation = await install({ values: ['defaultPullPolicy.spec.repullInterval=24h'] });
    ({ cluster } = installation);
  });
  afterAll(() => installation.remove());

  async function find(path: string): Promise<ClusterObject | undefined> {
    try {
      return await cluster.get(path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  const policySpec = async () => (await cluster.get(POLICY_PATH)).spec;
  const inventoryNames = async () => (await cluster.list(INVENTORIES_PATH)).map(({ metadata }) => metadata.name).sort();
  const settle = () => new Promise((resolve) => setTimeout(resolve, SETTLING_MILLISECONDS));

  it('the Inventories of the default count are created', async () => {
    await eventually(async () => expect(await inventoryNames()).toEqual(firstInventories));
  });

  it('all are created and controlled by drop-defaults', async () => {
    const { metadata } = await cluster.get(OWNER_PATH);
    for (const path of [FLEET_PATH, POLICY_PATH, `${INVENTORIES_PATH}/0-of-4`]) {
      const { ownerReferences } = (await cluster.get(path)).metadata as unknown as { ownerReferences: unknown };
      expect(ownerReferences).toEqual([
        expect.objectContaining({ kind: 'DecoratorController', name: 'drop-defaults', uid: metadata.uid }),
      ]);
    }
    expect(await policySpec()).toMatchObject({
      maxConcurrentNodes: 1,
      minDelayBetweenPulls: '10s',
      repullInterval: '24h',
    });
  });

  it('an upgrade changes and removes fields of the same PullPolicy', async () => {
    const { uid } = (await cluster.get(POLICY_PATH)).metadata;
    await installation.upgrade(['defaultPullPolicy.spec.maxConcurrentNodes=3']);
    await eventually(async () => expect(await policySpec()).toMatchObject({ maxConcurrentNodes: 3 }));
    expect(await policySpec()).not.toHaveProperty('repullInterval');
    expect((await cluster.get(POLICY_PATH)).metadata.uid).toBe(uid);
  });

  it('an edit of a field that the chart sets is reverted, and any other edit stays', async () => {
    await cluster.patch(POLICY_PATH, { spec: { maxConcurrentNodes: 9, paused: true } });
    await eventually(async () => expect(await policySpec()).toMatchObject({ maxConcurrentNodes: 3 }));
    await settle();
    expect(await policySpec()).toMatchObject({ maxConcurrentNodes: 3, paused: true });
  });

  it('a changed count deletes the Inventories and creates those of the new count', async () => {
    await installation.upgrade(['inventory.count=2']);
    await eventually(async () => expect(await inventoryNames()).toEqual(['0-of-2', '1-of-2']));
  });

  it('a deleted Inventory is created again', async () => {
    const path = `${INVENTORIES_PATH}/1-of-2`;
    const { uid } = (await cluster.get(path)).metadata;
    await cluster.remove(path);
    await eventually(async () => expect((await cluster.get(path)).metadata.uid).not.toBe(uid));
  });

  it('an Inventory of another owner is left alone, and the others are created', async () => {
    const foreign = {
      apiVersion: 'drop.corewire.io/v1alpha1',
      kind: 'Inventory',
      metadata: { name: '1-of-3' },
      spec: {},
    };
    await cluster.apply([foreign]);
    await installation.upgrade(['inventory.count=3']);
    await eventually(async () => expect(await inventoryNames()).toEqual(['0-of-3', '1-of-3', '2-of-3']));
    await settle();
    expect((await cluster.get(`${INVENTORIES_PATH}/1-of-3`)).metadata).not.toHaveProperty('ownerReferences');
  });

  it('a count of 0 deletes the Inventories of drop-defaults', async () => {
    await installation.upgrade(['inventory.count=0']);
    await eventually(async () => expect(await inventoryNames()).toEqual(['1-of-3']));
    await cluster.remove(`${INVENTORIES_PATH}/1-of-3`);
    await installation.upgrade(['inventory.count=2']);
    await eventually(async () => expect(await inventoryNames()).toEqual(['0-of-2', '1-of-2']));
  });

  it('a rollback restores the spec and the Inventories of the first revision', async () => {
    await cluster.helm(['rollback', 'drop', '1', '-n', 'drop-system']);
    await eventually(async () =>
      expect(await policySpec()).toMatchObject({ maxConcurrentNodes: 1, repullInterval: '24h' }),
    );
    await eventually(async () => expect(await inventoryNames()).toEqual(firstInventories));
  });

  it('an unreadable annotation changes nothing', async () => {
    const annotations = {
      'drop.corewire.io/pull-policy-spec': 'broken',
      'drop.corewire.io/inventory-count': 'broken',
    };
    await cluster.patch(OWNER_PATH, { metadata: { annotations } });
    await eventually(() => expect(installation.serviceLog()).toContain('is not a JSON object'));
    await settle();
    expect(await policySpec()).toMatchObject({ maxConcurrentNodes: 1, repullInterval: '24h' });
    expect(await inventoryNames()).toEqual(firstInventories);
  });

  it('create=false deletes the PullPolicy', async () => {
    await installation.upgrade(['defaultPullPolicy.create=false']);
    await eventually(async () => expect(await find(POLICY_PATH)).toBeUndefined());
    expect(await find(FLEET_PATH)).toBeDefined();
  });

  it('a PullPolicy of the user is left alone, and replaced only after its deletion', async () => {
    const apiVersion = 'drop.corewire.io/v1alpha1';
    const spec = { maxConcurrentNodes: 7 };
    await cluster.apply([{ apiVersion, kind: 'PullPolicy', metadata: { name: 'default' }, spec }]);
    await installation.upgrade(['defaultPullPolicy.spec.maxConcurrentNodes=2']);
    await settle();
    expect(await policySpec()).toMatchObject({ maxConcurrentNodes: 7 });
    await cluster.remove(POLICY_PATH);
    await eventually(async () => expect(await policySpec()).toMatchObject({ maxConcurrentNodes: 2 }));
  });

  it('uninstalling collects all of them with the pull Pods of the policy, and keeps other objects', async () => {
    const { uid } = (await cluster.get(POLICY_PATH)).metadata;
    const apiVersion = 'drop.corewire.io/v1alpha1';
    await cluster.create(`${GROUP_PATH}/cachedimages`, {
      apiVersion,
      kind: 'CachedImage',
      metadata: { name: 'kept' },
      spec: { image: 'docker.io/library/alpine' },
    });
    await cluster.create(
      `${NAMESPACE_PATH}/pods`,
      restrictedPod({ apiVersion, kind: 'PullPolicy', name: 'default', uid }),
    );
    await cluster.helm(['uninstall', 'drop', '-n', 'drop-system', '--wait']);
    await eventually(async () => {
      expect(await Promise.all([FLEET_PATH, POLICY_PATH, POD_PATH].map(find))).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect(await inventoryNames()).toEqual([]);
    }, COLLECTION_LIMIT_MILLISECONDS);
    expect(await find(`${GROUP_PATH}/cachedimages/kept`)).toBeDefined();
  });
});

/** A Pod that hangs, owned as a pull Pod is. */
function restrictedPod(owner: object): object {
  return {
    metadata: { name: 'drop-default-0', ownerReferences: [owner] },
    spec: {
      securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'pull',
          image: 'docker.io/library/alpine',
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  };
}
