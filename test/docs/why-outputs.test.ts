// Produces every output of `kubectl drop why` that the documents show, each from a small simulated cluster.
import { expect, it } from 'vitest';
import type { Snapshot } from '../../cli/cluster/snapshot.ts';
import { whyResult } from '../../cli/why/why.ts';
import { simulatedSnapshot } from '../../demo/snapshot.ts';
import { MINUTE, publish, type Scenario, SECOND, startScenario, wantImage } from '../whole-cluster/scenario.ts';
import { blocks } from './documents.ts';

const NODES = 4;
const pacing = { maxConcurrentNodes: 2, minDelayBetweenPulls: '10s' };

async function snapshotAfter({ cluster, clock }: Scenario, milliseconds: number): Promise<Snapshot> {
  await clock.runFor(milliseconds);
  return simulatedSnapshot(cluster, clock.now());
}

/** A cluster with the image `tools`, whose pull takes eight seconds. */
function clusterWithTools(spec: Readonly<Record<string, unknown>> = {}): Scenario {
  const scenario = startScenario({ nodes: NODES, defaultPolicy: pacing });
  publish(scenario.cluster, 'tools', { seconds: 8 });
  wantImage(scenario.cluster, 'tools', spec);
  return scenario;
}

async function cordonedNode(): Promise<Snapshot> {
  const scenario = clusterWithTools();
  await scenario.clock.runFor(SECOND);
  scenario.cluster.cordon('node-3');
  return snapshotAfter(scenario, MINUTE);
}

async function missingImage(): Promise<Snapshot> {
  const scenario = startScenario({ nodes: NODES, defaultPolicy: pacing });
  wantImage(scenario.cluster, 'tools');
  return snapshotAfter(scenario, 2 * MINUTE);
}

async function refusedPods(): Promise<Snapshot> {
  const admit = ({ kind }: { readonly kind: string }) => (kind === 'Pod' ? 'exceeded quota' : undefined);
  const scenario = startScenario({ nodes: NODES, defaultPolicy: pacing, admit });
  wantImage(scenario.cluster, 'tools');
  return snapshotAfter(scenario, 75 * SECOND);
}

/** The cluster behind the outputs below a heading. */
const clusters: Readonly<Record<string, () => Promise<Snapshot>>> = {
  'An image stays Pending': () => snapshotAfter(clusterWithTools(), 14 * SECOND),
  'No pull Pods are visible': () => snapshotAfter(clusterWithTools(), 4 * SECOND),
  'A pull fails': missingImage,
  'PodsCreated is False': refusedPods,
  PolicyNotFound: () => snapshotAfter(clusterWithTools({ policyRef: { name: 'ci' } }), 10 * SECOND),
  NoMatchingNodes: () => snapshotAfter(clusterWithTools({ nodeSelector: { pool: 'build' } }), 10 * SECOND),
  'Nodes are unavailable': cordonedNode,
};

const shown = blocks.flatMap(({ file, heading, text }) => {
  const [, image, node, output] = /^\$ kubectl drop why (\S+) ?(\S*)\n([\s\S]*)$/.exec(text) ?? [];
  return image === undefined ? [] : [{ file, heading, image, node: node || undefined, output }];
});

it('every cluster has an output in the documents', () => {
  expect([...new Set(shown.map(({ heading }) => heading))].sort()).toEqual(Object.keys(clusters).sort());
});

it.each(shown)(
  '$file shows what `why $image $node` prints below "$heading"',
  async ({ heading, image, node, output }) => {
    const snapshot = await clusters[heading]?.();
    if (snapshot === undefined) throw new Error(`no cluster for the heading "${heading}"`);
    expect(output).toBe(whyResult(snapshot, { image, node }, 'table').text);
  },
);
