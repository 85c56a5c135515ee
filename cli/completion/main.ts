// Entry point of `kubectl_complete-drop`, which kubectl and the completion scripts run with the words so far.

import { createProgram } from '../program.ts';
import { createProgressLine } from '../progress-line.ts';
import { completionOf, completionText } from './candidates.ts';

const runsNoCommand = () => Promise.reject(new Error('completion runs no command'));

const program = createProgram(
  {
    environment: process.env,
    readSnapshot: runsNoCommand,
    followCluster: runsNoCommand,
    serve: { print: () => undefined, ended: runsNoCommand },
    report: () => undefined,
    progress: createProgressLine(process.stderr),
  },
  { version: '', write: () => undefined },
);
const completion = await completionOf(program, process.argv.slice(2), async (resource, flags) => {
  // Loaded only where it is needed: that takes half a second.
  const { objectNames } = await import('./object-names.ts');
  return await objectNames({ resource, flags, environment: process.env });
});
// A request or a program for credentials may still run.
process.stdout.write(completionText(completion), () => process.exit(0));
