// Which objects a sync of drop-defaults sees.
import { expect, test } from 'vitest';
import { customizeDefaults } from '../../../hooks/defaults/customize.ts';
import { settings } from '../builders/wire.ts';

test('drop-defaults relates the Fleet and the PullPolicy of its own names, and no other object', () => {
  expect(customizeDefaults({ ...settings, defaultPolicyName: 'paced' })).toEqual({
    relatedResources: [
      { apiVersion: 'drop.corewire.io/v1alpha1', resource: 'fleets', names: ['default'] },
      { apiVersion: 'drop.corewire.io/v1alpha1', resource: 'pullpolicies', names: ['paced'] },
    ],
  });
});
