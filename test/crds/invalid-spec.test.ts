// Proves which specs are refused, and in which words.
import { describe, expect, it } from 'vitest';
import { invalidImageSpecs } from './invalid-image-specs.ts';
import { invalidPolicySpecs } from './invalid-policy-specs.ts';
import { readSpecOf } from './spec-reading.ts';

describe('a spec that is not valid is refused in one sentence', () => {
  it.each([...invalidImageSpecs, ...invalidPolicySpecs])('%s: %s', (_title, kind, spec, expected) => {
    expect(readSpecOf(kind, spec)).toBe(expected);
  });
});
