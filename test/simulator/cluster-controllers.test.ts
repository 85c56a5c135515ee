// Proves Kubernetes' own controllers (garbage collection, node lifecycle) and the caches of Metacontroller.
import { describe, expect, test } from 'vitest';
import { createApiStore } from '../../simulator/api-store.ts';
import { createClock } from '../../simulator/clock.ts';
import { createInformer } from '../../simulator/informer.ts';
import type { Manifest, ObjectIdentity } from '../../simulator/kubernetes-object.ts';
import { createRandom } from '../../simulator/random.ts';
import { APP, ours, pullPod, START_MILLISECONDS, tinyCluster } from './tiny-cluster.ts';

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

describe('garbage collection', () => {
  test('a dependent goes shortly after its owner', async () => {
    const { store, clock } = ownerAndDependent();
    store.remove(policy);
    expect(store.find(pod('a'))).toBeDefined();
    await clock.runFor(1000);
    expect(store.find(pod('a'))).toBeUndefined();
  });

  test('a new object of the same name does not keep it: owners are told apart by uid', async () => {
    const { store, clock } = ownerAndDependent();
    store.remove(policy);
    store.create(ours('PullPolicy', 'default'));
    await clock.runFor(1000);
    expect(store.find(pod('a'))).toBeUndefined();
  });

  test('a dependent that is created after its owner went goes too', async () => {
    const { store, clock, uid } = ownerAndDependent();
    store.remove(policy);
    await clock.runFor(1000);
    store.create(owned(pullPod('late', 'n', APP), { ...policy, uid }));
    await clock.runFor(1000);
    expect(store.find(pod('late'))).toBeUndefined();
  });

  test('orphan: the dependent stays, without its owner', async () => {
    const { store, clock } = ownerAndDependent();
    store.remove(policy, { propagation: 'Orphan' });
    await clock.runFor(1000);
    expect(store.find(policy)).toBeUndefined();
    expect(store.get(pod('a')).metadata.ownerReferences).toEqual([]);
  });

  test('foreground: the owner waits for its dependents', async () => {
    const { store, clock } = ownerAndDependent();
    const order: string[] = [];
    store.watch(({ type, object }) => type === 'DELETED' && order.push(object.kind));
    store.remove(policy, { propagation: 'Foreground' });
    expect(store.get(policy).metadata.deletionTimestamp).toBeDefined();
    await clock.runFor(2000);
    expect(order).toEqual(['Pod', 'PullPolicy']);
  });
});

