// Proves the limits one by one where the whole service shows them only together: that they hold, and that nothing below them is refused.
import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAdmission, LARGEST_BODIES_AT_ONCE } from '../../service/body-admission.ts';
import { eventsOf } from '../../service/events/status-event.ts';
import { jsonShapeProblem, NESTING_LIMIT, TOKENS_LIMIT, tokensLimitOf } from '../../service/json-body.ts';
import { withShortTexts } from '../../service/log.ts';
import { createStatusMemory, STATUS_MEMORY_LIMIT_CHARACTERS } from '../../service/status-memory.ts';
import { largePolicyBody } from '../bench/large-cluster.ts';
import { fleetBody } from './largest-requests.ts';

describe('the shape of a body', () => {
  /** The same count by other means. */
  const tokensOf = (text: string) => text.match(/"(?:[^"\\]|\\.)*"|[,[{]/g)?.length ?? 0;

  it('every JSON passes with a limit of as many tokens as it has, and with one less it does not', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'large' }), (value) => {
        const text = JSON.stringify(value);
        const tokens = tokensOf(text);
        expect(jsonShapeProblem(Buffer.from(text), tokens)).toBeUndefined();
        if (tokens > 0) expect(jsonShapeProblem(Buffer.from(text), tokens - 1)).toBe('DROP_BODY_TOO_MANY_TOKENS');
      }),
    );
  });

  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  it.each<[string, string, string | undefined]>([
    ['as deep as may be', nested(NESTING_LIMIT), undefined],
    ['one deeper', nested(NESTING_LIMIT + 1), 'DROP_BODY_TOO_DEEP'],
    ['wide, not deep', `[${'[],'.repeat(2_000)}[]]`, undefined],
    ['brackets in a text', JSON.stringify('['.repeat(2_000)), undefined],
    ['brackets in a text after an escaped quote', JSON.stringify(`"${'['.repeat(2_000)}`), undefined],
    ['brackets in a text after escaped backslashes', JSON.stringify(`\\\\${'['.repeat(2_000)}`), undefined],
    ['brackets after a text that ends in a backslash', `"\\\\"${'['.repeat(2_000)}`, 'DROP_BODY_TOO_DEEP'],
    ['brackets after an empty text', `""${'['.repeat(2_000)}`, 'DROP_BODY_TOO_DEEP'],
    ['a text that does not end', `"${'['.repeat(2_000)}`, undefined],
    ['closed more often than opened', ']'.repeat(2_000), undefined],
    ['nothing', '', undefined],
  ])('%s', (_title, text, problem) => {
    expect(jsonShapeProblem(Buffer.from(text), 10_000)).toBe(problem);
  });

  it.each<[string, string, string]>([
    ['as it is sent', '{"a":1,"managedFields":[{"f:a":{}},"]"],"b":2}', '{"a":1,"managedFields":[],"b":2}'],
    ['with blanks', '{"managedFields" :\n [ {"f:a":[[]]} ] }', '{"managedFields":[]}'],
    ['an escaped quote and a bracket in it', '{"managedFields":["\\"]"],"b":2}', '{"managedFields":[],"b":2}'],
    ['an empty one', '{"managedFields":[]}', '{"managedFields":[]}'],
    ['one that is no list is read', '{"managedFields":{"a":1}}', '{"managedFields":{"a":1}}'],
    ['a text of that name is a text', '{"a":["managedFields",[1]]}', '{"a":["managedFields",[1]]}'],
    ['the end of a longer key is none', '{"\\"managedFields":[1]}', '{"\\"managedFields":[1]}'],
    ['a longer key is another', '{"managedFields2":[1]}', '{"managedFields2":[1]}'],
  ])('what Kubernetes notes about who wrote what is not read: %s', (_title, text, expected) => {
    const bytes = Buffer.from(text);
    expect(jsonShapeProblem(bytes, 100)).toBeUndefined();
    expect(JSON.stringify(JSON.parse(bytes.toString()))).toBe(expected);
  });

  it('nor counted, whatever stands there', () => {
    const text = `{"managedFields":[${'{},'.repeat(1_000)}${nested(5_000)}]}`;
    expect(jsonShapeProblem(Buffer.from(text), 3)).toBeUndefined();
    expect(jsonShapeProblem(Buffer.from('{"managedFields":[[{'), 3)).toBeUndefined();
  });

  it.each<[string, string, number]>([
    ['a PullPolicy, 1,000 nodes, 100 images', largePolicyBody({ nodes: 1_000, images: 100, cachedShare: 1 }), 70],
    ['a PullPolicy, 5,000 nodes, 1,000 images', largePolicyBody({ nodes: 5_000, images: 1_000, cachedShare: 1 }), 10],
    ['the Fleet, 1,000 nodes, 6 labels each', fleetBody({ nodes: 1_000, labels: 6 }), 10],
    ['the Fleet, 1,000 nodes, 40 labels each', fleetBody({ nodes: 1_000, labels: 40 }), 5],
    ['the Fleet, 5,000 nodes, 6 labels each', fleetBody({ nodes: 5_000, labels: 6 }), 2],
    ['the Fleet, 5,000 nodes, 40 labels each', fleetBody({ nodes: 5_000, labels: 40 }), 1],
  ])('is far below the limit in the largest real requests: %s', (_title, body, times) => {
    expect(jsonShapeProblem(Buffer.from(body), Math.floor(TOKENS_LIMIT / times))).toBeUndefined();
  });

  it.each([
    ['a small limit of bytes leaves the limit of tokens alone', 1024 * 1024, TOKENS_LIMIT],
    ['so does the default', 64 * 1024 * 1024, TOKENS_LIMIT],
    ['one four times as large takes four times as many', 256 * 1024 * 1024, 4 * TOKENS_LIMIT],
  ])('%s', (_title, bytes, tokens) => {
    expect(tokensLimitOf(bytes)).toBe(tokens);
  });
});

