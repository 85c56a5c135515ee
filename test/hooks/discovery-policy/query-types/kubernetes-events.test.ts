// Log lines with Events of Kubernetes: the pulls among them, with image, duration and size.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type EventFields, readPull } from '../../../../hooks/discovery-policy/query-types/kubernetes-events.ts';

const defaults: EventFields = { reasonField: 'reason', messageField: 'message', imageField: 'message' };
const image = 'nginx:1.25';
const pulled = (rest: string) => `Successfully pulled image "${image}" ${rest}`;

const readMessage = (message: string) => readPull({ labels: { reason: 'Pulled', message }, text: '' }, defaults);

describe('the message of a pull', () => {
  it.each<[message: string, seconds: number | undefined, bytes: number | undefined]>([
    [pulled('in 2.345s (2.345s including waiting). Image size: 20461242 bytes.'), 2.345, 20_461_242],
    [pulled('in 704ms (704ms including waiting)'), 0.704, undefined],
    [pulled('in 12.345678901s'), 12.345678901, undefined],
    [pulled('in 1m'), 60, undefined],
    [pulled('in 1h'), 3_600, undefined],
    [pulled('in 1m2.345s (1m2.345s including waiting). Image size: 999 bytes.'), 62.345, 999],
    [pulled('in 1h2m3s'), 3_723, undefined],
    [pulled('in 1h2m3.4s'), 3_723.4, undefined],
    [pulled('in 850.5µs'), 0.0008505, undefined],
    [pulled('in 850.5μs'), 0.0008505, undefined],
    [pulled('in 850us'), 0.00085, undefined],
    [pulled('in 7ns'), 0.000000007, undefined],
    [pulled('in 2s.'), 2, undefined],
    [`waited in 5s for image "${image}" in 7s`, 7, undefined],
    [pulled('IMAGE SIZE: 5 BYTES'), undefined, 5],
    [pulled('in 3s. Image size: 0 bytes'), 3, undefined],
    [pulled('in 3s. Image size: 12.5 bytes'), 3, undefined],
    [pulled('in 3s. Image size: 99999999999999999999 bytes'), 3, undefined],
    [pulled('in 3 s in 4s'), 4, undefined],
    [pulled('in 5sec in 4s'), 4, undefined],
    [`Image\t"${image}" in 2s`, 2, undefined],
  ])('"%s" has %s seconds and %s bytes', (message, seconds, bytes) => {
    expect(readMessage(message)).toEqual({ image, seconds, bytes });
  });

  it.each([
    ['the duration is zero', pulled('in 0s')],
    ['the image was on the node already', `Container image "${image}" already present on machine`],
    ['the image is not in quotes', `Successfully pulled image ${image} in 2s`],
    ['the image is empty', 'Successfully pulled image "" in 2s'],
    ['the image is in capitals', `Successfully pulled IMAGE "${image}" in 2s`],
    ['the duration has no unit', pulled('in 5')],
    ['the duration is before the image only', `waited in 5s for image "${image}"`],
    ['the duration has too many digits', pulled(`in ${'9'.repeat(1_000)}s`)],
    ['it is empty', ''],
  ])('is no pull if %s', (_what, message) => {
    expect(readMessage(message)).toBeUndefined();
  });
});

const M = pulled('in 3s');
const asImage = (name: string) => ({ image: name, seconds: 3, bytes: undefined });

interface FieldRow {
  readonly what: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly line?: unknown;
  readonly fields?: Partial<EventFields>;
  /** The image. Absent: no pull. */
  readonly image?: string;
}

