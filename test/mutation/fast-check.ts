// Stands in for fast-check while mutations are tried: a change that so few worlds do not show would take too long to try every change in more.
// @ts-expect-error TS2307: an alias of the vitest configuration beside this file
import real from 'fast-check-real';

const RUNS_LIMIT = 15;

const assert = (property: unknown, parameters: { readonly numRuns?: number } = {}) =>
  real.assert(property, { ...parameters, numRuns: Math.min(parameters.numRuns ?? RUNS_LIMIT, RUNS_LIMIT) });

// biome-ignore lint/style/noDefaultExport: fast-check has one
export default { ...real, assert };
