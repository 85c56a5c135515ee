// Proves that parsing an observed object never throws: an invalid spec is reported, an invalid status field is dropped.
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
  const batch = Array(300).fill('a');
  const entry = { digest: 'sha256:a', since: '2026-11-21T24:00:00Z', nodes: 'aaaaaaaaaaaa bbbbbbbbbbbb' };
  const valid = { revision: 3, ready: '2/2', cached: [entry], cachedNodes: Array(101).fill('node') };
  const start = { slot: 0, image: 'app', node: 'node-a', at: '2026-11-21T23:16:07.123Z' };
  it.each([
    ['keeps valid fields', cachedImageStatus, valid, valid],
    ['drops a field of another type', cachedImageStatus, { revision: '3', ready: '2/2' }, { ready: '2/2' }],
    ['drops a field that is null', cachedImageStatus, { ready: null, image: 'a' }, { image: 'a' }],
    ['drops a number below its minimum', cachedImageStatus, { revision: -1, image: 'a' }, { image: 'a' }],
    ['drops a value that is not in the enum', cachedImageStatus, { phase: 'Unknown', image: 'a' }, { image: 'a' }],
    ['drops an unknown field', cachedImageStatus, { colour: 'red', image: 'a' }, { image: 'a' }],
    ['drops a list of another type', cachedImageStatus, { cached: 'all', cachedNodes: {}, image: 'a' }, { image: 'a' }],
    ['drops an entry of an older version', cachedImageStatus, { cached: [{ n: 'a' }, entry] }, { cached: [entry] }],
    ['keeps a list whose entries are all invalid as empty', cachedImageStatus, { failing: [1, 2] }, { failing: [] }],
    [
      'keeps a condition whose message is longer than those of Drop',
      cachedImageStatus,
      { conditions: [{ ...ready, message: 'm'.repeat(32_768) }] },
      { conditions: [{ ...ready, message: 'm'.repeat(32_768) }] },
    ],
    [
      'drops a condition whose message is too long',
      cachedImageStatus,
      { conditions: [ready, { ...ready, message: 'm'.repeat(32_769) }] },
      { conditions: [ready] },
    ],
    [
      'drops the invalid entries in every batch of a long list',
      cachedImageStatus,
      { recorded: [7, ...batch, null, ...batch, {}] },
      { recorded: [...batch, ...batch] },
    ],
    [
      'drops a start without a slot and an unknown field of another start',
      pullPolicyStatus,
      {
        starting: [
          { ...start, slot: undefined },
          { ...start, colour: 'red' },
        ],
        lastStartNode: 'a',
      },
      { starting: [start], lastStartNode: 'a' },
    ],
    [
      'drops an incomplete group of nodes',
      fleetStatus,
      { nodes: 2, groups: [{ nodes: ['a'] }] },
      { nodes: 2, groups: [] },
    ],
    ['that is a list counts as empty', cachedImageStatus, [ready], {}],
    ['that is null counts as empty', cachedImageStatus, null, {}],
    ['that is text counts as empty', cachedImageStatus, 'ready', {}],
  ])('%s', (_title, schema, value, expected) => {
    expect(readStatus(schema, value)).toEqual(expected);
  });

  it('ignores inherited fields', () => {
    expect(readStatus(cachedImageStatus, Object.create({ image: 'a' }))).toEqual({});
  });
});

describe('the metadata of an object', () => {
  const nothing = { name: '', uid: '', generation: 0, labels: {}, annotations: {} };
  const times = { creationTimestamp: 'h', deletionTimestamp: 'i' };
  const maps = { labels: { d: 'e' }, annotations: { f: 'g' } };
  const everyField = { name: 'a', namespace: 'b', uid: 'c', generation: 4, ...maps, ...times };
  const fields = Object.keys(everyField);
  it.each([
    ['without fields gets defaults', {}, nothing],
    ['keeps every field', everyField, everyField],
    ['with fields of other types gets defaults', Object.fromEntries(fields.map((field) => [field, [1]])), nothing],
    ['drops labels of other types', { labels: { a: 'b', c: 1, d: null } }, { ...nothing, labels: { a: 'b' } }],
    ['drops a list of labels', { labels: ['a', 'b'] }, nothing],
  ])('%s', (_title, value, expected) => {
    const { labels, annotations, ...others } = objectMetadata.parse(value);
    expect({ ...others, labels: { ...labels }, annotations: { ...annotations } }).toEqual(expected);
  });

  it.each(['__proto__', 'constructor', 'toString'])('reads the label %s like any other label', (key) => {
    const { labels } = objectMetadata.parse(JSON.parse(`{"labels": {"${key}": "x", "a": "b"}}`));
    expect(Object.keys(labels).sort()).toEqual([key, 'a'].sort());
    expect(labels[key]).toBe('x');
    expect(objectMetadata.parse({ labels: {} }).labels[key]).toBeUndefined();
  });
});

describe('an object', () => {
  it('keeps its spec as received next to the parsed one', () => {
    const spec = { image: 'alpine:3', colour: 'red' };
    expect(cachedImage.parse({ metadata: {}, spec })).toMatchObject({
      rawSpec: spec,
      spec: { ok: false, problem: 'spec.image: must not have a tag: use the field tag' },
      status: {},
    });
  });

  it.each([
    ['is null', null],
    ['is text', 'x'],
    ['has no metadata', { spec: { image: 'a' } }],
    ['has a list as metadata', { metadata: [] }],
  ])('that %s is refused', (_what, value) => {
    expect(cachedImage.safeParse(value).success).toBe(false);
  });
});

describe('any value', () => {
  const odd = fc.constantFrom<unknown>(...[null, [], [[[]]], 7, Number.NaN, 'x', true, {}], {
    image: { image: { image: {} } },
    cached: { cached: [] },
    conditions: [[], null, 7],
  });
  const named = kinds.map((kind) => [kind.kind, kind] as const);

  /** Known fields with values of any type. */
  const knownFields = (kind: (typeof kinds)[number]) => {
    const names = [...Object.keys(kind.status?.shape ?? {}), 'image', 'tag', 'images', 'nodeSelector', 'paused'];
    return fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())));
  };

  it.each(named)('is parsed as a %s without an exception', (_name, kind) => {
    const schema = observedSchema(kind);
    fc.assert(
      fc.property(fc.oneof(fc.anything(), odd, fc.record({ metadata: fc.jsonValue() })), (value) => {
        expect(() => schema.safeParse(value)).not.toThrow();
      }),
      { numRuns: 200 },
    );
  });

  it.each(named)('is accepted as spec and status of a %s', (_name, kind) => {
    const schema = observedSchema(kind);
    const part = fc.oneof(fc.anything(), odd, knownFields(kind));
    fc.assert(
      fc.property(part, part, (spec, status) => {
        const read = schema.parse({ metadata: {}, spec, status });
        expect(read.rawSpec).toBe(spec);
        expect(read.spec.ok ? '' : read.spec.problem).not.toContain('\n');
        expect(Object.keys(kind.status?.shape ?? {})).toEqual(expect.arrayContaining(Object.keys(read.status)));
      }),
      { numRuns: 200 },
    );
  });

  it.each(named)('read as the status of a %s does not change when it is read again', (_name, kind) => {
    const { status } = kind;
    if (status === undefined) return;
    fc.assert(
      fc.property(knownFields(kind), (value) => {
        const once = readStatus(status, value);
        expect(readStatus(status, once)).toEqual(once);
      }),
      { numRuns: 200 },
    );
  });
});
