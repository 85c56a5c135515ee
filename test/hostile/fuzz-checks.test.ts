// Proves that the fuzz run can fail: each rule that it holds answers to is broken once, and so is the heap.
import { describe, expect, it, test } from 'vitest';
import { API_VERSION } from '../../crds/kind.ts';
import { asRead } from '../fuzz/as-read.ts';
import { violationOf } from '../fuzz/check-answer.ts';
import { BODY_LIMIT_BYTES } from '../fuzz/check-refusal.ts';
import { failureOf, heapSentence } from '../fuzz/verdict.ts';

const POLICY = '/hooks/pullpolicies/sync';
const SET = '/hooks/cachedimagesets/sync';
const IMAGES = `CachedImage.${API_VERSION}`;

const pod = (name: string, spec?: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'drop-system' },
  ...(spec === undefined ? {} : { spec }),
});
const podSpec = { nodeName: 'node-a', containers: [{ image: 'alpine' }] };
const image = (name: string, spec: unknown) => ({
  apiVersion: API_VERSION,
  kind: 'CachedImage',
  metadata: { name },
  spec,
});
const good = { image: 'alpine' };
const wrong = { image: 7 };

const sentPods = (...names: readonly string[]) => ({
  children: { 'Pod.v1': Object.fromEntries(names.map((name) => [`key-of-${name}`, pod(name.replace(/'/g, ''))])) },
});
const sentImages = (entries: object, group = IMAGES) => ({ children: { [group]: entries } });
const answer = (children: readonly object[], more: object = {}) => ({ status: {}, children, ...more });

type Row = readonly [title: string, path: string, request: unknown, body: unknown, problem: string | undefined];

const answers: readonly Row[] = [
  ['nothing to do', POLICY, {}, answer([]), undefined],
  ['a new Pod', POLICY, {}, answer([pod('a', podSpec)]), undefined],
  ['a new Pod without a node', POLICY, {}, answer([pod('a', { ...podSpec, nodeName: '' })]), 'a Pod of the answer'],
  ['a kept Pod', POLICY, sentPods('a'), answer([pod('a')]), undefined],
  ['a kept Pod that was not sent', POLICY, sentPods('b'), answer([pod('a')]), 'was not there before'],
  [
    'a kept Pod that another hook saw',
    POLICY,
    { related: sentPods('a').children },
    answer([pod('a')]),
    'was not there',
  ],
  ['a Pod twice', POLICY, {}, answer([pod('a', podSpec), pod('a', podSpec)]), 'is 2 times in the answer'],
  ['a kept Pod twice', POLICY, sentPods('a'), answer([pod('a'), pod('a')]), 'is 2 times in the answer'],
  ['a Pod sent twice, twice', POLICY, sentPods('a', "a'"), answer([pod('a'), pod('a')]), undefined],
  ['a Pod sent twice, thrice', POLICY, sentPods('a', "a'"), answer([pod('a'), pod('a'), pod('a')]), 'is 3 times'],
  ['a new image', SET, {}, answer([image('a', good)]), undefined],
  ['a new image with a wrong spec', SET, {}, answer([image('a', wrong)]), 'the spec of a CachedImage of the answer'],
  ['an image without a spec', SET, {}, answer([image('a', undefined)]), 'the spec of a CachedImage of the answer'],
  [
    'the wrong spec it was sent with',
    SET,
    sentImages({ a: image('a', wrong) }),
    answer([image('a', wrong)]),
    undefined,
  ],
  [
    'the wrong spec of another',
    SET,
    sentImages({ b: image('b', wrong) }),
    answer([image('a', wrong)]),
    'the spec of a',
  ],
  [
    'a spec of another kind',
    SET,
    sentImages({ a: image('a', wrong) }, 'x.v1'),
    answer([image('a', wrong)]),
    'the spec of a',
  ],
  [
    'a wrong spec that is in the parent',
    SET,
    { parent: { spec: wrong } },
    answer([image('a', wrong)]),
    'the spec of a',
  ],
  ['an unknown kind', SET, {}, answer([{ ...image('a', {}), kind: 'Secret' }]), 'unknown kind Secret'],
  ['a field that no answer has', SET, {}, answer([], { finalized: true }), 'the answer'],
  ['a status that the CRD does not take', SET, {}, answer([], { status: { imagesManaged: 'x' } }), 'the status'],
  ['a status with an unknown field', SET, {}, answer([], { status: { secret: 'x' } }), 'the status'],
  ['a resync in the past', SET, {}, answer([], { resyncAfterSeconds: -1 }), 'the answer'],
  ['a child with an owner', SET, {}, answer([{ ...image('a', good), status: {} }]), 'the answer'],
  ['attachments where children belong', SET, {}, { status: {}, attachments: [] }, 'the answer'],
  [
    'a selection of everything',
    '/hooks/fleets/customize',
    {},
    { relatedResources: [{ apiVersion: 'v1', resource: 'pods' }] },
    'the answer',
  ],
];

describe('an answer', () => {
  it.each(answers)('%s', (...[, path, body, answered, problem]) => {
    const sent = { request: { path, body }, payload: JSON.stringify(body), isValid: true };
    const found = violationOf(sent, { statusCode: 200, body: JSON.stringify(answered) });
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(problem);
  });
});

const error = (sentence: string) => JSON.stringify({ error: sentence });
const notJson = error('the body is not valid JSON');
const tooDeep = error('the body is nested more than 1000 levels deep');
const tooLarge = error('the body is larger than DROP_BODY_LIMIT_BYTES');
const noParent = error('parent: Invalid input: expected object, received undefined');
const fine = JSON.stringify(answer([]));
const deep = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
const large = (bytes: number) => JSON.stringify('a'.repeat(bytes - 2));

describe('a refusal', () => {
  it.each<[string, string, number, string, string | undefined]>([
    ['of what is no JSON', '{', 400, notJson, undefined],
    ['of JSON', '{}', 400, notJson, 'an undeserved refusal'],
    ['of __proto__', '{"a":{"__proto__":{}}}', 400, notJson, undefined],
    ['of __proto__ in a text', '{"a":"__proto__"}', 400, notJson, 'an undeserved refusal'],
    ['of __proto__ where nobody looks', '{"managedFields":[{"__proto__":{}}]}', 400, notJson, 'an undeserved refusal'],
    ['of nothing', '', 400, error('the body is empty'), undefined],
    ['of something as nothing', '{}', 400, error('the body is empty'), 'an undeserved refusal'],
    ['of 1,001 levels', deep(1_000), 400, tooDeep, undefined],
    ['of 1,000 levels', deep(999), 400, tooDeep, 'an undeserved refusal'],
    ['of brackets in a text', JSON.stringify('['.repeat(2_000)), 400, tooDeep, 'an undeserved refusal'],
    ['of too much', large(BODY_LIMIT_BYTES + 1), 413, tooLarge, undefined],
    ['of as much as may be', large(BODY_LIMIT_BYTES), 413, tooLarge, 'an undeserved refusal'],
    ['of another shape', '{}', 400, noParent, undefined],
    ['of another shape, of what is no JSON', '{', 400, noParent, 'an undeserved refusal'],
    ['of another shape, of what is broken where nobody looks', '{"managedFields":[x]}', 400, noParent, undefined],
    ['with the status of another', '{', 413, notJson, 'an unknown refusal'],
    ['with an unknown sentence', '{', 400, error('no'), 'an unknown refusal'],
    ['without a sentence', '{', 400, '{}', 'has no sentence'],
    ['with more than a sentence', '{', 400, '{"error":"the body is not valid JSON","stack":"at x"}', 'has no sentence'],
    ['as our own bug', '{}', 500, error('internal error; the log of the service says more'), 'an unknown refusal'],
    ['that is no JSON', '{}', 400, '<html>', 'a body that is no JSON'],
    ['that should have been one: no JSON', '{', 200, fine, '200 for what makes no sense'],
    ['that should have been one: __proto__', '{"a":{"__proto__":1}}', 200, fine, '200 for what makes no sense'],
    ['that should have been one: deep', deep(1_000), 200, fine, '200 for what makes no sense'],
    ['that should have been one: large', large(BODY_LIMIT_BYTES + 1), 200, fine, '200 for what makes no sense'],
  ])('%s', (...[, payload, statusCode, body, problem]) => {
    const sent = { request: { path: POLICY, body: {} }, payload, isValid: false };
    const found = violationOf(sent, { statusCode, body });
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(problem);
  });

  it('of a valid request is never deserved', () => {
    const sent = { request: { path: POLICY, body: {} }, payload: '{}', isValid: true };
    expect(violationOf(sent, { statusCode: 400, body: noParent })).toContain('400 for a valid request');
  });
});

describe('the verdict of a run', () => {
  const violation = { path: POLICY, payload: '{}', problem: 'the answer: status' };
  it.each<[string, number, typeof violation | undefined, string | undefined]>([
    ['the same heap', 100, undefined, undefined],
    ['a little more', 109, undefined, undefined],
    ['more than that', 111, undefined, 'the heap differs by more than 10 %'],
    ['much less: then it was not warm', 80, undefined, 'the heap differs by more than 10 %'],
    ['a wrong answer', 100, violation, '/hooks/pullpolicies/sync: the answer: status'],
  ])('%s', (_title, heapAfterBytes, found, failure) => {
    expect(failureOf({ heapBeforeBytes: 100, heapAfterBytes, violation: found })).toBe(failure);
  });

  it('tells the heap', () => {
    const heap = { heapBeforeBytes: 20 * 1024 * 1024, heapAfterBytes: 21 * 1024 * 1024 };
    expect(heapSentence(heap)).toBe('heap before 20.0 MiB, after 21.0 MiB (5.0 %)');
  });
});

describe('what the service reads of a body', () => {
  const fields = '"managedFields":[{"f:x":{}}]';
  test.each<readonly [what: string, text: string, body: unknown, isJson: boolean]>([
    ['JSON', `{"a":{${fields},"name":"n"}}`, { a: { managedFields: [{ 'f:x': {} }], name: 'n' } }, true],
    [
      'broken where nobody looks',
      '{"a":{"managedFields":[{f:"x}",}],"name":"n"}}',
      { a: { managedFields: [], name: 'n' } },
      false,
    ],
    [
      'broken so that what nobody looks at ends elsewhere',
      '{"a":{"managedFields":[{f:x":{}}],"name":"n}],"b":1}}',
      { a: { managedFields: [], b: 1 } },
      false,
    ],
    ['broken where somebody looks', `{"a":{${fields},"name":n"}}`, undefined, false],
  ])('%s', (_what, text, body, isJson) => {
    expect(asRead(text)).toEqual({ body, isJson });
  });
});
