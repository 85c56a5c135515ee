// What a test needs from the machine. A test without it is skipped, with the reason in its title.
import { describe, inject } from 'vitest';
import type { Binaries, BinaryName } from './binaries.ts';
import type { ClusterAddress } from './control-plane.ts';

/** What the global setup found and started. Plain data, because it is sent to the test workers. */
export interface ClusterRun {
  readonly binaries: Binaries;
  /** The control plane that all tests share, or why there is none. */
  readonly controlPlane: ClusterAddress | { readonly missing: string };
  /** Why a kubelet cannot run a Pod on this machine. Empty when it can. */
  readonly noNode: string;
  /** Why this machine cannot start a registry. Empty when it can. */
  readonly noRegistry: string;
  /** Why npm cannot install packages. Empty when it can. */
  readonly noPackageRegistry: string;
  /** A Metacontroller, or why there is none. */
  readonly metacontroller: { readonly path: string } | { readonly missing: string };
  /** A browser for the page of a plan, or why there is none. */
  readonly chromium: { readonly path: string } | { readonly missing: string };
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly clusterRun: ClusterRun;
  }
}

export type Requirement =
  | 'controlPlane'
  | 'node'
  | 'registry'
  | 'packageRegistry'
  | 'metacontroller'
  | 'chromium'
  | BinaryName;

function whyMissing(run: ClusterRun, requirement: Requirement): string | undefined {
  if (requirement === 'node') return run.noNode || undefined;
  if (requirement === 'registry') return run.noRegistry || undefined;
  if (requirement === 'packageRegistry') return run.noPackageRegistry || undefined;
  const isPart = requirement === 'controlPlane' || requirement === 'metacontroller' || requirement === 'chromium';
  const found = isPart ? run[requirement] : run.binaries[requirement];
  return 'missing' in found ? found.missing : undefined;
}

/** Begins the reason in the title of a skipped test. */
export const NOT_RUN = 'not run: ';

/** Like `describe`. Skips the tests when a requirement is missing and appends the reason to the title. */
export function describeWith(requirements: readonly Requirement[], title: string, tests: () => void): void {
  const run = inject('clusterRun');
  const why = requirements.map((each) => whyMissing(run, each)).find((reason) => reason !== undefined);
  if (why === undefined) describe(title, tests);
  else describe.skip(`${title} (${NOT_RUN}${why})`, tests);
}
