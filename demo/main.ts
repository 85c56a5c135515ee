// The main job on a simulated cluster: real service, real manifests, simulated nodes and registries; no decision is made here.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { counted } from '../hooks/status/node-list.ts';
import { ApiError } from '../simulator/api-error.ts';
import { type Clock, createClock } from '../simulator/clock.ts';
import { type Cluster, createCluster } from '../simulator/cluster.ts';
import { applyInstallation, installedControllers } from '../simulator/installed-cluster.ts';
import type { Manifest } from '../simulator/kubernetes-object.ts';
import { demoUsage, type Pace, readArguments } from './arguments.ts';
import { ASSUMED_MEGABYTES, demoNodes, seed, seedFor } from './demo-cluster.ts';
import { ManifestError, readManifests } from './manifests.ts';
import { type KeptPromise, watchPromises } from './promise-checker.ts';
import { openScreen, type Screen } from './screen.ts';
import { startDemoService } from './service.ts';
import { LAST_CHANGE_MILLISECONDS, startSources } from './sources.ts';

const MINUTE_MILLISECONDS = 60_000;
/** A user's own manifests may take longer; beyond this the demo shows how far they got. */
const LONGEST_RUN_MILLISECONDS = 24 * 60 * MINUTE_MILLISECONDS;
const FRAME_MILLISECONDS = 1_000;
/** What the policies of the demo say; a change outside is seen after that at the latest. */
const INTERVAL_MILLISECONDS = 45_000;
/** What holds for so long is no passing state: objects that were just applied are still getting to know each other. */
const SETTLED_MILLISECONDS = 10_000;

/** Lets virtual time pass no faster than the pace, from the first moment on. */
function pacer(pace: Pace) {
  const realStart = Date.now();
  let virtualStart: number | undefined;
  return async (_from: number, to: number): Promise<void> => {
    virtualStart ??= to;
    if (!Number.isFinite(pace)) return;
    const dueIn = (to - virtualStart) / pace - (Date.now() - realStart);
    if (dueIn > 1) await sleep(dueIn);
  };
}

const failingReasons = (cluster: Cluster) =>
  cluster.store.list('CachedImage').map(({ status }) => {
    const conditions = (status?.conditions ?? []) as readonly { type: string; reason: string }[];
    return { status, reason: conditions.find(({ type }) => type === 'Ready')?.reason ?? 'Pending' };
  });

const unsettledReasons = new Set(['Pending', 'Pulling']);

/** An image has settled when nothing but a retry can change it: cached, or every node that lacks it failed at least once. */
function isSettled({ status, reason }: ReturnType<typeof failingReasons>[number]): boolean {
  if (unsettledReasons.has(reason)) return false;
  if (reason !== 'ErrImagePull' && reason !== 'ImagePullBackOff') return true;
  const failing = (status?.failing ?? []) as readonly unknown[];
  return failing.length >= Number(status?.nodesTargeted ?? 0) - Number(status?.nodesReady ?? 0);
}

/** The one that needs a login is to be seen failing again and again. */
const loginFailedTwice = (cluster: Cluster) =>
  Number(cluster.store.find({ kind: 'CachedImage', name: 'auth-fail' })?.status?.consecutiveFailures ?? 2) >= 2;

function hasSettled(cluster: Cluster): boolean {
  const images = failingReasons(cluster);
  return images.length > 0 && images.every(isSettled) && loginFailedTwice(cluster);
}

function applyAll(cluster: Cluster, manifests: readonly Manifest[]): boolean {
  let isClean = true;
  for (const manifest of manifests) {
    const name = `${manifest.kind.toLowerCase()}/${manifest.metadata.name}`;
    try {
      cluster.apply(manifest);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      isClean = false;
      process.stdout.write(`error: ${name}: ${error.message}\n`);
    }
  }
  return isClean;
}

interface Run {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly screen: Screen;
  /** When the world outside has changed for the last time, in milliseconds since the epoch. */
  readonly leastEnd: number;
}

/** Runs until the cluster has been settled for a while; tells whether it came to that. */
async function run({ cluster, clock, screen, leastEnd }: Run): Promise<boolean> {
  const end = clock.now() + LONGEST_RUN_MILLISECONDS;
  let settledSince: number | undefined;
  while (clock.now() < end) {
    screen.draw(clock.now());
    await clock.runFor(FRAME_MILLISECONDS);
    const isOver = clock.now() >= leastEnd && hasSettled(cluster);
    settledSince = isOver ? (settledSince ?? clock.now()) : undefined;
    if (settledSince !== undefined && clock.now() - settledSince >= SETTLED_MILLISECONDS) return true;
  }
  return false;
}

function report(promises: readonly KeptPromise[], starts: number, clock: Clock, startMilliseconds: number): boolean {
  const minutes = ((clock.now() - startMilliseconds) / MINUTE_MILLISECONDS).toFixed(1);
  process.stdout.write(
    `\n${counted(starts, 'pull')} in ${minutes} simulated minutes. What a watch of the API server saw:\n`,
  );
  for (const { kept, sentence } of promises) process.stdout.write(`  ${kept ? 'ok    ' : 'BROKEN'} ${sentence}\n`);
  return promises.every(({ kept }) => kept);
}

async function main(): Promise<number> {
  const options = readArguments(process.argv.slice(2));
  if (options === undefined) {
    process.stderr.write(demoUsage);
    return 2;
  }
  const start = Math.floor(Date.now() / 1000) * 1000;
  const clock = createClock(start, { pace: pacer(options.pace) });
  const sources = await startSources(clock.now);
  const manifests = readManifests(options.file ?? join(import.meta.dirname, 'manifests'), sources.addresses);
  const service = await startDemoService(clock.now);
  const cluster = createCluster({ clock, seed: 1, callHook: service.callHook, controllers: installedControllers() });
  const witness = watchPromises(cluster);
  process.stdout.write(`The service answers on ${service.url}; the cluster is simulated: ${demoNodes.length} nodes.\n`);
  if (options.file !== undefined) {
    process.stdout.write(`Every image in ${options.file} is taken to exist, with ${ASSUMED_MEGABYTES} MB.\n`);
  }
  applyInstallation(cluster);
  if (options.file === undefined) seed(cluster);
  else seedFor(cluster, manifests);
  const isClean = applyAll(cluster, manifests);
  const screen = openScreen(cluster, process.stdout, clock.now);
  const leastEnd = options.file === undefined ? start + LAST_CHANGE_MILLISECONDS + INTERVAL_MILLISECONDS : start;
  const settled = await run({ cluster, clock, screen, leastEnd });
  screen.finish(clock.now());
  const kept = report(witness.promises(), witness.starts(), clock, start);
  if (!settled) process.stdout.write('Not everything has settled within a simulated day.\n');
  await service.stop();
  await sources.stop();
  return isClean && kept && settled ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof ManifestError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 2;
}
