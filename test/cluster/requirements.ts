// What a test needs of the machine, found out once a run; a test that lacks it is skipped by name and reason.
import { describe, inject } from 'vitest';
import type { Binaries, BinaryName } from './binaries.ts';
import type { ClusterAddress } from './control-plane.ts';

/** What the run has, as the global setup found and started it; plain data. */
export interface ClusterRun {
  readonly binaries: Binaries;
  /** The control plane that all files share, or why there is none. */
  readonly controlPlane: ClusterAddress | { readonly missing: string };
  /** Why no kubelet can run a Pod here; empty when one can. */
  readonly noNode: string;
  /** Why no registry can be started here; empty when one can. */
  readonly noRegistry: string;
  /** A Metacontroller, or why there is none. */
  readonly metacontroller: { readonly path: string } | { readonly missing: string };
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly clusterRun: ClusterRun;
  }
}

export type Requirement = 'controlPlane' | 'node' | 'registry' | 'metacontroller' | BinaryName;

function whyMissing(run: ClusterRun, requirement: Requirement): string | undefined {
  if (requirement === 'node') return run.noNode || undefined;
  if (requirement === 'registry') return run.noRegistry || undefined;
  const found =
    requirement === 'controlPlane' || requirement === 'metacontroller' ? run[requirement] : run.binaries[requirement];
  return 'missing' in found ? found.missing : undefined;
}

/** What the summary of a run looks for in a title. */
export const NOT_RUN = 'not run: ';

/** Describes tests that need all of these; where one is missing, they are skipped and their title says why. */
export function describeWith(requirements: readonly Requirement[], title: string, tests: () => void): void {
  const run = inject('clusterRun');
  const why = requirements.map((each) => whyMissing(run, each)).find((reason) => reason !== undefined);
  if (why === undefined) describe(title, tests);
  else describe.skip(`${title} (${NOT_RUN}${why})`, tests);
}
