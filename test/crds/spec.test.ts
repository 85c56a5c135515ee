// Proves which specs each kind accepts, which defaults they get, and which error an invalid one reports.
import { expect, test } from 'vitest';
import { invalidImageSpecs } from './invalid-image-specs.ts';
import { invalidPolicySpecs } from './invalid-policy-specs.ts';
import { readSpecOf } from './spec-reading.ts';
import { unsetSpecs } from './unset-specs.ts';
import { validSpecs } from './valid-specs.ts';

test.each(validSpecs)('a %s with %s is accepted and gets its defaults', (kind, _content, spec, expected) => {
  expect(readSpecOf(kind, spec)).toEqual(expected);
});

test.each([...invalidImageSpecs, ...invalidPolicySpecs])(
  'a %s with %s is refused in one sentence',
  (kind, _content, spec, expected) => {
    expect(readSpecOf(kind, spec)).toBe(expected);
  },
);

test.each(unsetSpecs)('a %s with %s reads as if the value were not there', (kind, _content, spec, absent) => {
  expect(readSpecOf(kind, absent)).toBeTypeOf('object');
  expect(readSpecOf(kind, spec)).toStrictEqual(readSpecOf(kind, absent));
});
