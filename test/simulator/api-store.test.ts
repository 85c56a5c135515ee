// The write rules of the API server, on which the operator's guarantees rest.
import { beforeEach, expect, test } from 'vitest';
import { type ApiErrorReason, isApiError } from '../../simulator/api-error.ts';
import { type ApiStore, createApiStore } from '../../simulator/api-store.ts';
import { type Clock, createClock } from '../../simulator/clock.ts';
import type { Manifest } from '../../simulator/kubernetes-object.ts';
import type { WatchEvent } from '../../simulator/object-table.ts';
import { createRandom } from '../../simulator/random.ts';
import { ours, pullPod, START_MILLISECONDS } from './tiny-cluster.ts';

let clock: Clock;
let store: ApiStore;
let events: WatchEvent[];

beforeEach(() => {
  clock = createClock(START_MILLISECONDS);
  store = createApiStore({ clock, random: createRandom(1) });
  events = [];
  store.watch((event) => void events.push(event));
});

const image = (spec: object = {}) => ours('CachedImage', 'nginx', { image: 'docker.io/library/nginx', ...spec });
const nginx = { kind: 'CachedImage', name: 'nginx' };

function refusal(action: () => unknown): ApiErrorReason | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    const reasons: readonly ApiErrorReason[] = ['AlreadyExists', 'Conflict', 'Forbidden', 'Invalid', 'NotFound'];
    return reasons.find((reason) => isApiError(error, reason));
  }
}

test('a created object gets an identity and defaults, but neither unknown fields nor a status', () => {
  const created = store.create({ ...image({ typo: 1 }), status: { phase: 'Ready' } });
  expect(created.metadata).toMatchObject({
    name: 'nginx',
    generation: 1,
    resourceVersion: '1',
    creationTimestamp: '2026-11-21T10:00:00Z',
    uid: expect.stringMatching(/^[0-9a-f]{8}-/),
  });
  expect(created.spec).toEqual({ image: 'docker.io/library/nginx', imagePullPolicy: 'Always', priority: 0 });
  expect(created.status).toBeUndefined();
});

const refused: readonly (readonly [string, ApiErrorReason, Manifest])[] = [
  ['an invalid spec', 'Invalid', image({ priority: 'high' })],
  ['a spec that a rule of the schema forbids', 'Invalid', image({ tag: 'a', digest: `sha256:${'0'.repeat(64)}` })],
  ['a name with upper case', 'Invalid', ours('Fleet', 'Default')],
  ['a name of 254 characters', 'Invalid', ours('Fleet', 'a'.repeat(254))],
  ['a Pod without a namespace', 'Invalid', { ...pullPod('p', 'n', 'i'), metadata: { name: 'p' } }],
  ['a label of 64 characters', 'Invalid', { ...image(), metadata: { name: 'x', labels: { a: 'b'.repeat(64) } } }],
  ['a kind that is not served', 'NotFound', ours('Unknown', 'x')],
];

test.each(refused)('a create refuses %s', (_, reason, manifest) => {
  expect(refusal(() => store.create(manifest))).toBe(reason);
  expect(events).toEqual([]);
});

test("a refused create reports the schema's message", () => {
  expect(() => store.create(image({ image: 'a:b' }))).toThrow('spec.image: must not have a tag: use the field tag');
});

test('allowInvalid stores an invalid spec, which an update of a label does not validate', () => {
  const bad = store.create(image({ priority: 'high' }), { allowInvalid: true });
  const labelled = store.update({ ...bad, metadata: { ...bad.metadata, labels: { a: 'b' } } });
  expect(labelled).toMatchObject({ spec: { priority: 'high' }, metadata: { labels: { a: 'b' } } });
});

test('a create refuses a name that exists, so that names of Pods limit their number', () => {
  store.create(pullPod('drop-default-0', 'a', 'x'));
  expect(refusal(() => store.create(pullPod('drop-default-0', 'b', 'y')))).toBe('AlreadyExists');
  expect(store.list('Pod')).toHaveLength(1);
});

test('a create refuses what admission refuses', () => {
  const strict = createApiStore({ clock, random: createRandom(1), admit: () => 'exceeded quota' });
  expect(refusal(() => strict.create(image()))).toBe('Forbidden');
});

