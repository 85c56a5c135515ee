// Proves that an observed object is read whatever it holds: a bad spec is reported, a bad part of a status is left out, nothing throws.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cachedImageKind, cachedImageStatus } from '../../crds/cached-image.ts';
import { fleetStatus } from '../../crds/fleet.ts';
import { kinds } from '../../crds/kinds.ts';
import { objectMetadata, observedSchema, readStatus } from '../../crds/observed.ts';
import { pullPolicyStatus } from '../../crds/pull-policy.ts';

const cachedImage = observedSchema(cachedImageKind);
const ready = {
  type: 'Ready',
  status: 'True',
  reason: 'Cached',
  message: 'on 2 nodes',
  lastTransitionTime: '2026-11-21T23:16:07Z',
};

describe('a status', () => {
  const entry = { digest: 'sha256:a', since: '2026-11-21T24:00:00Z', nodes: 'aaaaaaaaaaaa bbbbbbbbbbbb' };
  const start = { slot: 0, image: 'app', node: 'node-a', at: '2026-11-21T23:16:07.123Z' };
  it.each([
    [
      'that is as it should be stays',
      cachedImageStatus,
      { revision: 3, ready: '2/2', cached: [entry] },
      { revision: 3, ready: '2/2', cached: [entry] },
    ],
    ['loses a field of another type', cachedImageStatus, { revision: '3', ready: '2/2' }, { ready: '2/2' }],
    ['loses a field that is null', cachedImageStatus, { ready: null, image: 'a' }, { image: 'a' }],
    ['loses a field that is below its least value', cachedImageStatus, { revision: -1, image: 'a' }, { image: 'a' }],
    ['loses a field that is not one of its words', cachedImageStatus, { phase: 'Dancing', image: 'a' }, { image: 'a' }],
    ['loses a field that nobody knows', cachedImageStatus, { colour: 'red', image: 'a' }, { image: 'a' }],
    ['loses a list that is none', cachedImageStatus, { cached: 'all', cachedNodes: {}, image: 'a' }, { image: 'a' }],
    [
      'loses an entry of an older version',
      cachedImageStatus,
      { cached: [{ n: 'node-a', u: 'uid' }, entry] },
      { cached: [entry] },
    ],
    ['loses an entry that is null', cachedImageStatus, { recorded: ['a', null, 7, 'b'] }, { recorded: ['a', 'b'] }],
    ['keeps a list whose entries are all bad, empty', cachedImageStatus, { failing: [1, 2] }, { failing: [] }],
    [
      'loses a condition whose message is too long',
      cachedImageStatus,
      { conditions: [ready, { ...ready, message: 'm'.repeat(257) }] },
      { conditions: [ready] },
    ],
    [
      'keeps entries beyond the limit of the list',
      cachedImageStatus,
      { cachedNodes: Array(101).fill('node') },
      { cachedNodes: Array(101).fill('node') },
    ],
    [
      'loses the bad entries of a long list, wherever they are',
      cachedImageStatus,
      { recorded: [7, ...Array(300).fill('a'), null, ...Array(300).fill('b'), {}] },
      { recorded: [...Array(300).fill('a'), ...Array(300).fill('b')] },
    ],
    [
      'loses a field of an entry that nobody knows',
      pullPolicyStatus,
      { starting: [{ ...start, colour: 'red' }] },
      { starting: [start] },
    ],
    [
      'loses a start without a slot',
      pullPolicyStatus,
      { starting: [{ ...start, slot: undefined }, start], lastStartNode: 'a' },
      { starting: [start], lastStartNode: 'a' },
    ],
    [
      'loses a group of nodes that is half there',
      fleetStatus,
      { nodes: 2, groups: [{ nodes: ['a aaaaaaaaaaaa'] }] },
      { nodes: 2, groups: [] },
    ],
    ['that is a list is empty', cachedImageStatus, [ready], {}],
    ['that is null is empty', cachedImageStatus, null, {}],
    ['that is absent is empty', cachedImageStatus, undefined, {}],
    ['that is text is empty', cachedImageStatus, 'ready', {}],
  ])('%s', (_title, schema, value, expected) => {
    expect(readStatus(schema, value)).toEqual(expected);
  });

  it('does not take a field from a prototype for its own', () => {
    expect(readStatus(cachedImageStatus, Object.create({ image: 'a' }))).toEqual({});
  });
});

