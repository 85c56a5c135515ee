// A short run of `npm run fuzz` with a fixed seed.
import fc from 'fast-check';
import { it } from 'vitest';
import { properties } from './properties.ts';

it.each(Object.entries(properties))('%s', (_title, property) => fc.assert(property, { seed: 1, numRuns: 100 }));
