// Which policies relate the Fleet: those whose ranking counts nodes with a selector.
import { expect, test } from 'vitest';
import { customizeDiscoveryPolicy } from '../../../hooks/discovery-policy/customize.ts';
import { type Fields, observed } from './policies.ts';

const selector = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'gpu', operator: 'Exists' }] }] };
const signals = { preWindowUsageSignal: 'a', targetWindowUsageSignal: 'b', pullTimeSignal: 'c' };
const modelExposure = (nodes?: Fields) => ({
  ranking: { strategy: 'modelExposure', modelExposure: { ...signals, ...(nodes === undefined ? {} : { nodes }) } },
});

test.each<[what: string, spec: Fields, relatesFleet: boolean]>([
  ['modelExposure with a selector', modelExposure({ selector }), true],
  ['modelExposure with a selector and a count', modelExposure({ selector, count: 3 }), true],
  ['modelExposure with an empty selector', modelExposure({ selector: { nodeSelectorTerms: [] } }), true],
  ['modelExposure with a count', modelExposure({ count: 3 }), false],
  ['modelExposure without nodes', modelExposure(), false],
  [
    'another strategy beside a modelExposure with a selector',
    { ranking: { ...modelExposure({ selector }).ranking, strategy: 'signal', signal: 'a' } },
    false,
  ],
  ['no ranking', {}, false],
  ['an invalid spec', { ...modelExposure({ selector }), maxImages: 0 }, false],
])('a policy with %s relates the Fleet only if its ranking selects nodes', (_what, spec, relatesFleet) => {
  const fleet = { apiVersion: 'drop.corewire.io/v1alpha1', resource: 'fleets', names: ['default'] };
  expect(customizeDiscoveryPolicy(observed(spec))).toEqual({ relatedResources: relatesFleet ? [fleet] : [] });
});
