// Proves which specs each kind takes, and which defaults they get.
import { describe, expect, it } from 'vitest';
import { readSpecOf } from './spec-reading.ts';
import { validSpecs } from './valid-specs.ts';

describe('a spec that is valid gets its defaults', () => {
  it.each(validSpecs)('%s: %s', (_title, kind, spec, expected) => {
    expect(readSpecOf(kind, spec)).toEqual(expected);
  });
});
