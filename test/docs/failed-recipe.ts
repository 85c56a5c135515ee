// The status of a recipe whose Loki fails after a first run.
import { parse } from 'yaml';
import type { RawObject, Snapshot } from '../../cli/cluster/snapshot.ts';
import { planDiscovery, syncDiscoveryPolicy } from '../../hooks/discovery-policy/sync.ts';
import { discoveryPolicySyncRequest } from '../../metacontroller/hook-request.ts';
import { createDiscoveryRunner } from '../../service/discovery-runner.ts';
import { MINUTE, SECOND, settings } from '../hooks/builders/wire.ts';
import type { RecipeSources } from './recipe-sources.ts';

const credentials = { isAvailable: false, forPolicy: () => ({ read: () => Promise.reject(new Error('no Secrets')) }) };

async function synced(policy: RawObject, nowMilliseconds: number): Promise<RawObject> {
  const { parent } = discoveryPolicySyncRequest.parse({ parent: policy, finalizing: false });
  const run = createDiscoveryRunner({ credentials, clock: () => nowMilliseconds });
  const outcomes = await run(planDiscovery(parent, nowMilliseconds), { name: parent.metadata.name, uid: 'a' });
  const { response } = syncDiscoveryPolicy(parent, outcomes, nowMilliseconds);
  return { ...policy, status: response.status };
}

/** The policy has the given text, with addresses on loopback. The failure is five seconds old. */
export async function snapshotAfterFailure(text: string, sources: RecipeSources, now: number): Promise<Snapshot> {
  const { metadata, spec } = parse(text) as RawObject;
  const policy = { kind: 'DiscoveryPolicy', metadata: { ...metadata, uid: 'a', generation: 1 }, spec };
  const first = await synced(policy, now - 45 * MINUTE);
  sources.failLoki();
  let json = JSON.stringify(await synced(first, now - 5 * SECOND));
  for (const [documented, served] of sources.addresses) json = json.replaceAll(served, documented);
  return { lists: new Map([['discoverypolicies', [JSON.parse(json)]]]), unread: [], nowMilliseconds: now, settings };
}
