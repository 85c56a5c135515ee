// NodeImages: what the kubelet lists, and what the list proves to be lost.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NodeImagesSpec } from '../../../crds/node-images.ts';
import { unpackImage } from '../../../hooks/node/listed-images.ts';
import { nextNodeImages, type UnwrittenImages } from '../../../hooks/node/node-images.ts';
import { observedNode } from '../../../metacontroller/node.ts';
import { HOUR, MINUTE, NOON } from '../builders/wire.ts';

const SECOND = 1000;
const UID = '3874205c-4305-4f66-88cd-757ea05ef648';
const DAY = 24 * HOUR;

interface Image {
  readonly names: readonly string[];
  readonly sizeBytes: number;
}

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const hashOf = (reference: string) => createHash('sha256').update(reference).digest('hex').slice(0, 12);

/** An image as containerd and the kubelet name it. */
const image = (name: string, sizeBytes: number, digest = name): Image => ({
  names: [`registry.example.com/${name}@${digestOf(digest)}`, `registry.example.com/${name}:v1`],
  sizeBytes,
});
const a = image('a', 300);
const b = image('b', 200);
const c = image('c', 100);
const nameOf = (name: string) => hashOf(`registry.example.com/${name}:v1`);

function nodeWith(images: readonly Image[], ready = 'True') {
  return observedNode.parse({
    metadata: { name: 'n', uid: UID },
    status: { conditions: [{ type: 'Ready', status: ready }], images },
  });
}

/** One report of the kubelet. */
interface Step {
  readonly atMilliseconds: number;
  readonly images: readonly Image[];
  readonly ready?: string;
}

/** What is known of a node between two syncs. */
interface Known {
  readonly spec: NodeImagesSpec | undefined;
  readonly unwritten: UnwrittenImages | undefined;
  readonly writes: number;
  /** When syncs are due, in milliseconds after noon. */
  readonly queue: readonly number[];
}

function synced({ spec, unwritten, writes, queue }: Known, report: Step | undefined, now: number): Known {
  const node = nodeWith(report?.images ?? [], report?.ready);
  const next = nextNodeImages(node, { observed: spec, unwritten }, NOON + now);
  const later = next.instants.flatMap((instant) =>
    instant !== undefined && instant > NOON + now ? [instant - NOON] : [],
  );
  return {
    spec: next.spec,
    unwritten: next.unwritten ?? unwritten,
    writes: writes + (next.spec === spec ? 0 : 1),
    queue: [...queue.filter((at) => at > now), ...later],
  };
}

/** The NodeImages after reports, and after the syncs that the hook requests in between. */
function after(steps: readonly Step[], untilMilliseconds = 0, isForgetful = false) {
  let known: Known = {
    spec: undefined,
    unwritten: undefined,
    writes: 0,
    queue: steps.map((step) => step.atMilliseconds),
  };
  let latest = steps[0];
  for (let now = Math.min(...known.queue); Number.isFinite(now); now = Math.min(...known.queue)) {
    if (untilMilliseconds > 0 && now > untilMilliseconds) break;
    const at = now;
    latest = steps.find(({ atMilliseconds }) => atMilliseconds === at) ?? latest;
    known = synced(isForgetful ? { ...known, unwritten: undefined } : known, latest, now);
  }
  return { spec: known.spec as NodeImagesSpec, writes: known.writes };
}

const listedNames = ({ listed }: NodeImagesSpec) => listed.flatMap((text) => unpackImage(text).names);
const lostNames = ({ lost = [] }: NodeImagesSpec) => lost.map((text) => text.split(' ')[0]);

test('an image is kept with its size, its digest and the hash of each normalised name', () => {
  const names = ['nginx:1.25', `docker.io/library/nginx@${digestOf('n')}`, '<none>:<none>'];
  const { spec } = after([{ atMilliseconds: 0, images: [{ names, sizeBytes: 46_656 }] }]);
  const hashes = [hashOf('docker.io/library/nginx:1.25'), hashOf(`docker.io/library/nginx@${digestOf('n')}`)].sort();
  expect(spec.listed).toEqual([
    `1000 ${Buffer.from(digestOf('n').slice(7), 'hex').toString('base64url')} ${hashes.join(' ')}`,
  ]);
});

interface LossRow {
  readonly what: string;
  /** The list from one minute on; a, b and c were listed before. */
  readonly images: readonly Image[];
  readonly ready?: string;
  /** The list of the beginning, if it is another. */
  readonly before?: readonly Image[];
  readonly lost: readonly string[];
}

const full = (names: readonly string[], sizeBytes: number): Image => ({ names, sizeBytes });
const many = Array.from({ length: 50 }, (_, index) => image(`m${index}`, 1000 + index));