test('a new Pod gets a status, and default tolerations unless it tolerates every taint', () => {
  const pod = store.create(pullPod('p', 'a', 'x'));
  expect(pod.spec?.tolerations).toEqual([
    { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
  ]);
  expect(pod.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
  const tolerations = [{ operator: 'Exists' }];
  expect(store.create(pullPod('q', 'a', 'x', { tolerations })).spec?.tolerations).toEqual(tolerations);
});

test('only a changed spec increments the generation', () => {
  const created = store.create(image());
  const labelled = store.update({ ...created, metadata: { ...created.metadata, labels: { a: 'b' } } });
  expect(labelled.metadata.generation).toBe(1);
  const tagged = store.update({ ...labelled, spec: { ...labelled.spec, tag: '1' } });
  expect(tagged.metadata).toMatchObject({ generation: 2, resourceVersion: '3', uid: created.metadata.uid });
});

test('an update refuses an outdated resourceVersion', () => {
  const created = store.create(image());
  store.update({ ...created, spec: { ...created.spec, priority: 5 } });
  expect(refusal(() => store.update({ ...created, spec: { ...created.spec, priority: 6 } }))).toBe('Conflict');
  expect(refusal(() => store.updateStatus({ ...created, status: { ready: '1/1' } }))).toBe('Conflict');
});

test('an update or an apply without a change writes nothing', () => {
  const created = store.apply(image());
  expect(store.update({ ...created })).toBe(created);
  store.apply(image());
  expect(events).toHaveLength(1);
});

test('an update leaves the status unchanged', () => {
  store.create(image());
  const withStatus = store.updateStatus({ ...store.get(nginx), status: { ready: '1/2' } });
  const updated = store.update({ ...withStatus, spec: { ...withStatus.spec, priority: 1 }, status: {} });
  expect(updated.status).toEqual({ ready: '1/2' });
});

test('the spec of a Pod cannot be changed', () => {
  const pod = store.create(pullPod('p', 'a', 'x'));
  expect(refusal(() => store.update({ ...pod, spec: { ...pod.spec, nodeName: 'b' } }))).toBe('Invalid');
});

test('updateStatus changes only the status, and prunes unknown fields', () => {
  const created = store.create(image());
  const changed = { ...created, spec: { image: 'other' }, status: { ready: '1/1', unknown: true } };
  const updated = store.updateStatus(changed);
  expect(updated.spec).toEqual(created.spec);
  expect(updated.status).toEqual({ ready: '1/1' });
  expect(updated.metadata.generation).toBe(1);
});

test('updateStatus refuses a status that violates the schema and a kind without a status subresource', () => {
  expect(refusal(() => store.updateStatus({ ...store.create(image()), status: { phase: 'Sleeping' } }))).toBe(
    'Invalid',
  );
  const view = store.create(ours('PolicyView', 'default', { paused: false }));
  expect(refusal(() => store.updateStatus({ ...view, status: {} }))).toBe('NotFound');
});

test('a delete refuses another uid and an unknown name', () => {
  store.create(image());
  expect(refusal(() => store.remove(nginx, { uid: 'other' }))).toBe('Conflict');
  expect(refusal(() => store.remove({ kind: 'CachedImage', name: 'other' }))).toBe('NotFound');
});

test('an object with a finalizer is deleted when its last finalizer is removed', () => {
  store.create({ ...image(), metadata: { name: 'nginx', finalizers: ['example.com/hold'] } });
  store.remove(nginx);
  const marked = store.get(nginx);
  expect(marked.metadata).toMatchObject({ deletionTimestamp: '2026-11-21T10:00:00Z', generation: 2 });
  store.update({ ...marked, metadata: { ...marked.metadata, finalizers: [] } });
  expect(store.find(nginx)).toBeUndefined();
  expect(events.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
});

test('a Pod with a grace period waits for its kubelet, and one without is deleted at once', () => {
  store.create(pullPod('now', 'a', 'x'));
  store.create(pullPod('later', 'a', 'x', { terminationGracePeriodSeconds: 30 }));
  store.remove({ kind: 'Pod', namespace: 'drop-system', name: 'now' });
  store.remove({ kind: 'Pod', namespace: 'drop-system', name: 'later' });
  expect(store.list('Pod').map(({ metadata }) => metadata.deletionTimestamp)).toEqual(['2026-11-21T10:00:30Z']);
  store.remove({ kind: 'Pod', namespace: 'drop-system', name: 'later' }, { gracePeriodSeconds: 0 });
  expect(store.list('Pod')).toEqual([]);
});

test('apply changes the fields of the manifest and keeps those of other writers', () => {
  store.apply(image({ tag: '1', priority: 3 }));
  const seen = store.get(nginx);
  store.update({ ...seen, metadata: { ...seen.metadata, labels: { team: 'a' } } });
  store.updateStatus({ ...store.get(nginx), status: { ready: '1/1' } });
  const applied = store.apply(image({ tag: '2' }));
  expect(applied.spec).toEqual({ image: 'docker.io/library/nginx', tag: '2', imagePullPolicy: 'Always', priority: 0 });
  expect(applied.metadata).toMatchObject({ labels: { team: 'a' }, generation: 2 });
  expect(applied.status).toEqual({ ready: '1/1' });
});

test('apply drops the namespace of a cluster-scoped kind, as kubectl does', () => {
  const { metadata, ...manifest } = image();
  const applied = store.apply({ ...manifest, metadata: { ...metadata, namespace: 'drop-system' } });
  expect(applied.metadata.namespace).toBeUndefined();
});

test('stored objects are immutable copies', () => {
  const manifest = image({ nodeSelector: { a: 'b' } });
  const created = store.create(manifest);
  (manifest.spec as { image: string }).image = 'changed';
  expect(store.get(nginx).spec).toMatchObject({ image: 'docker.io/library/nginx' });
  expect(() => Object.assign(created.metadata, { name: 'x' })).toThrow(TypeError);
  expect(() => Object.assign((created.spec as { nodeSelector: object }).nodeSelector, { a: 'c' })).toThrow(TypeError);
});

test('a list filters by label and namespace', () => {
  store.create(pullPod('a', 'n', 'x'));
  store.create({ ...pullPod('b', 'n', 'x'), metadata: { name: 'b', namespace: 'other' } });
  const names = (options: object) => store.list('Pod', options).map(({ metadata }) => metadata.name);
  expect(names({ labelSelector: { matchLabels: { 'app.kubernetes.io/managed-by': 'drop' } } })).toEqual(['a']);
  expect(names({ namespace: 'other' })).toEqual(['b']);
});

test('every watch event has a higher resourceVersion than the one before', () => {
  store.create(image());
  store.updateStatus({ ...store.get(nginx), status: { ready: '0/1' } });
  store.remove(nginx);
  const versions = events.map(({ type, object }) => `${type} ${object.metadata.resourceVersion}`);
  expect(versions).toEqual(['ADDED 1', 'MODIFIED 2', 'DELETED 3']);
});
