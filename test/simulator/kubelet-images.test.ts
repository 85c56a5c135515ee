// The images of a node: how its Node status lists them and how late, and how they leave or arrive without a pull.
import { expect, test } from 'vitest';
import type { MachineDescription } from '../../simulator/cluster-node.ts';
import { oneNode, stateOf } from './one-node.ts';
import { APP, appImage, pullPod } from './tiny-cluster.ts';

const SECOND = 1000;
/** 30 s to the refresh of the kubelet's list and 10 s to the update of the status. */
const LONGEST_DELAY = 40 * SECOND;
const HOST = 'registry.example/team';
const digestOf = (digits: string) => `sha256:${digits.padStart(64, '0')}`;
/** A name that the registry serves as the image with these digits, of 1000 bytes unless given. */
type Published = readonly [name: string, digits: string, sizeBytes?: number];

interface ReportedImage {
  readonly names: readonly string[];
  readonly sizeBytes: number;
}

function reportingNode(description: Partial<MachineDescription> = {}) {
  const one = oneNode(description);
  const { cluster, clock, store } = one;
  const machine = () => cluster.machine('node-a');
  const reported = () => store.get({ kind: 'Node', name: 'node-a' }).status?.images as readonly ReportedImage[];
  const reportedNames = () => reported().map(({ names }) => names.map((name) => name.slice(HOST.length + 1)));
  const publish = ([name, digits, sizeBytes = 1000]: Published) =>
    cluster.registry.setTag(`${HOST}/${name}`, { ...appImage, digest: digestOf(digits), sizeBytes });
  const preload = (...images: readonly Published[]) => {
    for (const image of images) {
      publish(image);
      machine().preload(`${HOST}/${image[0]}`);
    }
  };
  let writes = 0;
  store.watch(({ object }) => {
    if (object.kind === 'Node') writes += 1;
  });
  /** Milliseconds until the Node status lists this number of images; 60 s if it never does. */
  const untilReported = async (count: number) => {
    const from = clock.now();
    await clock.runUntil(() => reported().length === count, 60 * SECOND);
    return clock.now() - from;
  };
  return { ...one, machine, reported, reportedNames, publish, preload, untilReported, writes: () => writes };
}

const threeSizes: readonly Published[] = [
  ['a:v1', '1', 10],
  ['c:v1', '3', 3000],
  ['b:v1', '2', 200],
];
const threeEqual: readonly Published[] = [
  ['a:v1', '2'],
  ['b:v1', '9'],
  ['c:v1', '5'],
];

test.each([
  ['lists the largest image first', {}, threeSizes, 'c b a'],
  ['lists images of the same size in descending order of their digests', {}, threeEqual, 'b c a'],
  ['leaves out the smallest images with nodeStatusMaxImages 2', { nodeStatusMaxImages: 2 }, threeSizes, 'c b'],
  ['lists no image with nodeStatusMaxImages 0', { nodeStatusMaxImages: 0 }, threeSizes, ''],
  ['lists every image with nodeStatusMaxImages -1', { nodeStatusMaxImages: -1 }, threeSizes, 'c b a'],
] as const)('a Node status %s', async (_, description, images, expected) => {
  const { preload, reportedNames, clock } = reportingNode(description);
  preload(...images);
  await clock.runFor(LONGEST_DELAY);
  expect(
    reportedNames()
      .map(([name = '']) => name.slice(0, 1))
      .join(' '),
  ).toBe(expected);
});

test.each([
  ['at most 50 images', {}, 50],
  ['60 of 60 images without a limit', { nodeStatusMaxImages: -1 }, 60],
] as const)('a Node status lists %s', async (_, description, expected) => {
  const { preload, reported, clock } = reportingNode(description);
  for (let index = 1; index <= 60; index += 1) preload([`many-${index}:v1`, `${index}`, index]);
  await clock.runFor(LONGEST_DELAY);
  expect(reported().map(({ sizeBytes }) => sizeBytes)).toEqual(Array.from({ length: expected }, (_x, at) => 60 - at));
});

const named = (name: string, digits: string) => `${name}@${digestOf(digits)}`;

