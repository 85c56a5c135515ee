// The DiscoveryPolicy of files, as it would be applied.
import type { DiscoveryPolicySpec } from '../../../crds/discovery-policy.ts';
import { readDropManifests } from '../../drop-manifests.ts';
import { type Manifest, readManifests } from '../../manifest-files.ts';
import { UsageError } from '../../usage-error.ts';
import { quoted, similarNames } from '../../why/find-images.ts';
import { missingPolicyName } from '../ranked-policy.ts';

export interface PolicyFiles {
  /** Files and folders with manifests. */
  readonly files: readonly string[];
  /** Files and folders with Secrets. */
  readonly credentials: readonly string[];
}

export interface FileManifests {
  readonly policies: readonly Manifest[];
  /** Of all files. */
  readonly all: readonly Manifest[];
}

/** Throws a UsageError for a file that cannot be read, does not apply, or lacks what it should have. */
export function readPolicyFiles({ files, credentials }: PolicyFiles): FileManifests {
  const manifests = files.flatMap((file) => readManifests(file));
  const policies = readDropManifests(manifests).get('discoverypolicies') ?? [];
  if (policies.length === 0) throw new UsageError(`${files.join(', ')} has no DiscoveryPolicy`);
  const secrets = credentials.flatMap((file) => {
    const found = readManifests(file).filter(({ kind }) => kind === 'Secret');
    if (found.length === 0) throw new UsageError(`${file} has no Secret`);
    return found;
  });
  return { policies, all: [...manifests, ...secrets] };
}

/** The only policy, or the one with the name. Throws a UsageError if that is not clear. */
export function choosePolicy(policies: readonly Manifest[], name: string | undefined): Manifest {
  const names = policies.map(({ metadata }) => metadata.name);
  const [only] = policies;
  if (name === undefined && policies.length === 1 && only !== undefined) return only;
  if (name === undefined) throw missingPolicyName(names);
  const found = policies.find(({ metadata }) => metadata.name === name);
  if (found === undefined) {
    throw new UsageError(`the files have no DiscoveryPolicy ${quoted(name)}${similarNames(name, names)}`);
  }
  return found;
}

type Spec = Partial<DiscoveryPolicySpec>;

/** The spec with a number of nodes in place of a selector, which would need a cluster. Throws a UsageError. */
export function withNodes(policy: Manifest, count: number | undefined): Manifest {
  const spec = (policy.spec ?? {}) as Spec;
  const { ranking } = spec;
  const exposure = ranking?.strategy === 'modelExposure' ? ranking.modelExposure : undefined;
  if (count !== undefined) {
    if (exposure === undefined) throw new UsageError('--nodes counts only for the ranking strategy modelExposure');
    return { ...policy, spec: { ...spec, ranking: { ...ranking, modelExposure: { ...exposure, nodes: { count } } } } };
  }
  if (exposure?.nodes?.selector !== undefined && exposure.nodes.count === undefined) {
    throw new UsageError('nodes.selector counts the nodes of a cluster: state their number with --nodes');
  }
  return policy;
}