describe('nodes', () => {
  const readyOf = (conditions: unknown) =>
    (conditions as { type: string; status: string }[]).find(({ type }) => type === 'Ready')?.status;

  /** A node with a Pod that cannot be pulled, so that it stays. */
  async function nodeWithPod(more: object = {}) {
    const tiny = tinyCluster({ controllers: [] });
    tiny.cluster.addNode({ name: 'node-a' });
    tiny.store.create(pullPod('a', 'node-a', 'nohost.invalid/x:1', more));
    await tiny.clock.runFor(5000);
    const node = () => tiny.store.get({ kind: 'Node', name: 'node-a' });
    return { ...tiny, node };
  }

  test('a silent kubelet: after 40 s the node is Unknown and tainted', async () => {
    const { cluster, clock, node } = await nodeWithPod();
    expect(readyOf(node().status?.conditions)).toBe('True');
    cluster.killKubelet('node-a');
    await clock.runFor(39_000);
    expect(readyOf(node().status?.conditions)).toBe('True');
    await clock.runFor(2000);
    expect(readyOf(node().status?.conditions)).toBe('Unknown');
    expect(node().spec?.taints).toMatchObject([
      { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' },
      { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' },
    ]);
    cluster.reviveKubelet('node-a');
    expect(readyOf(node().status?.conditions)).toBe('True');
    expect(node().spec).toEqual({});
  });

  test('a short silence is not noticed', async () => {
    const { cluster, clock, node } = await nodeWithPod();
    cluster.killKubelet('node-a');
    await clock.runFor(20_000);
    cluster.reviveKubelet('node-a');
    await clock.runFor(60_000);
    expect(readyOf(node().status?.conditions)).toBe('True');
  });

  test.each([
    ['the default tolerations', {}, 300],
    ['a toleration of 60 s', { tolerations: [{ operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }] }, 60],
  ])('with %s its Pods are evicted when these end', async (_, more, seconds) => {
    const { cluster, clock, store } = await nodeWithPod(more);
    cluster.killKubelet('node-a');
    await clock.runFor((40 + seconds) * 1000 - 1);
    expect(store.find(pod('a'))).toBeDefined();
    await clock.runFor(2);
    expect(store.find(pod('a'))).toBeUndefined();
  });

  test('a toleration without an end keeps them', async () => {
    const { cluster, clock, store } = await nodeWithPod({ tolerations: [{ operator: 'Exists' }] });
    cluster.killKubelet('node-a');
    await clock.runFor(24 * 3_600_000);
    expect(store.find(pod('a'))).toBeDefined();
  });

  test('a NoExecute taint evicts at once what does not tolerate it, NoSchedule evicts nothing', async () => {
    const { cluster, clock, store } = await nodeWithPod();
    cluster.setTaints('node-a', [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }]);
    await clock.runFor(1000);
    expect(store.find(pod('a'))).toBeDefined();
    cluster.setTaints('node-a', [{ key: 'gpu', value: 'yes', effect: 'NoExecute' }]);
    await clock.runFor(1000);
    expect(store.find(pod('a'))).toBeUndefined();
  });

  test('Pods of a node that is gone go 40 s later, unless a node of the name is back', async () => {
    const { cluster, clock, store } = await nodeWithPod();
    cluster.removeNode('node-a');
    await clock.runFor(39_000);
    expect(store.find(pod('a'))).toBeDefined();
    await clock.runFor(2000);
    expect(store.find(pod('a'))).toBeUndefined();
    store.create(pullPod('b', 'never-there', APP));
    await clock.runFor(41_000);
    expect(store.find(pod('b'))).toBeUndefined();
    cluster.addNode({ name: 'node-a' });
    store.create(pullPod('c', 'node-a', 'nohost.invalid/x:1'));
    cluster.replaceNode('node-a');
    await clock.runFor(60_000);
    expect(store.find(pod('c'))?.status).toHaveProperty('containerStatuses');
  });

  test('can be cordoned, labelled and tainted', async () => {
    const { cluster, node } = await nodeWithPod();
    cluster.cordon('node-a');
    expect(node().spec).toMatchObject({ unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable' }] });
    cluster.cordon('node-a', false);
    expect(node().spec).toEqual({ taints: [] });
    cluster.setNodeLabels('node-a', { pool: 'x', 'beta.kubernetes.io/os': undefined });
    expect(node().metadata.labels).toMatchObject({ pool: 'x', 'kubernetes.io/hostname': 'node-a' });
    expect(node().metadata.labels).not.toHaveProperty(['beta.kubernetes.io/os']);
  });
});

describe('informer', () => {
  function cached(lagMilliseconds: () => number) {
    const clock = createClock(START_MILLISECONDS);
    const store = createApiStore({ clock, random: createRandom(1) });
    const informer = createInformer({ clock, store, kind: 'CachedImage', lagMilliseconds });
    const seen: string[] = [];
    informer.addHandler({
      added: ({ metadata }) => seen.push(`added ${metadata.name} ${metadata.generation}`),
      updated: (before, { metadata }) =>
        seen.push(`updated ${metadata.name} ${before.metadata.generation}-${metadata.generation}`),
      deleted: ({ metadata }) => seen.push(`deleted ${metadata.name}`),
      synced: () => seen.push('synced'),
    });
    return { clock, store, informer, seen };
  }

  const image = (name: string, priority = 0) => ours('CachedImage', name, { image: name, priority });

  test('lists first, then follows, behind by its lag', async () => {
    const { clock, store, informer, seen } = cached(() => 100);
    store.apply(image('a'));
    expect(informer.hasSynced()).toBe(false);
    await clock.runFor(100);
    expect(seen).toEqual(['added a 1', 'synced']);
    store.apply(image('a', 1));
    await clock.runFor(99);
    expect(informer.get('a')?.metadata.generation).toBe(1);
    await clock.runFor(1);
    expect(informer.get('a')?.metadata.generation).toBe(2);
    store.remove({ kind: 'CachedImage', name: 'a' });
    await clock.runFor(100);
    expect(informer.get('a')).toBeUndefined();
    expect(seen).toEqual(['added a 1', 'synced', 'updated a 1-2', 'deleted a']);
  });

  test('never goes backwards, however the lag changes', async () => {
    let lag = 0;
    const { clock, store, seen } = cached(() => lag);
    await clock.runFor(1);
    lag = 500;
    store.apply(image('a'));
    lag = 0;
    store.apply(image('a', 1));
    await clock.runFor(1);
    expect(seen).toEqual(['synced']);
    await clock.runFor(500);
    expect(seen).toEqual(['synced', 'added a 1', 'updated a 1-2']);
  });

  test('a restart is cold, and then lists what is there by then', async () => {
    const { clock, store, informer, seen } = cached(() => 100);
    await clock.runFor(200);
    store.apply(image('a'));
    informer.restart(1000);
    store.apply(image('b'));
    await clock.runFor(1099);
    expect(informer.all()).toEqual([]);
    expect(informer.hasSynced()).toBe(false);
    await clock.runFor(1);
    expect(seen).toEqual(['synced', 'added a 1', 'added b 1', 'synced']);
  });
});