const nameTable: readonly (readonly [string, readonly Published[], readonly (readonly string[])[]])[] = [
  [
    'two tags of one image are one entry, with the digest before the tags',
    [
      ['app:v2', '4'],
      ['app:v1', '4'],
    ],
    [[named('app', '4'), 'app:v1', 'app:v2']],
  ],
  [
    'an image has at most five names in a Node status, digests first',
    [
      ['a:v1', '4'],
      ['b:v1', '4'],
      ['c:v1', '4'],
      ['c:v2', '4'],
    ],
    [[named('a', '4'), named('b', '4'), named('c', '4'), 'a:v1', 'b:v1']],
  ],
  [
    'an image whose tag has moved stays in the Node status under its digest',
    [
      ['app:v1', '4'],
      ['app:v1', '5'],
    ],
    [[named('app', '5'), 'app:v1'], [named('app', '4')]],
  ],
];

test.each(nameTable)('%s', async (_, images, expected) => {
  const { preload, reportedNames, clock } = reportingNode();
  preload(...images);
  await clock.runFor(LONGEST_DELAY);
  expect(reportedNames()).toEqual(expected);
});

test('an image that is pulled by its digest has only this name in the Node status', async () => {
  const { run, reported, clock } = reportingNode();
  const name = `${HOST}/app@${appImage.digest}`;
  await run(pullPod('p', 'node-a', name));
  await clock.runFor(LONGEST_DELAY);
  expect(reported()).toEqual([{ names: [name], sizeBytes: 100_000_000 }]);
});

test('a pulled image appears in the Node status up to 40 s later', async () => {
  const { run, reported, untilReported } = reportingNode();
  await run(pullPod('p', 'node-a', APP), 2 * SECOND);
  expect(await untilReported(1)).toBeLessThanOrEqual(LONGEST_DELAY);
  expect(reported()).toEqual([{ names: [`${HOST}/app@${appImage.digest}`, APP], sizeBytes: 100_000_000 }]);
});

test('changes of the images appear after delays between 0 and 40 s', async () => {
  const { preload, cluster, machine, untilReported, clock } = reportingNode();
  const delays: number[] = [];
  for (let index = 0; index < 60; index += 1) {
    // A restart draws the phases of the timers again.
    cluster.killKubelet('node-a');
    cluster.reviveKubelet('node-a');
    await clock.runFor(5 * SECOND);
    preload(['app:v1', '1']);
    delays.push(await untilReported(1));
    await clock.runFor(3777);
    machine().removeImage(`${HOST}/app:v1`);
    delays.push(await untilReported(0));
    await clock.runFor(1123);
  }
  expect(Math.min(...delays)).toBeLessThan(10 * SECOND);
  expect(Math.max(...delays)).toBeGreaterThan(30 * SECOND);
  expect(Math.max(...delays)).toBeLessThanOrEqual(LONGEST_DELAY);
});

test('an image that leaves before the next refresh of the list never appears', async () => {
  const { preload, machine, writes, clock } = reportingNode();
  // The heartbeats write the list too.
  await clock.runFor(60 * SECOND);
  const before = writes();
  preload(['app:v1', '1']);
  machine().removeImage(`${HOST}/app:v1`);
  await clock.runFor(LONGEST_DELAY);
  expect(writes() - before).toBeLessThanOrEqual(1);
});

/** Number of the Node's writes and of the clock's instants with an event in an idle hour. */
async function idleHour(images: readonly Published[]) {
  const { preload, writes, clock } = reportingNode();
  preload(...images);
  await clock.runFor(600 * SECOND);
  const before = writes();
  const instants = new Set<number>();
  await clock.runUntil(() => {
    instants.add(clock.now());
    return false;
  }, 3600 * SECOND);
  return { writes: writes() - before, instants: instants.size };
}

test('an idle node writes only its heartbeats, and its images cause no events', async () => {
  const withoutImages = await idleHour([]);
  expect(withoutImages.writes).toBe(12);
  expect(await idleHour(threeSizes)).toEqual(withoutImages);
});

test('a restarted kubelet first reports its list or an empty one, and the whole list within 12 s', async () => {
  const { preload, cluster, reported, untilReported, clock } = reportingNode();
  preload(['a:v1', '1'], ['b:v1', '2']);
  await clock.runFor(LONGEST_DELAY);
  const firstReports: number[] = [];
  for (let index = 0; index < 20; index += 1) {
    cluster.killKubelet('node-a');
    await clock.runFor(20 * SECOND);
    expect(reported()).toHaveLength(2);
    cluster.reviveKubelet('node-a');
    firstReports.push(reported().length);
    expect(await untilReported(2)).toBeLessThanOrEqual(12 * SECOND);
  }
  expect([...new Set(firstReports)].sort()).toEqual([0, 2]);
});

