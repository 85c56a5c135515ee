// `npm run demo`: the real service and real manifests on a simulated cluster. The demo itself decides nothing.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readManifests } from '../cli/manifest-files.ts';
import { planTable } from '../cli/plan/plan-table.ts';
import { untilEnded } from '../cli/until-ended.ts';
import { UsageError } from '../cli/usage-error.ts';
import { ApiError } from '../simulator/api-error.ts';
import { type Clock, createClock } from '../simulator/clock.ts';
import { type Cluster, createCluster } from '../simulator/cluster.ts';
import { applyInstallation, installedControllers } from '../simulator/installed-cluster.ts';
import type { Manifest } from '../simulator/kubernetes-object.ts';
import { createFaultPoints } from '../test/simulation/fault-points.ts';
import { type DemoArguments, demoUsage, type Pace, readArguments } from './arguments.ts';
import { ASSUMED_MEGABYTES, demoNodes, seed, seedFor } from './demo-cluster.ts';
import { kubectlTables, meantToFail, notReadyText } from './final-tables.ts';
import { delayTable } from './limit-use.ts';
import { type DemoPage, openDemoPage } from './page.ts';
import { type DemoCluster, type PromiseResult, watchPromises } from './promises.ts';
import { ranksText } from './ranks.ts';
import { type Rollout, watchRollout } from './rollout.ts';
import { openScreen, type Screen } from './screen.ts';
import { startDemoService } from './service.ts';
import { hasSettled } from './settled.ts';
import { LAST_CHANGE_MILLISECONDS, startSources } from './sources.ts';

const MINUTE_MILLISECONDS = 60_000;
/** Manifests of a user may take longer. The demo then shows how far they got. */
const LONGEST_RUN_MILLISECONDS = 24 * 60 * MINUTE_MILLISECONDS;
const FRAME_MILLISECONDS = 1_000;
/** The installation settles before the manifests are applied, as on a real cluster. */
const INSTALLATION_MILLISECONDS = 1_000;
/** Time in which the demo's policies notice a change of a source: their syncInterval and a reserve. */
const DISCOVERY_MILLISECONDS = 45_000;
/** The cluster must stay settled for this time, because new objects need a moment to affect each other. */
const SETTLED_MILLISECONDS = 10_000;

const print = (text: string) => process.stdout.write(text);

/** Slows virtual time down to the pace, in virtual seconds per second. */
function pacer(pace: Pace) {
  let realStart: number | undefined;
  let virtualStart: number | undefined;
  return async (_from: number, to: number): Promise<void> => {
    realStart ??= Date.now();
    virtualStart ??= to;
    if (!Number.isFinite(pace)) return;
    const dueIn = (to - virtualStart) / pace - (Date.now() - realStart);
    if (dueIn > 1) await sleep(dueIn);
  };
}

/** Returns false if the API server refuses a manifest. */
function applyAll(cluster: Cluster, manifests: readonly Manifest[]): boolean {
  let isAccepted = true;
  for (const manifest of manifests) {
    const name = `${manifest.kind.toLowerCase()}/${manifest.metadata.name}`;
    try {
      cluster.apply(manifest);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      isAccepted = false;
      print(`error: ${name}: ${error.message}\n`);
    }
  }
  return isAccepted;
}

interface Run {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly screen: Screen;
  /** Earliest end, in milliseconds since the epoch: when the last change of a source has arrived. */
  readonly leastEnd: number;
}

/** Runs until the cluster has been settled for a while. Returns false if that takes more than a day. */
async function run({ cluster, clock, screen, leastEnd }: Run): Promise<boolean> {
  const end = clock.now() + LONGEST_RUN_MILLISECONDS;
  let settledSince: number | undefined;
  while (clock.now() < end) {
    screen.draw();
    await clock.runFor(FRAME_MILLISECONDS);
    const isOver = clock.now() >= leastEnd && hasSettled(cluster);
    settledSince = isOver ? (settledSince ?? clock.now()) : undefined;
    if (settledSince !== undefined && clock.now() - settledSince >= SETTLED_MILLISECONDS) return true;
  }
  return false;
}

function printPromises(results: readonly PromiseResult[]): void {
  print('\nPromises, checked after every change of the cluster:\n');
  for (const { promise, violation } of results) {
    print(violation === undefined ? `  kept    ${promise}\n` : `  BROKEN  ${promise}: ${violation}\n`);
  }
}

