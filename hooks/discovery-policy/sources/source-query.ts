// A source as a query of the same type: instant unless it has a lookback, with normalised references and all tags.
import type { DiscoverySource } from '../../../crds/discovery-policy.ts';
import { isDockerHub } from '../../../kubernetes/docker-hub.ts';
import { DEFAULT_REGISTRY } from '../../../kubernetes/image-reference.ts';
import { parseDurationMilliseconds } from '../../text/parsed.ts';
import { boundQuery, type CompiledQuery } from '../query-types/compiled-query.ts';
import type { CompiledPrometheus } from '../query-types/prometheus.ts';
import { type CompiledRegistry, compileTags } from '../query-types/registry.ts';
import { normalizedReference } from '../reference.ts';

type PrometheusBlock = NonNullable<DiscoverySource['prometheus']>;
type RegistryBlock = NonNullable<DiscoverySource['registry']>;

/** The schema of the spec has checked URL and durations. */
function compilePrometheus({ endpoint, query, lookback, step }: PrometheusBlock): CompiledPrometheus {
  const range = (text: string) => ({
    lookbackMilliseconds: parseDurationMilliseconds(text) ?? 0,
    stepMilliseconds: parseDurationMilliseconds(step) ?? 0,
  });
  return {
    url: endpoint,
    query,
    range: lookback === undefined ? undefined : range(lookback),
    reference: normalizedReference,
  };
}

/** The registry in the references of images at this http or https URL: its host and port, or Docker Hub's name. */
function registryOf(url: string): string {
  if (isDockerHub(url)) return DEFAULT_REGISTRY;
  return /^https?:\/\/([^/?#]+)/.exec(url)?.[1] ?? url;
}

function compileRegistry(block: RegistryBlock, path: string): CompiledRegistry {
  const { url, repositories } = block;
  return {
    url,
    repositories,
    tagSeek: undefined,
    maxScan: undefined,
    registry: registryOf(url),
    reference: normalizedReference,
    ...compileTags(block, path),
  };
}

/**
 * Compiles an entry of `spec.sources`, whose schema requires the block that its type names. Throws an
 * InvalidFieldError. `path` is the path of the entry in the spec.
 */
export function compileSourceQuery({ prometheus, registry }: DiscoverySource, path: string): CompiledQuery {
  if (prometheus !== undefined) return boundQuery('prometheus', compilePrometheus(prometheus));
  return boundQuery('registry', compileRegistry(registry as RegistryBlock, `${path}.registry`));
}