test.each<FieldRow>([
  { what: 'a JSON line with reason and message', line: { reason: 'Pulled', message: M }, image },
  { what: 'a JSON line with msg', line: { reason: 'Pulled', name: 'p', msg: M }, image },
  {
    what: 'a JSON line with message and msg',
    line: { reason: 'Pulled', message: M, msg: M.replace(image, 'redis:7') },
    image,
  },
  { what: 'a JSON line with an empty message and msg', line: { reason: 'Pulled', message: '', msg: M }, image },
  {
    what: 'a JSON line with the configured field',
    line: { reason: 'Pulled', note: M },
    fields: { messageField: 'note' },
    image,
  },
  {
    what: 'a JSON line with message instead of the configured field',
    line: { reason: 'Pulled', message: M },
    fields: { messageField: 'note' },
    image,
  },
  {
    what: 'a JSON line with reason instead of the configured field',
    line: { reason: 'Pulled', message: M },
    fields: { reasonField: 'why' },
    image,
  },
  { what: 'labels alone', labels: { reason: 'Pulled', message: M }, line: '', image },
  { what: 'a reason in lower case', labels: { reason: 'pulled', message: M }, line: '', image },
  { what: 'another reason', labels: { reason: 'Failed', message: M }, line: '' },
  {
    what: 'another reason in a label than in the line',
    labels: { reason: 'Failed' },
    line: { reason: 'Pulled', message: M },
  },
  { what: 'a label with the reason and a JSON line', labels: { reason: 'Pulled' }, line: { message: M }, image },
  { what: 'a label with the reason and a plain line', labels: { reason: 'Pulled' }, line: M, image },
  { what: 'a plain line', line: M, image },
  { what: 'a plain line in capitals', line: M.replace('Successfully pulled', 'SUCCESSFULLY PULLED'), image },
  { what: 'a plain line of another Event', line: M.replace('Successfully pulled', 'Pulling') },
  { what: 'a reason that is not text', line: { reason: 5, message: M }, image },
  { what: 'a JSON list', line: ['x'] },
  { what: 'a JSON line without a message', line: { reason: 'Pulled' } },
  { what: 'damaged JSON', line: `{"reason":"Pulled","message":${JSON.stringify(M)}` },
  {
    what: 'JSON fields that every object has',
    line: {},
    fields: { reasonField: 'constructor', messageField: 'toString' },
  },
  {
    what: 'a label with a bare reference',
    labels: { reason: 'Pulled', message: M, img: 'redis:7' },
    fields: { imageField: 'img' },
    image: 'redis:7',
  },
  {
    what: 'a label with a quoted reference',
    labels: { reason: 'Pulled', message: M, img: 'image "redis:7"' },
    fields: { imageField: 'img' },
    image: 'redis:7',
  },
  {
    what: 'a label with other text',
    labels: { reason: 'Pulled', message: M, img: 'the image of redis' },
    fields: { imageField: 'img' },
  },
  { what: 'a missing label', labels: { reason: 'Pulled', message: M }, fields: { imageField: 'img' }, image },
  {
    what: 'an image in a field of the JSON line only',
    line: { reason: 'Pulled', message: M, img: 'redis:7' },
    fields: { imageField: 'img' },
    image,
  },
  {
    what: 'labels of Grafana Alloy',
    labels: { reason: 'Pulled', msg: M, name: 'p' },
    line: { anything: 1 },
    fields: { messageField: 'msg', imageField: 'msg' },
    image,
  },
  {
    what: 'a line of kubernetes-event-exporter',
    line: { reason: 'Pulled', message: M, involvedObject: { kind: 'Pod', name: 'p' }, type: 'Normal' },
    image,
  },
])('an Event of $what', ({ labels = {}, line = '', fields = {}, image: expected }) => {
  const text = typeof line === 'string' ? line : JSON.stringify(line);
  const pull = readPull({ labels, text }, { ...defaults, ...fields });
  expect(pull).toEqual(expected === undefined ? undefined : asImage(expected));
});

test('whole durations of Go are read to the nanosecond', () => {
  const parts = fc.tuple(fc.nat(999), fc.nat(59), fc.integer({ min: 1, max: 59 }), fc.nat(999_999_999));
  fc.assert(
    fc.property(parts, ([hours, minutes, seconds, nanoseconds]) => {
      const fraction = String(nanoseconds).padStart(9, '0');
      const expected = Number(`${hours * 3_600 + minutes * 60 + seconds}.${fraction}`);
      expect(readMessage(pulled(`in ${hours}h${minutes}m${seconds}.${fraction}s`))?.seconds).toBe(expected);
    }),
  );
});

test('arbitrary lines give a pull with a duration or a size, or no pull', () => {
  const words = fc.constantFrom(
    'image ',
    'Image "',
    '"',
    'in ',
    '1m',
    '2.5s',
    'Image size: ',
    '7 bytes',
    '{',
    '}',
    'a:1',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(words).map((all) => all.join('')),
    fc.json(),
  );
  fc.assert(
    fc.property(text, text, (message, line) => {
      for (const labels of [{}, { reason: 'Pulled' }, { reason: 'Pulled', message }]) {
        const pull = readPull({ labels, text: line }, defaults);
        if (pull === undefined) continue;
        expect(pull.image).not.toBe('');
        expect((pull.seconds ?? 0) + (pull.bytes ?? 0)).toBeGreaterThan(0);
      }
    }),
  );
});

test('a long line without a pull is read in linear time', () => {
  const long = ['image ', 'in 1', 'image "', 'image size: 1', 'in 1m1', ' '].map((part) => part.repeat(200_000));
  const begin = performance.now();
  for (const text of long) readMessage(text);
  expect(performance.now() - begin).toBeLessThan(2_000);
});
