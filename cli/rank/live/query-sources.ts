// Runs a DiscoveryPolicy of files once: its queries are sent from this machine, and the hook reduces the results.
import { discoveryPolicyStatus } from '../../../crds/discovery-policy.ts';
import { readStatus } from '../../../crds/observed.ts';
import { patternEngineProblem } from '../../../hooks/discovery-policy/pattern.ts';
import { shapeOf } from '../../../hooks/discovery-policy/policy-shape.ts';
import type { SourceOutcome } from '../../../hooks/discovery-policy/query.ts';
import { planDiscovery, syncDiscoveryPolicy } from '../../../hooks/discovery-policy/sync.ts';
import { discoveryPolicySyncRequest, type ObservedDiscoveryPolicy } from '../../../metacontroller/hook-request.ts';
import type { CredentialSource } from '../../../service/discovery/credentials.ts';
import type { ProxyVariables } from '../../../service/discovery/proxies.ts';
import { createDiscoveryRunner } from '../../../service/discovery-runner.ts';
import type { Manifest } from '../../manifest-files.ts';
import { UsageError } from '../../usage-error.ts';
import type { LeftOutImage } from '../report.ts';
import { leftOutImages } from './left-out.ts';

export interface QueryOptions {
  readonly credentials: CredentialSource;
  readonly proxyVariables?: ProxyVariables | undefined;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

export interface QueriedPolicy {
  /** With the status after one run. */
  readonly observed: ObservedDiscoveryPolicy;
  readonly leftOut: readonly LeftOutImage[];
  readonly nowMilliseconds: number;
}

const patternFields = new Set(['imageFilter', 'tagFilter', 'versionPattern']);

function hasPattern(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, field]) => patternFields.has(name) || hasPattern(field));
}

/** RE2 is an optional package, which needs a compiler where no build of it exists. */
function checkPatterns(policy: Manifest): void {
  const problem = hasPattern(policy.spec) ? patternEngineProblem() : undefined;
  if (problem !== undefined) {
    throw new UsageError(`patterns need the npm package re2: install it, or remove the patterns: ${problem}`);
  }
}

function observedOf({ spec, metadata }: Manifest): ObservedDiscoveryPolicy {
  const { name } = metadata;
  const parent = { kind: 'DiscoveryPolicy', metadata: { name, uid: name, generation: 1 }, spec };
  return discoveryPolicySyncRequest.parse({ parent, finalizing: false }).parent;
}

function checkSpec(observed: ObservedDiscoveryPolicy): void {
  const { conditions = [] } = observed.status;
  const invalid = conditions.find(({ type, reason }) => type === 'Ready' && reason === 'InvalidSpec');
  if (invalid === undefined) return;
  throw new UsageError(`discoverypolicy/${observed.metadata.name} cannot work: ${invalid.message}`);
}

function leftOutOf(
  observed: ObservedDiscoveryPolicy,
  outcomes: ReadonlyMap<number, SourceOutcome>,
  nowMilliseconds: number,
): readonly LeftOutImage[] {
  const shape = shapeOf(observed);
  if (!('policy' in shape)) return [];
  const keptImages = new Set(observed.status.discoveredImages?.map(({ image }) => image));
  return leftOutImages({ policy: shape.policy, outcomes, keptImages, nowMilliseconds });
}

/** Throws a UsageError for a spec that cannot work. A source that fails is part of the status. */
export async function queryPolicy(policy: Manifest, options: QueryOptions): Promise<QueriedPolicy> {
  const { credentials, proxyVariables, clock } = options;
  checkPatterns(policy);
  const parent = observedOf(policy);
  const { name, uid } = parent.metadata;
  const forPolicy = () => credentials;
  const run = createDiscoveryRunner({ credentials: { isAvailable: true, forPolicy }, clock, proxyVariables });
  const outcomes = await run(planDiscovery(parent, clock()), { name, uid });
  const nowMilliseconds = clock();
  const { response } = syncDiscoveryPolicy(parent, outcomes, nowMilliseconds);
  const observed = { ...parent, status: readStatus(discoveryPolicyStatus, response.status) };
  checkSpec(observed);
  return { observed, leftOut: leftOutOf(observed, outcomes, nowMilliseconds), nowMilliseconds };
}
