// Replaces fast-check during mutation testing: the usual number of runs for each mutation would take hours.
// @ts-expect-error TS2307: an alias of the vitest configuration in this folder
import real from 'fast-check-real';

const RUNS_LIMIT = 15;

const assert = (property: unknown, parameters: { readonly numRuns?: number } = {}) =>
  real.assert(property, { ...parameters, numRuns: Math.min(parameters.numRuns ?? RUNS_LIMIT, RUNS_LIMIT) });

// biome-ignore lint/style/noDefaultExport: fast-check has one
export default { ...real, assert };