const lossRows: readonly LossRow[] = [
  { what: 'an image that the list lacks for a minute is lost', images: [a, c], lost: ['b'] },
  { what: 'the smallest image is lost too, because the list is shorter than before', images: [a, b], lost: ['c'] },
  { what: 'an empty list proves nothing', images: [], lost: [] },
  { what: 'a node that is not Ready proves nothing', images: [a, c], ready: 'Unknown', lost: [] },
  {
    what: 'an image that is listed under another name is there',
    images: [a, c, { names: [`registry.example.com/other@${digestOf('b')}`], sizeBytes: 200 }],
    lost: [],
  },
  {
    what: 'an image of the size of one with five names may be that one',
    images: [a, c, full(['x:1', 'x:2', 'x:3', 'x:4', 'x:5'], 200)],
    lost: [],
  },
  {
    what: 'an image of the size of one with four names is lost',
    images: [a, c, full(['x:1', 'x:2', 'x:3', 'x:4'], 200)],
    lost: ['b'],
  },
  {
    what: 'a small image that a full list has no room for is not lost',
    before: [...many.slice(1), a],
    images: many,
    lost: [],
  },
  {
    what: 'an image that is larger than the smallest of a full list is lost',
    before: [...many.slice(1), image('large', 5000)],
    images: many,
    lost: ['large'],
  },
];

test.each(lossRows)('$what', ({ images, ready, before, lost }) => {
  const steps = [
    { atMilliseconds: 0, images: before ?? [a, b, c] },
    { atMilliseconds: MINUTE, images, ...(ready === undefined ? {} : { ready }) },
  ];
  const { spec } = after(steps, 10 * MINUTE);
  const expected = lost.flatMap((name) => {
    const digest = name === 'large' ? 'large' : name;
    return [nameOf(name), hashOf(`registry.example.com/${name}@${digestOf(digest)}`)];
  });
  expect(lostNames(spec).sort()).toEqual(expected.sort());
  expect(listedNames(spec)).not.toContain(lost[0] === undefined ? '' : nameOf(lost[0]));
});

test('an image that is back within a minute is not lost, and its absence is forgotten', () => {
  const { spec } = after([
    { atMilliseconds: 0, images: [a, b, c] },
    { atMilliseconds: MINUTE, images: [a, c] },
    { atMilliseconds: MINUTE + 50 * SECOND, images: [a, b, c] },
    { atMilliseconds: 20 * MINUTE, images: [a, c] },
    { atMilliseconds: 20 * MINUTE + 30 * SECOND, images: [a, b, c] },
  ]);
  expect(spec.lost).toBeUndefined();
  expect(spec.unlisted).toBeUndefined();
});

test('a kubelet that starts again and lists nothing for a while loses nothing', () => {
  const { spec, writes } = after([
    { atMilliseconds: 0, images: [a, b] },
    { atMilliseconds: MINUTE, images: [] },
    { atMilliseconds: 10 * MINUTE, images: [a, b] },
  ]);
  expect({ lost: spec.lost, writes }).toEqual({ lost: undefined, writes: 1 });
});

test('a lower limit of the list may look like one loss, and never like a second one', () => {
  const steps = [
    { atMilliseconds: 0, images: [a, b, c] },
    { atMilliseconds: HOUR, images: [a, b] },
    { atMilliseconds: 2 * HOUR, images: [a, image('z', 250)] },
    { atMilliseconds: 3 * HOUR, images: [a, b] },
    { atMilliseconds: 2 * DAY, images: [a, image('y', 260)] },
    { atMilliseconds: 3 * DAY, images: [a, b] },
  ];
  const { spec } = after(steps);
  const lossesOf = (name: string) => (spec.lost?.find((text) => text.startsWith(name))?.split(' ').length ?? 2) - 2;
  expect(lossesOf(nameOf('c'))).toBe(1);
});

test('the first list, a suspicion and a loss are written at once; a new image alone waits up to ten minutes', () => {
  const first = { atMilliseconds: 0, images: [a, b] };
  expect(after([first]).writes).toBe(1);
  expect(after([first, { atMilliseconds: MINUTE, images: [a] }], 5 * MINUTE).writes).toBe(3);
  const added = [1, 2, 3, 4].map((minute) => ({
    atMilliseconds: minute * 30 * SECOND,
    images: [a, b, ...many.slice(0, minute)],
  }));
  const { spec, writes } = after([first, ...added]);
  expect(writes).toBeLessThanOrEqual(3);
  expect(spec.listed).toHaveLength(6);
  const last = after([first, ...added], 12 * MINUTE);
  expect(last.spec.listed).toHaveLength(6);
});

test('an image that is listed again after its loss is written at once, so that its next loss counts', () => {
  const { spec } = after([
    { atMilliseconds: 0, images: [a, b] },
    { atMilliseconds: MINUTE, images: [a] },
    { atMilliseconds: 3 * MINUTE, images: [a, b] },
    { atMilliseconds: 4 * MINUTE, images: [a] },
    { atMilliseconds: 6 * MINUTE, images: [a] },
  ]);
  expect(spec.lost?.find((text) => text.startsWith(nameOf('b')))?.split(' ')).toHaveLength(4);
});

