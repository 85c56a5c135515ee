// The whole cluster in one process: API server, its controllers, Metacontroller, nodes and registries, on one virtual clock.
import { type ApiStore, createApiStore, type WriteOptions } from './api-store.ts';
import type { Clock } from './clock.ts';
import { type Machine, type MachineDescription, startMachine } from './cluster-node.ts';
import type { RemoveOptions } from './deletion.ts';
import type { Faults } from './faults.ts';
import { startGarbageCollector } from './garbage-collector.ts';
import type { KubernetesObject, Manifest, ObjectIdentity } from './kubernetes-object.ts';
import { type Metacontroller, type MetacontrollerOptions, startMetacontroller } from './metacontroller.ts';
import { startNodeLifecycle } from './node-lifecycle.ts';
import { type Taint, taintsOfNode } from './node-object.ts';
import type { PodSpec } from './pod-admission.ts';
import { createPodIndex } from './pod-index.ts';
import { createRandom } from './random.ts';
import { createRegistry, type Registry } from './registry.ts';

const UNSCHEDULABLE_TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export interface ClusterOptions
  extends Pick<
    MetacontrollerOptions,
    'callHook' | 'controllers' | 'workers' | 'hookMilliseconds' | 'requestMilliseconds'
  > {
  readonly clock: Clock;
  /** The whole number from which all chance comes. */
  readonly seed: number;
  /** How far Metacontroller's caches are behind: the same for all, or asked by kind for each change. */
  readonly lagMilliseconds?: number | ((kind: string) => number) | undefined;
  readonly faults?: Faults | undefined;
  /** What it says of an object that is created is a refusal, as of a quota or a webhook. */
  readonly admit?: ((object: Manifest) => string | undefined) | undefined;
  /** The registries; empty ones unless given. */
  readonly registry?: Registry | undefined;
}

/** A Pod that began to exist, read off the store and not off anybody's decision. */
export interface PodStart {
  readonly atMilliseconds: number;
  readonly policy: string;
  readonly slot: number;
  /** The CachedImage, as the Pod's label names it. */
  readonly image: string;
  readonly node: string;
  readonly reference: string;
}

export interface Cluster {
  readonly store: ApiStore;
  readonly registry: Registry;
  readonly metacontroller: Metacontroller;
  readonly podStarts: readonly PodStart[];
  addNode(description: MachineDescription): void;
  /** Takes the Node and its machine away. */
  removeNode(name: string): void;
  /** Another machine under the same name, with nothing on it; changes are to its description. */
  replaceNode(name: string, changes?: Partial<MachineDescription>): void;
  cordon(name: string, isCordoned?: boolean): void;
  /** Sets labels, and takes away those given as undefined. */
  setNodeLabels(name: string, labels: Readonly<Record<string, string | undefined>>): void;
  /** Replaces all taints. */
  setTaints(name: string, taints: readonly Taint[]): void;
  /** Nothing is heard of the node any more: after 40 s it is unreachable. */
  killKubelet(name: string): void;
  reviveKubelet(name: string): void;
  /** The machine behind a node: its kubelet and images. Throws where there is none. */
  machine(name: string): Machine;
  apply(manifest: Manifest, options?: WriteOptions): KubernetesObject;
  remove(identity: ObjectIdentity, options?: RemoveOptions): void;
}

function podStart(pod: KubernetesObject, atMilliseconds: number): PodStart {
  const labels = pod.metadata.labels ?? {};
  const spec = pod.spec as PodSpec;
  return {
    atMilliseconds,
    policy: labels['drop.corewire.io/policy'] ?? '',
    slot: Number(labels['drop.corewire.io/slot'] ?? Number.NaN),
    image: labels['drop.corewire.io/cachedimage'] ?? '',
    node: spec.nodeName ?? '',
    reference: spec.containers[0]?.image ?? '',
  };
}

function metacontrollerOptions(options: ClusterOptions): Omit<MetacontrollerOptions, 'store' | 'random'> {
  const { lagMilliseconds } = options;
  return {
    ...options,
    lagMilliseconds: typeof lagMilliseconds === 'number' ? () => lagMilliseconds : lagMilliseconds,
  };
}

/** Takes a clock, a seed, how hooks are called and the controllers to install; gives a running cluster without nodes. */
export function createCluster(options: ClusterOptions): Cluster {
  const { clock, seed } = options;
  const random = createRandom(seed);
  const store = createApiStore({ clock, random: random.fork('uids'), admit: options.admit });
  const registry = options.registry ?? createRegistry(clock);
  const pods = createPodIndex(store);
  const parts = { clock, store, registry, pods, faults: options.faults };
  const machines = new Map<string, Machine>();
  const podStarts: PodStart[] = [];
  startGarbageCollector({ clock, store });
  const lifecycle = startNodeLifecycle({ clock, store });

  store.watch((event) => {
    if (event.object.kind !== 'Pod') return;
    if (event.type === 'ADDED') podStarts.push(podStart(event.object, clock.now()));
    machines.get((event.object.spec as PodSpec).nodeName ?? '')?.kubelet.podChanged(event);
  });

  function machine(name: string): Machine {
    const found = machines.get(name);
    if (found === undefined) throw new Error(`there is no machine ${name}`);
    return found;
  }

  function addNode(description: MachineDescription): void {
    const own = random.fork(`machine ${description.name}`);
    machines.set(description.name, startMachine({ ...parts, random: own, description }));
  }

  function removeNode(name: string): void {
    machine(name).die();
    machines.delete(name);
    store.remove({ kind: 'Node', name });
  }

  function changeNode(name: string, change: (node: KubernetesObject) => Manifest): void {
    store.update(change(store.get({ kind: 'Node', name })));
  }

  return {
    store,
    registry,
    metacontroller: startMetacontroller({ ...metacontrollerOptions(options), store, random }),
    podStarts,
    addNode,
    removeNode,
    replaceNode(name, changes = {}) {
      const { description } = machine(name);
      removeNode(name);
      addNode({ ...description, ...changes, name });
    },
    cordon(name, isCordoned = true) {
      changeNode(name, (node) => {
        const others = taintsOfNode(node).filter(({ key }) => key !== UNSCHEDULABLE_TAINT.key);
        const taints = isCordoned ? [...others, UNSCHEDULABLE_TAINT] : others;
        return { ...node, spec: { ...node.spec, unschedulable: isCordoned || undefined, taints } };
      });
    },
    setNodeLabels(name, labels) {
      changeNode(name, (node) => {
        const all: Record<string, string | undefined> = { ...node.metadata.labels, ...labels };
        const kept = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
        return { ...node, metadata: { ...node.metadata, labels: Object.fromEntries(kept) } };
      });
    },
    setTaints(name, taints) {
      changeNode(name, (node) => ({ ...node, spec: { ...node.spec, taints } }));
    },
    killKubelet(name) {
      machine(name).die();
      lifecycle.kubeletSilent(name);
    },
    reviveKubelet(name) {
      lifecycle.kubeletHeard(name);
      machine(name).revive();
    },
    machine,
    apply: store.apply,
    remove: store.remove,
  };
}
