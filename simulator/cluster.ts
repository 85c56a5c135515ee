// A cluster in one process: API server, Kubernetes controllers, Metacontroller, nodes, registries, on a virtual clock.
import { type ApiStore, createApiStore } from './api-store.ts';
import type { Clock } from './clock.ts';
import { type Machine, type MachineDescription, startMachine } from './cluster-node.ts';
import type { RemoveOptions } from './deletion.ts';
import type { Faults } from './faults.ts';
import { startGarbageCollector } from './garbage-collector.ts';
import type { KubernetesObject, Manifest, ObjectIdentity } from './kubernetes-object.ts';
import { type Metacontroller, type MetacontrollerOptions, startMetacontroller } from './metacontroller.ts';
import { type NodeLifecycle, startNodeLifecycle } from './node-lifecycle.ts';
import { cordonedNode, labelledNode, type Taint, taintedNode } from './node-object.ts';
import type { WriteOptions } from './object-changes.ts';
import type { WatchEvent } from './object-table.ts';
import type { PodSpec } from './pod-admission.ts';
import { createPodIndex, type PodIndex } from './pod-index.ts';
import { type PodStart, podStart } from './pod-start.ts';
import { createRandom, type Random } from './random.ts';
import { createRegistry, type Registry } from './registry.ts';

export interface ClusterOptions
  extends Pick<
    MetacontrollerOptions,
    'callHook' | 'controllers' | 'workers' | 'hookMilliseconds' | 'requestMilliseconds'
  > {
  readonly clock: Clock;
  /** Every random number of the cluster comes from this whole number. */
  readonly seed: number;
  /** Lag of Metacontroller's caches: one for all, or asked by kind for each change. */
  readonly lagMilliseconds?: number | ((kind: string) => number) | undefined;
  readonly faults?: Faults | undefined;
  /** Called for every create. A returned text refuses it, as a quota or an admission webhook does. */
  readonly admit?: ((object: Manifest) => string | undefined) | undefined;
  /** Called for every create. Returns the object to create, as a mutating admission webhook does. */
  readonly mutate?: ((object: Manifest) => Manifest) | undefined;
  /** Empty registries unless given. */
  readonly registry?: Registry | undefined;
}

export interface Cluster {
  readonly store: ApiStore;
  readonly registry: Registry;
  readonly metacontroller: Metacontroller;
  readonly podStarts: readonly PodStart[];
  addNode(description: MachineDescription): void;
  /** Removes the Node and its machine. */
  removeNode(name: string): void;
  /**
   * Replaces the machine by a new one of the same name, which holds only the preloaded images of its description.
   * `changes` apply to the description.
   */
  replaceNode(name: string, changes?: Partial<MachineDescription>): void;
  cordon(name: string, isCordoned?: boolean): void;
  /** Sets labels; undefined removes one. */
  setNodeLabels(name: string, labels: Readonly<Record<string, string | undefined>>): void;
  /** Replaces all taints. */
  setTaints(name: string, taints: readonly Taint[]): void;
  /** The kubelet stops reporting; after 40 s the Node becomes unreachable. */
  killKubelet(name: string): void;
  reviveKubelet(name: string): void;
  /** The machine of a Node. Throws for an unknown name. */
  machine(name: string): Machine;
  apply(manifest: Manifest, options?: WriteOptions): KubernetesObject;
  remove(identity: ObjectIdentity, options?: RemoveOptions): void;
}

interface ClusterState {
  readonly clock: Clock;
  readonly store: ApiStore;
  readonly registry: Registry;
  readonly random: Random;
  readonly pods: PodIndex;
  readonly faults: Faults | undefined;
  readonly lifecycle: NodeLifecycle;
  readonly machines: Map<string, Machine>;
  readonly podStarts: PodStart[];
}

function metacontrollerOptions(options: ClusterOptions): Omit<MetacontrollerOptions, 'store' | 'random'> {
  const { lagMilliseconds } = options;
  return {
    ...options,
    lagMilliseconds: typeof lagMilliseconds === 'number' ? () => lagMilliseconds : lagMilliseconds,
  };
}

function onStoreChange({ clock, machines, podStarts }: ClusterState, event: WatchEvent): void {
  if (event.object.kind !== 'Pod') return;
  if (event.type === 'ADDED') podStarts.push(podStart(event.object, clock.now()));
  machines.get((event.object.spec as PodSpec).nodeName ?? '')?.kubelet.podChanged(event);
}

function startParts(options: ClusterOptions, random: Random): ClusterState {
  const { clock } = options;
  const store = createApiStore({ clock, random: random.fork('uids'), admit: options.admit, mutate: options.mutate });
  const registry = options.registry ?? createRegistry();
  const pods = createPodIndex(store);
  startGarbageCollector({ clock, store });
  const lifecycle = startNodeLifecycle({ clock, store });
  const { faults } = options;
  const state = { clock, store, registry, random, pods, faults, lifecycle, machines: new Map(), podStarts: [] };
  store.watch((event) => onStoreChange(state, event));
  return state;
}

function machineOf({ machines }: ClusterState, name: string): Machine {
  const found = machines.get(name);
  if (found === undefined) throw new Error(`there is no machine named ${name}`);
  return found;
}

function addNode(state: ClusterState, description: MachineDescription): void {
  const { clock, store, registry, pods, faults } = state;
  const random = state.random.fork(`machine ${description.name}`);
  const machine = startMachine({ clock, store, registry, pods, faults, random, description });
  state.machines.set(description.name, machine);
}

function removeNode(state: ClusterState, name: string): void {
  machineOf(state, name).die();
  state.machines.delete(name);
  state.store.remove({ kind: 'Node', name });
}

function replaceNode(state: ClusterState, name: string, changes: Partial<MachineDescription>): void {
  const { description } = machineOf(state, name);
  removeNode(state, name);
  addNode(state, { ...description, ...changes, name });
}

function changeNode({ store }: ClusterState, name: string, change: (node: KubernetesObject) => Manifest): void {
  store.update(change(store.get({ kind: 'Node', name })));
}

/** The cluster runs and has no nodes yet. */
export function createCluster(options: ClusterOptions): Cluster {
  const random = createRandom(options.seed);
  const state = startParts(options, random);
  const { store, registry, podStarts, lifecycle } = state;
  return {
    store,
    registry,
    metacontroller: startMetacontroller({ ...metacontrollerOptions(options), store, random }),
    podStarts,
    addNode: (description) => addNode(state, description),
    removeNode: (name) => removeNode(state, name),
    replaceNode: (name, changes = {}) => replaceNode(state, name, changes),
    cordon: (name, isCordoned = true) => changeNode(state, name, (node) => cordonedNode(node, isCordoned)),
    setNodeLabels: (name, labels) => changeNode(state, name, (node) => labelledNode(node, labels)),
    setTaints: (name, taints) => changeNode(state, name, (node) => taintedNode(node, taints)),
    killKubelet(name) {
      machineOf(state, name).die();
      lifecycle.kubeletSilent(name);
    },
    reviveKubelet(name) {
      lifecycle.kubeletHeard(name);
      machineOf(state, name).revive();
    },
    machine: (name) => machineOf(state, name),
    apply: store.apply,
    remove: store.remove,
  };
}