describe('metadata', () => {
  const nothing = { name: '', uid: '', generation: 0, labels: {}, annotations: {} };
  it.each([
    ['without anything', {}, nothing],
    [
      'with everything',
      {
        name: 'a',
        namespace: 'b',
        uid: 'c',
        generation: 4,
        labels: { d: 'e' },
        annotations: { f: 'g' },
        creationTimestamp: 'h',
        deletionTimestamp: 'i',
      },
      {
        name: 'a',
        namespace: 'b',
        uid: 'c',
        generation: 4,
        labels: { d: 'e' },
        annotations: { f: 'g' },
        creationTimestamp: 'h',
        deletionTimestamp: 'i',
      },
    ],
    [
      'with odd values',
      {
        name: 1,
        namespace: [],
        uid: null,
        generation: '4',
        labels: 'x',
        annotations: null,
        creationTimestamp: 5,
        deletionTimestamp: {},
      },
      nothing,
    ],
    ['with odd labels', { labels: { a: 'b', c: 1, d: null, e: ['f'] } }, { ...nothing, labels: { a: 'b' } }],
    ['with labels in a list', { labels: ['a', 'b'] }, nothing],
  ])('%s', (_title, value, expected) => {
    const { labels, annotations, ...others } = objectMetadata.parse(value);
    expect({ ...others, labels: { ...labels }, annotations: { ...annotations } }).toEqual(expected);
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'reads the key %s as a key',
    (key) => {
      const { labels } = objectMetadata.parse(JSON.parse(`{"labels": {"${key}": "x", "a": "b"}}`));
      expect(Object.entries(labels).sort()).toEqual(
        [
          [key, 'x'],
          ['a', 'b'],
        ].sort(),
      );
      expect(labels[key]).toBe('x');
    },
  );

  it.each(['__proto__', 'constructor', 'toString'])('has no %s where no label says one', (key) => {
    expect(objectMetadata.parse({ labels: {} }).labels[key]).toBeUndefined();
  });
});

describe('an object', () => {
  it('keeps its spec as it came, beside how it was read', () => {
    const spec = { image: 'alpine:3', colour: 'red' };
    expect(cachedImage.parse({ metadata: {}, spec })).toMatchObject({
      rawSpec: spec,
      spec: { ok: false, problem: 'spec.image: must not have a tag: use the field tag' },
      status: {},
    });
  });

  it.each([
    ['null', null],
    ['a list', []],
    ['a number', 7],
    ['text', 'x'],
    ['nothing', undefined],
    ['an object without metadata', { spec: { image: 'a' } }],
    ['metadata that is null', { metadata: null }],
    ['metadata that is a list', { metadata: [] }],
  ])('that is %s is none, and says so without throwing', (_title, value) => {
    expect(cachedImage.safeParse(value).success).toBe(false);
  });

  const odd: readonly (readonly [string, unknown])[] = [
    ['null', null],
    ['a list', []],
    ['a list of lists', [[[]]]],
    ['a number', 7],
    ['a number that is none', Number.NaN],
    ['text', 'x'],
    ['true', true],
    ['an empty object', {}],
    ['a deep object', { image: { image: { image: {} } }, cached: { cached: [] }, conditions: [[], null, 7] }],
  ];
  const everywhere = kinds.flatMap((kind) => odd.map(([title, value]) => [kind.kind, title, kind, value] as const));
  it.each(everywhere)('of kind %s with %s everywhere is read', (_kind, _title, kind, value) => {
    const schema = observedSchema(kind);
    const read = schema.parse({ metadata: {}, spec: value, status: value });
    expect(read.rawSpec).toBe(value);
    expect(read.spec.ok ? '' : read.spec.problem).not.toContain('\n');
    const fields = Object.keys(kind.status?.shape ?? {});
    expect(fields).toEqual(expect.arrayContaining(Object.keys(read.status)));
    expect(() => schema.safeParse({ metadata: value, spec: value, status: value })).not.toThrow();
  });
});

describe('whatever is sent', () => {
  const parts = fc.record({ metadata: fc.constant({}), spec: fc.anything(), status: fc.anything() });
  /** Fields that exist, with values that do not fit. */
  const nearly = (kind: (typeof kinds)[number]) => {
    const names = [...Object.keys(kind.status?.shape ?? {}), 'image', 'tag', 'images', 'nodeSelector', 'paused'];
    const object = fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())));
    return fc.record({ metadata: fc.jsonValue(), spec: object, status: object });
  };
  const named = kinds.map((kind) => [kind.kind, kind] as const);

  it.each(named)('a %s is read without throwing', (_name, kind) => {
    const schema = observedSchema(kind);
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.jsonValue(), parts, nearly(kind)), (value) => {
        expect(() => schema.safeParse(value)).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });

  it.each(named)('the status of a %s reads the same once more', (_name, kind) => {
    const { status } = kind;
    if (status === undefined) return;
    fc.assert(
      fc.property(nearly(kind), (value) => {
        const once = readStatus(status, value.status);
        expect(readStatus(status, once)).toEqual(once);
      }),
      { numRuns: 500 },
    );
  });
});
