// The ConfigMap patch that installs the health checks of `docs/argocd/` in Argo CD.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { API_GROUP } from '../crds/kind.ts';

const folder = resolve(import.meta.dirname, '../docs/argocd');

/** The health checks, by the kind that they are for. */
export const healthChecks = {
  CachedImage: 'cached-image.lua',
  CachedImageSet: 'cached-image-set.lua',
  PullPolicy: 'pull-policy.lua',
  DiscoveryPolicy: 'discovery-policy.lua',
} as const;

export function healthCheckOf(kind: keyof typeof healthChecks): string {
  return readFileSync(join(folder, healthChecks[kind]), 'utf8');
}

/** The part of the ConfigMap `argocd-cm` that Drop needs. */
export function argocdPatch(): unknown {
  const kinds = Object.keys(healthChecks) as (keyof typeof healthChecks)[];
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'argocd-cm' },
    data: Object.fromEntries(
      kinds.map((kind) => [`resource.customizations.health.${API_GROUP}_${kind}`, healthCheckOf(kind)]),
    ),
  };
}
