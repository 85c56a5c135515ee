// Proves that the DiscoveryPolicies of the documents that define the product are valid here and lose nothing.
import { expect, it } from 'vitest';
import { documentedPolicies } from './documented-discovery.ts';
import { readSpecOf } from './spec-reading.ts';

const prometheusDefaults = { step: '5m', aggregationMethod: 'sum' };

interface Source {
  readonly prometheus?: object;
}

function withDefaults(source: Source): Source {
  return source.prometheus === undefined
    ? source
    : { ...source, prometheus: { ...prometheusDefaults, ...source.prometheus } };
}

it.each(Object.entries(documentedPolicies))('%s', (_title, { apiVersion, kind, spec }) => {
  expect({ apiVersion, kind }).toEqual({ apiVersion: 'drop.corewire.io/v1alpha1', kind: 'DiscoveryPolicy' });
  const sources = (spec.sources as Source[]).map(withDefaults);
  expect(readSpecOf(kind, spec)).toEqual({ ...spec, sources });
});