const manifestFolder = join(import.meta.dirname, 'manifests');

/** What happened, as tables. */
function printSummary({ cluster, clock, file }: Demo, rollout: Rollout): void {
  print(kubectlTables(cluster, clock.now()));
  print(notReadyText(cluster, file === undefined ? meantToFail(manifestFolder) : new Map()));
  print(`\nThe pulls, as kubectl drop plan shows them:\n\n${planTable(rollout.plan())}`);
  print(`\n${delayTable(cluster)}`);
  print(ranksText(cluster, clock.now()));
}

interface Demo extends DemoCluster {
  readonly manifests: readonly Manifest[];
  /** Undefined without --ui. */
  readonly page: DemoPage | undefined;
  /** The user's own manifests; undefined for those of the demo. */
  readonly file: string | undefined;
}

async function waitForPage({ url, isOpen }: DemoPage): Promise<void> {
  print(`\nOpen this link. The demo starts when the page is open:\n\n  ${url}\n\n`);
  await isOpen;
}

/** The cluster continues to run, so that the page stays live. */
async function runUntilEnd({ clock }: Demo, pace: Pace): Promise<void> {
  let isEnded = false;
  const ended = untilEnded(process).then(() => {
    isEnded = true;
  });
  print('\nThe page stays open until you press Ctrl-C.\n');
  while (!isEnded && Number.isFinite(pace)) await Promise.race([clock.runFor(FRAME_MILLISECONDS), ended]);
  await ended;
}

/** Returns whether every manifest was accepted, every promise kept and every image settled. */
async function demonstrate(demo: Demo): Promise<boolean> {
  const { cluster, clock, points, manifests, file, page } = demo;
  const start = clock.now();
  const promiseResults = watchPromises({ cluster, clock, points });
  const rollout = watchRollout(cluster, clock);
  applyInstallation(cluster);
  if (file === undefined) seed(cluster);
  else seedFor(cluster, manifests);
  await clock.runFor(INSTALLATION_MILLISECONDS);
  if (page !== undefined) await waitForPage(page);
  const isAccepted = applyAll(cluster, manifests);
  const isPlain = page !== undefined;
  const screen = openScreen({ cluster, clock, rollout, isPlain }, start, process.stdout);
  const leastEnd = file === undefined ? start + LAST_CHANGE_MILLISECONDS + DISCOVERY_MILLISECONDS : start;
  const isSettled = await run({ cluster, clock, screen, leastEnd });
  screen.finish();
  printSummary(demo, rollout);
  const results = promiseResults();
  printPromises(results);
  if (!isSettled) print('\nNot every image has settled within a simulated day.\n');
  const kept = results.filter(({ violation }) => violation === undefined).length;
  const isGood = isAccepted && isSettled && kept === results.length;
  print(`\nResult: ${isGood ? 'good' : 'NOT good'}, ${kept} of ${results.length} promises kept\n`);
  return isGood;
}

async function main({ pace, file, ui }: DemoArguments): Promise<boolean> {
  const clock = createClock(Math.floor(Date.now() / 1000) * 1000, { pace: pacer(pace) });
  const sources = await startSources(clock.now);
  const service = await startDemoService(clock.now);
  let page: DemoPage | undefined;
  try {
    const manifests = readManifests(file ?? manifestFolder, sources.addresses);
    const points = createFaultPoints();
    const controllers = installedControllers();
    const { callHook } = service;
    const cluster = createCluster({ clock, seed: 1, callHook, controllers, faults: points.faults });
    print(`The real service runs on ${service.url}. The cluster is simulated: ${demoNodes.length} nodes.\n`);
    if (file !== undefined) print(`Every image in ${file} is assumed to exist, with ${ASSUMED_MEGABYTES} MB.\n`);
    page = ui ? await openDemoPage(cluster, clock) : undefined;
    const demo = { cluster, clock, points, manifests, file, page };
    const isGood = await demonstrate(demo);
    if (ui) await runUntilEnd(demo, pace);
    return isGood;
  } finally {
    await page?.close();
    await service.stop();
    await sources.stop();
  }
}

const options = readArguments(process.argv.slice(2));
try {
  if (options === undefined) process.stderr.write(demoUsage);
  process.exitCode = options === undefined ? 2 : Number(!(await main(options)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 2;
}