const removedAt = (minute: number) => [
  { atMilliseconds: minute * MINUTE, images: [a] },
  { atMilliseconds: (minute + 3) * MINUTE, images: [a, b] },
];

test.each([
  { losses: 2, minutes: [1, 5], restSeconds: 0 },
  { losses: 3, minutes: [1, 5, 9], restSeconds: 3600 },
  { losses: 4, minutes: [1, 5, 9, 120], restSeconds: 7200 },
  { losses: 5, minutes: [1, 5, 9, 120, 300], restSeconds: 14_400 },
  { losses: 3, minutes: [1, 24 * 60, 30 * 60], restSeconds: 0 },
])('after $losses losses at the minutes $minutes pulls rest for $restSeconds s', ({ minutes, restSeconds }) => {
  const { spec } = after([{ atMilliseconds: 0, images: [a, b] }, ...minutes.flatMap(removedAt)]);
  const rest = spec.lost?.find((text) => text.startsWith(nameOf('b')))?.split(' ')[1];
  expect(Number.parseInt(rest ?? '0', 36)).toBe(restSeconds);
});

test('a report that changes nothing returns the observed object itself, so that nothing is written', () => {
  const first = nextNodeImages(nodeWith([a, b]), { observed: undefined, unwritten: undefined }, NOON).spec;
  for (const later of [MINUTE, HOUR, 2 * DAY]) {
    expect(nextNodeImages(nodeWith([b, a]), { observed: first, unwritten: undefined }, NOON + later).spec).toBe(first);
  }
});

test('the list of a replaced node is a first list', () => {
  const of = (uid: string) => observedNode.parse({ ...nodeWith([a]), metadata: { name: 'n', uid } });
  const old = nextNodeImages(nodeWith([a, b]), { observed: undefined, unwritten: undefined }, NOON).spec;
  const { spec } = nextNodeImages(
    of('99999999-4305-4f66-88cd-757ea05ef648'),
    { observed: old, unwritten: undefined },
    NOON + MINUTE,
  );
  expect(spec).toMatchObject({ key: '999999994305', time: '2026-11-21T12:01:00.000Z' });
  expect(spec.listed).toHaveLength(1);
});

const shortStay = [
  { atMilliseconds: 0, images: [a] },
  { atMilliseconds: MINUTE, images: [a, b] },
  { atMilliseconds: 2 * MINUTE, images: [a] },
];

test('an image that comes and goes before its write is lost once, if the service was not restarted', () => {
  const stamps = (spec: NodeImagesSpec) =>
    spec.lost
      ?.find((text) => text.startsWith(nameOf('b')))
      ?.split(' ')
      .slice(2);
  expect(stamps(after(shortStay, HOUR).spec)).toHaveLength(1);
  expect(stamps(after(shortStay, HOUR, true).spec)).toBeUndefined();
});

test('a list that waits is written although the kubelet lists nothing by then', () => {
  const { spec } = after([...shortStay.slice(0, 2), { atMilliseconds: 2 * MINUTE, images: [] }], HOUR);
  expect(listedNames(spec)).toContain(nameOf('b'));
  expect(spec.longest?.images).toBe(2);
});

/** A stamp for each name with a loss. */
const lastStamps = ({ lost = [] }: NodeImagesSpec) =>
  new Map(lost.map((text) => [text.split(' ')[0] ?? '', Number.parseInt(text.split(' ').at(-1) ?? '0', 36)]));

test('stamps only grow, and whatever is listed is not absent, for any reports', () => {
  const list = fc.subarray([a, b, c, image('d', 50), image('e', 20)]);
  const reports = fc.array(fc.record({ images: list, minutes: fc.integer({ min: 1, max: 90 }) }), { maxLength: 12 });
  fc.assert(
    fc.property(reports, (steps) => {
      let now = 0;
      const timed = steps.map(({ images, minutes }) => {
        now += minutes * MINUTE;
        return { atMilliseconds: now, images };
      });
      let before = new Map<string, number>();
      for (const length of timed.keys()) {
        const { spec } = after(timed.slice(0, length + 1), timed[length]?.atMilliseconds);
        for (const [name, stamp] of lastStamps(spec)) expect(stamp).toBeGreaterThanOrEqual(before.get(name) ?? 0);
        before = lastStamps(spec);
        const absent = new Set((spec.unlisted ?? []).flatMap((text) => text.split(' ').slice(3)));
        expect(listedNames(spec).filter((name) => absent.has(name))).toEqual([]);
      }
    }),
    { numRuns: 100 },
  );
});
