// Runs once per test run: finds or builds the programs, starts the control plane, and reports skipped tests at the end.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type Binaries, findBinaries, findMetacontroller, pathOf, whyMissing } from './binaries.ts';
import { type Caretaker, startCaretaker } from './caretaker.ts';
import { startControlPlane } from './control-plane.ts';
import { whyNoNode } from './node-support.ts';
import { notRunLines } from './not-run.ts';
import { whyNoPackageRegistry } from './package-registry.ts';
import { findChromium } from './page/chromium.ts';
import { whyNoRegistry } from './registry.ts';
import type { ClusterRun } from './requirements.ts';

const print = (line: string) => process.stderr.write(`${line}\n`);

async function startIn(binaries: Binaries, caretaker: Caretaker): Promise<ClusterRun['controlPlane']> {
  const missing = whyMissing(binaries, ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl']);
  if (missing !== undefined) return { missing };
  const folder = mkdtempSync(join(tmpdir(), 'drop-cluster-'));
  caretaker.add({ kind: 'folder', of: folder });
  return await startControlPlane({ binary: (name) => pathOf(binaries, name), folder, caretaker });
}

/** Returns the function that ends everything. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const binaries = await findBinaries(print);
  const caretaker = startCaretaker();
  try {
    const controlPlane = await startIn(binaries, caretaker);
    project.provide('clusterRun', {
      binaries,
      controlPlane,
      noNode: whyNoNode(binaries) ?? '',
      noRegistry: whyNoRegistry() ?? '',
      noPackageRegistry: whyNoPackageRegistry() ?? '',
      metacontroller: findMetacontroller(),
      chromium: findChromium(),
    });
  } catch (error) {
    await caretaker.stop();
    throw error;
  }
  return async () => {
    await caretaker.stop();
    for (const line of notRunLines(project.vitest.state.getTestModules())) print(line);
  };
}
