// The memory of bodies in flight is bounded, and small bodies are always admitted.
import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createBodyAdmission, LARGEST_BODIES_IN_FLIGHT } from '../../service/body-admission.ts';

const LIMIT_BYTES = 64 * 1024 * 1024;
const length = (bytes: number): IncomingHttpHeaders => ({ 'content-length': String(bytes) });
const newResponse = () => new EventEmitter() as unknown as ServerResponse & EventEmitter;

it('a large body is admitted again when the response to an earlier one is closed', () => {
  const admitBody = createBodyAdmission(LIMIT_BYTES);
  const responses = Array.from({ length: LARGEST_BODIES_IN_FLIGHT }, newResponse);
  expect(responses.map((response) => admitBody(length(LIMIT_BYTES), response))).toEqual(responses.map(() => true));
  expect(admitBody(length(LIMIT_BYTES), newResponse())).toBe(false);
  responses[0]?.emit('close');
  expect(admitBody(length(LIMIT_BYTES), newResponse())).toBe(true);
});

describe('when the largest bodies use all of the memory', () => {
  it.each<[string, IncomingHttpHeaders, boolean]>([
    ['a small body is admitted', length(1_000), true],
    ['a request without a body is admitted', {}, true],
    ['a body above the limit of one body is admitted, because it is rejected later', length(LIMIT_BYTES + 1), true],
    ['a body of 2 MB is not admitted', length(2_000_000), false],
    ['a body of unknown length is not admitted', { 'transfer-encoding': 'chunked' }, false],
  ])('%s', (_title, headers, expected) => {
    const admitBody = createBodyAdmission(LIMIT_BYTES);
    for (let count = 0; count < LARGEST_BODIES_IN_FLIGHT; count += 1) admitBody(length(LIMIT_BYTES), newResponse());
    expect(admitBody(headers, newResponse())).toBe(expected);
  });
});

it('60 syncs of 1,000 nodes and 100 images are admitted at once', () => {
  const admitBody = createBodyAdmission(LIMIT_BYTES);
  const admitted = Array.from({ length: 60 }, () => admitBody(length(2_000_000), newResponse()));
  expect(admitted).not.toContain(false);
});