test('a dead kubelet does not report a removal until it is revived', async () => {
  const { preload, cluster, machine, reported, untilReported, clock } = reportingNode();
  preload(['a:v1', '1']);
  await clock.runFor(LONGEST_DELAY);
  cluster.killKubelet('node-a');
  machine().removeImage(`${HOST}/a:v1`);
  await clock.runFor(LONGEST_DELAY);
  expect(reported()).toHaveLength(1);
  cluster.reviveKubelet('node-a');
  expect(await untilReported(0)).toBeLessThanOrEqual(12 * SECOND);
});

test('a changed limit of the reported images takes effect within 10 s, and a replaced machine keeps it', async () => {
  const { preload, cluster, machine, untilReported, clock } = reportingNode();
  preload(['a:v1', '1'], ['b:v1', '2']);
  await clock.runFor(LONGEST_DELAY);
  machine().setNodeStatusMaxImages(1);
  expect(await untilReported(1)).toBeLessThanOrEqual(10 * SECOND);
  machine().setNodeStatusMaxImages(undefined);
  expect(await untilReported(2)).toBeLessThanOrEqual(10 * SECOND);
  machine().setNodeStatusMaxImages(1);
  cluster.replaceNode('node-a');
  expect(machine().description.nodeStatusMaxImages).toBe(1);
});

test('a removed image leaves with all its names and layers, and its next pull downloads it again', async () => {
  const { run, preload, cluster, machine, atOf } = reportingNode({ bandwidthBytesPerSecond: 10_000_000 });
  cluster.registry.setTag(`${HOST}/app:v2`, appImage);
  await run(pullPod('first', 'node-a', APP), 20 * SECOND);
  await run(pullPod('second', 'node-a', `${HOST}/app:v2`), 20 * SECOND);
  preload(['other:v1', '1']);
  expect(machine().removeImage(`${HOST}/app:v2`)).toBe(true);
  expect([...machine().images.byReference.keys()]).toEqual([`${HOST}/other:v1`]);
  await run(pullPod('again', 'node-a', APP), 20 * SECOND);
  expect(atOf('again', 'Succeeded Completed') - atOf('again', 'Pending ContainerCreating')).toBeGreaterThan(
    10 * SECOND,
  );
});

test('an image that a running Pod uses is not removed until the Pod ends', async () => {
  const { run, machine, store } = reportingNode();
  const containers = [{ name: 'pull', image: APP, command: ['sleep'] }];
  expect(stateOf(await run(pullPod('p', 'node-a', APP, { containers })))).toBe('Running Running');
  expect(machine().removeImage(APP)).toBe(false);
  expect(machine().removeImage(`${HOST}/app@${appImage.digest}`)).toBe(false);
  store.remove({ kind: 'Pod', name: 'p', namespace: 'drop-system' });
  expect(machine().removeImage(APP)).toBe(true);
  expect(machine().removeImage(APP)).toBe(false);
});

test('a preloaded image needs no registry under IfNotPresent, and an unknown one is not preloaded', async () => {
  const { run, machine, cluster } = reportingNode();
  cluster.registry.setDown(true);
  expect(machine().preload(APP)).toBe(true);
  expect(machine().preload(APP)).toBe(false);
  expect(machine().preload(`${HOST}/app:unknown`)).toBe(false);
  const containers = [{ name: 'pull', image: APP, command: ['true'], imagePullPolicy: 'IfNotPresent' }];
  expect(stateOf(await run(pullPod('p', 'node-a', APP, { containers })))).toBe('Succeeded Completed');
});

test('a machine is replaced with the preloaded images of its description, which it reports within 12 s', async () => {
  const { cluster, reported, untilReported } = reportingNode();
  cluster.replaceNode('node-a', { preloaded: [APP, `${HOST}/app:unknown`] });
  expect(reported()).toEqual([]);
  expect(await untilReported(1)).toBeLessThanOrEqual(12 * SECOND);
  cluster.replaceNode('node-a');
  expect([...cluster.machine('node-a').images.byReference.keys()]).toEqual([APP]);
});
