// `npm run fuzz -- [--seed N] [--runs N]`: checks the properties with many random requests. Exits with 1 if one fails.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { properties } from './properties.ts';

const { values } = parseArgs({ options: { seed: { type: 'string' }, runs: { type: 'string', default: '5000' } } });
const seed = Number(values.seed ?? randomInt(2 ** 31));
const numRuns = Number(values.runs);
if (!Number.isInteger(seed) || !Number.isInteger(numRuns)) throw new Error('--seed and --runs must be whole numbers');

console.log(`seed ${seed}, ${numRuns} runs of each property`);
for (const [title, property] of Object.entries(properties)) {
  const result = await fc.check(property, { seed, numRuns });
  console.log(`${result.failed ? 'FAILED' : 'passed'}: ${title}`);
  if (result.failed) console.log(await fc.asyncDefaultReportMessage(result));
  if (result.failed) process.exitCode = 1;
}
