// Proves that the manifests in the documents of the original Drop are valid unchanged.
import { expect, test } from 'vitest';
import { documentedPolicies } from './documented-discovery.ts';
import { documentedManifests } from './documented-manifests.ts';
import { readSpecOf } from './spec-reading.ts';

type Fields = Readonly<Record<string, unknown>>;

const image = { imagePullPolicy: 'Always', priority: 0 };

/** Defaults of the fields that a manifest omits, by name. */
const defaultsOf: Readonly<Record<string, Fields>> = {
  'alpine-3-20': image,
  'golang-ci': image,
  'ci-cache-conservative': { maxConcurrentPullsPerNode: 1, pullTimeout: '30m', paused: false },
  'ci-tools': { ...image, imagePullPolicy: 'IfNotPresent' },
  'private-ci-images': image,
  'auto-cached-ci-images': image,
  'registry-discovered-apps': image,
  nginx: image,
};

function sourceWithDefaults(source: Fields): Fields {
  return source.prometheus === undefined
    ? source
    : { ...source, prometheus: { step: '5m', aggregationMethod: 'sum', ...source.prometheus } };
}

test.each(documentedManifests.map((manifest) => [manifest.metadata.name, manifest] as const))(
  'the documented manifest %s keeps its fields and gets the defaults',
  (name, { apiVersion, kind, spec }) => {
    expect(apiVersion).toBe('drop.corewire.io/v1alpha1');
    expect(readSpecOf(kind, spec)).toEqual({ ...defaultsOf[name], ...spec });
  },
);

test.each(Object.entries(documentedPolicies))(
  'the documented DiscoveryPolicy %s keeps its fields and gets the defaults',
  (_name, { apiVersion, kind, spec }) => {
    expect({ apiVersion, kind }).toEqual({ apiVersion: 'drop.corewire.io/v1alpha1', kind: 'DiscoveryPolicy' });
    const sources = (spec.sources as Fields[]).map(sourceWithDefaults);
    expect(readSpecOf(kind, spec)).toEqual({ ...spec, sources });
  },
);
