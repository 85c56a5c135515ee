// How a kubelet reports the status of its Node: from a cached list of images, at the instants of its own timers.
import type { ApiStore } from './api-store.ts';
import type { Clock } from './clock.ts';
import { sameJson } from './json.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { imagesInStatus, type ListedImage, listImages, type NodeImages } from './node-images.ts';
import { conditionsOfNode, reportedConditions } from './node-object.ts';
import type { Random } from './random.ts';

/** Interval at which kubelet's image garbage collection manager lists the images again. */
const REFRESH_MILLISECONDS = 30_000;
/** kubelet's `nodeStatusUpdateFrequency`: a changed status is written with the next of these instants. */
const UPDATE_MILLISECONDS = 10_000;
/** kubelet's `nodeStatusReportFrequency`: the interval of an unchanged status. */
const HEARTBEAT_MILLISECONDS = 300_000;
/** Longest time in which the container runtime lists the images after a start of the kubelet. */
const LONGEST_FIRST_REFRESH_MILLISECONDS = 2000;

export interface NodeStatusOptions {
  readonly clock: Clock;
  readonly store: ApiStore;
  /** Draws the phases of the timers. */
  readonly random: Random;
  readonly images: NodeImages;
  readonly nodeName: string;
  /** UID of the machine's own Node; a later Node of the same name belongs to another machine. */
  readonly nodeUid: string;
  /** kubelet's `nodeStatusMaxImages`; called for every report. */
  readonly maxImages: () => number;
}

export interface NodeStatusReporter {
  /** The kubelet of a new machine starts. The first heartbeat is due at a random instant. */
  start(firstHeartbeatMilliseconds: number): void;
  /** The kubelet starts again and reports at once, with an empty list unless the runtime lists the images in time. */
  restart(): void;
  /** The kubelet dies: nothing is reported. */
  stop(): void;
  /** The images of the node have changed; the kubelet notices it with its next refresh. */
  imagesChanged(): void;
  /** The limit of the reported images has changed. */
  limitChanged(): void;
}

interface ReporterState extends NodeStatusOptions {
  isRunning: boolean;
  /** The images at the last refresh; empty before the first one. */
  cachedImages: readonly ListedImage[];
  /** Instants in milliseconds since the epoch. The timers repeat before and after the last two. */
  firstRefreshAt: number;
  someRefreshAt: number;
  someUpdateAt: number;
  /** Undefined while none is scheduled. */
  cancelRefresh: (() => void) | undefined;
  cancelUpdate: (() => void) | undefined;
  cancelHeartbeat: () => void;
}

/** Milliseconds until the next instant of a timer, at least 1. */
function untilNext(nowMilliseconds: number, someInstant: number, interval: number): number {
  const sinceLast = (((nowMilliseconds - someInstant) % interval) + interval) % interval;
  return interval - sinceLast;
}

function findNode({ store, nodeName, nodeUid }: ReporterState): KubernetesObject | undefined {
  const node = store.find({ kind: 'Node', name: nodeName });
  return node?.metadata.uid === nodeUid ? node : undefined;
}

function currentImages({ cachedImages, maxImages }: ReporterState) {
  return imagesInStatus(cachedImages, maxImages());
}

function write(state: ReporterState): void {
  state.cancelUpdate?.();
  state.cancelUpdate = undefined;
  const node = findNode(state);
  if (node === undefined) return;
  const conditions = reportedConditions(conditionsOfNode(node), state.clock.now());
  state.store.updateStatus({ ...node, status: { ...node.status, conditions, images: currentImages(state) } });
}

/** Whether the Node lacks what the kubelet would report now. */
function isOutdated(state: ReporterState): boolean {
  const node = findNode(state);
  return node !== undefined && !sameJson(node.status?.images ?? [], currentImages(state));
}

/** Schedules an update only if there is a change, so that an idle machine causes no events. */
function updateIfOutdated(state: ReporterState): void {
  if (!state.isRunning || state.cancelUpdate !== undefined || !isOutdated(state)) return;
  const delay = untilNext(state.clock.now(), state.someUpdateAt, UPDATE_MILLISECONDS);
  state.cancelUpdate = state.clock.schedule(delay, () => {
    state.cancelUpdate = undefined;
    if (isOutdated(state)) write(state);
  });
}

function refresh(state: ReporterState): void {
  state.cancelRefresh = undefined;
  state.cachedImages = listImages(state.images);
  updateIfOutdated(state);
}

/** Schedules a refresh only after a change of the images, so that an idle machine causes no events. */
function scheduleRefresh(state: ReporterState): void {
  if (!state.isRunning || state.cancelRefresh !== undefined) return;
  const now = state.clock.now();
  const untilFirst = state.firstRefreshAt - now;
  const delay = untilFirst > 0 ? untilFirst : untilNext(now, state.someRefreshAt, REFRESH_MILLISECONDS);
  state.cancelRefresh = state.clock.schedule(delay, () => refresh(state));
}

function startHeartbeat(state: ReporterState, milliseconds: number): void {
  state.cancelHeartbeat = state.clock.schedule(milliseconds, () => {
    write(state);
    startHeartbeat(state, HEARTBEAT_MILLISECONDS);
  });
}

/**
 * kubelet's `wait.Until` refreshes right after a start, at the same time as the first status update. Afterwards its
 * intervals drift apart from those of the status, so the phases are drawn.
 */
function startTimers(state: ReporterState): void {
  const { clock, random } = state;
  const isInTime = random.chance(0.5);
  const firstRefreshMilliseconds = random.integer(1, LONGEST_FIRST_REFRESH_MILLISECONDS);
  state.isRunning = true;
  state.cachedImages = isInTime ? listImages(state.images) : [];
  state.firstRefreshAt = clock.now() + (isInTime ? 0 : firstRefreshMilliseconds);
  state.someRefreshAt = clock.now() + random.integer(0, REFRESH_MILLISECONDS - 1);
  state.someUpdateAt = clock.now() + random.integer(0, UPDATE_MILLISECONDS - 1);
  if (!isInTime && state.images.layers.size > 0) scheduleRefresh(state);
}

function stop(state: ReporterState): void {
  state.isRunning = false;
  state.cancelRefresh?.();
  state.cancelUpdate?.();
  state.cancelHeartbeat();
  state.cancelRefresh = undefined;
  state.cancelUpdate = undefined;
}

/** Reports nothing until it is started. */
export function createNodeStatusReporter(options: NodeStatusOptions): NodeStatusReporter {
  const state: ReporterState = {
    ...options,
    isRunning: false,
    cachedImages: [],
    firstRefreshAt: 0,
    someRefreshAt: 0,
    someUpdateAt: 0,
    cancelRefresh: undefined,
    cancelUpdate: undefined,
    cancelHeartbeat: () => {},
  };
  return {
    start(firstHeartbeatMilliseconds) {
      startTimers(state);
      updateIfOutdated(state);
      startHeartbeat(state, firstHeartbeatMilliseconds);
    },
    restart() {
      startTimers(state);
      write(state);
      startHeartbeat(state, HEARTBEAT_MILLISECONDS);
    },
    stop: () => stop(state),
    imagesChanged: () => scheduleRefresh(state),
    limitChanged: () => updateIfOutdated(state),
  };
}
