// Kubernetes' garbage collector: dependents follow their owners by the propagation policy of the delete.
import { expect, test } from 'vitest';
import type { Manifest, ObjectIdentity } from '../../simulator/kubernetes-object.ts';
import { APP, ours, pullPod, tinyCluster } from './tiny-cluster.ts';

const policy: ObjectIdentity = { kind: 'PullPolicy', name: 'default' };
const pod = (name: string): ObjectIdentity => ({ kind: 'Pod', name, namespace: 'drop-system' });

function owned(manifest: Manifest, owner: { kind: string; name: string; uid: string }): Manifest {
  const reference = { apiVersion: 'v1', ...owner, controller: true, blockOwnerDeletion: true };
  return { ...manifest, metadata: { ...manifest.metadata, ownerReferences: [reference] } };
}

/** A policy that owns one Pod; no controller is installed. */
function ownerAndDependent() {
  const tiny = tinyCluster({ controllers: [] });
  const { uid } = tiny.store.create(ours('PullPolicy', 'default')).metadata;
  tiny.store.create(owned(pullPod('a', 'n', APP), { ...policy, uid }));
  return { ...tiny, uid };
}

test('a dependent is deleted shortly after its owner, even if a new object takes the name of the owner', async () => {
  const { store, clock } = ownerAndDependent();
  store.remove(policy);
  expect(store.find(pod('a'))).toBeDefined();
  store.create(ours('PullPolicy', 'default'));
  await clock.runFor(1000);
  expect(store.find(pod('a'))).toBeUndefined();
});

test('a dependent that is created after the deletion of its owner is deleted too', async () => {
  const { store, clock, uid } = ownerAndDependent();
  store.remove(policy);
  await clock.runFor(1000);
  store.create(owned(pullPod('late', 'n', APP), { ...policy, uid }));
  await clock.runFor(1000);
  expect(store.find(pod('late'))).toBeUndefined();
});

test('propagation Orphan keeps the dependent without its owner reference', async () => {
  const { store, clock } = ownerAndDependent();
  store.remove(policy, { propagation: 'Orphan' });
  await clock.runFor(1000);
  expect(store.find(policy)).toBeUndefined();
  expect(store.get(pod('a')).metadata.ownerReferences).toEqual([]);
});

test('propagation Foreground deletes the dependents before the owner', async () => {
  const { store, clock } = ownerAndDependent();
  const order: string[] = [];
  store.watch(({ type, object }) => type === 'DELETED' && order.push(object.kind));
  store.remove(policy, { propagation: 'Foreground' });
  expect(store.get(policy).metadata.deletionTimestamp).toBeDefined();
  await clock.runFor(2000);
  expect(order).toEqual(['Pod', 'PullPolicy']);
});