describe('the room for large bodies', () => {
  const LIMIT_BYTES = 64 * 1024 * 1024;
  const length = (bytes: number): IncomingHttpHeaders => ({ 'content-length': String(bytes) });
  const answer = () => new EventEmitter() as unknown as ServerResponse & EventEmitter;

  it('is taken until an answer is sent', () => {
    const isAdmitted = createAdmission(LIMIT_BYTES);
    const answers = Array.from({ length: LARGEST_BODIES_AT_ONCE }, answer);
    expect(answers.map((each) => isAdmitted(length(LIMIT_BYTES), each))).toEqual(answers.map(() => true));
    expect(isAdmitted(length(LIMIT_BYTES), answer())).toBe(false);
    answers[0]?.emit('close');
    expect(isAdmitted(length(LIMIT_BYTES), answer())).toBe(true);
  });

  it.each<[string, IncomingHttpHeaders, boolean]>([
    ['a small body', length(1_000), true],
    ['no body', {}, true],
    ['a body that is refused anyway', length(LIMIT_BYTES + 1), true],
    ['a body of 2 MB', length(2_000_000), false],
    ['a body that does not say how long it is', { 'transfer-encoding': 'chunked' }, false],
  ])('is full: %s', (_title, headers, expected) => {
    const isAdmitted = createAdmission(LIMIT_BYTES);
    for (let count = 0; count < LARGEST_BODIES_AT_ONCE; count += 1) isAdmitted(length(LIMIT_BYTES), answer());
    expect(isAdmitted(headers, answer())).toBe(expected);
  });

  it('is enough for sixty syncs of 1,000 nodes and 100 images', () => {
    const isAdmitted = createAdmission(LIMIT_BYTES);
    const admitted = Array.from({ length: 60 }, () => isAdmitted(length(2_000_000), answer()));
    expect(admitted).not.toContain(false);
  });
});

describe('the memory of statuses', () => {
  const MEBIBYTE = 1024 * 1024;
  const large = (name: string) => ({ revision: 5, name, text: 'x'.repeat(MEBIBYTE) });
  const isKnown = (memory: ReturnType<typeof createStatusMemory>, uid: string) => memory.recall(uid, 0) !== undefined;

  it('forgets the oldest when all are longer together than may be', () => {
    const memory = createStatusMemory();
    const count = STATUS_MEMORY_LIMIT_CHARACTERS / MEBIBYTE;
    for (let index = 0; index < count; index += 1) memory.remember(`uid-${index}`, large(`${index}`), 0);
    expect([isKnown(memory, 'uid-0'), isKnown(memory, 'uid-1'), isKnown(memory, `uid-${count - 1}`)]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('makes no room for a status that no object can hold', () => {
    const memory = createStatusMemory();
    memory.remember('real', { revision: 5 }, 0);
    memory.remember('forged', { revision: 5, text: 'x'.repeat(4 * MEBIBYTE) } as { revision: number }, 0);
    memory.remember('u'.repeat(1_000), { revision: 5 }, 0);
    expect([isKnown(memory, 'real'), isKnown(memory, 'forged'), isKnown(memory, 'u'.repeat(1_000))]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('counts a status that was replaced once', () => {
    const memory = createStatusMemory();
    memory.remember('first', { revision: 5 }, 0);
    for (let index = 0; index < 100; index += 1) memory.remember('same', large('same'), 0);
    expect([isKnown(memory, 'first'), isKnown(memory, 'same')]).toEqual([true, true]);
  });
});

it('a long text of the log is cut, and shows it', () => {
  const long = 'n'.repeat(2_000);
  const fields = withShortTexts({ parent: long, started: ['a on b', long], running: 3, waitingFor: undefined });
  const cut = `${'n'.repeat(1_024)}…`;
  expect(fields).toEqual({ parent: cut, started: ['a on b', cut], running: 3, waitingFor: undefined });
});

it.each<[string, string, string, number]>([
  ['a name that an object can have', 'n'.repeat(253), 'uid', 1],
  ['a longer one', 'n'.repeat(254), 'uid', 0],
  ['a UID that is none', 'name', 'u'.repeat(129), 0],
])('an Event waits with its names, so it tells of nothing that cannot exist: %s', (_title, name, uid, count) => {
  const lastTransitionTime = '2026-11-21T23:16:20Z';
  const condition = {
    type: 'Ready',
    status: 'False',
    reason: 'ErrImagePull',
    message: '',
    lastTransitionTime,
  } as const;
  const events = eventsOf({
    subject: { kind: 'CachedImage', name, uid },
    before: {},
    after: { conditions: [condition] },
  });
  expect(events).toHaveLength(count);
});
