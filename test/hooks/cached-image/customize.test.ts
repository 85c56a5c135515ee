// The related objects of a CachedImage sync.
import { expect, test } from 'vitest';
import { customizeCachedImage } from '../../../hooks/cached-image/customize.ts';
import { imageRequest, settings } from '../builders/wire.ts';

const relatedOf = (spec: Record<string, unknown>) =>
  customizeCachedImage(imageRequest({ name: 'x', spec }).parent, settings).relatedResources;

test.each([
  {
    what: 'an image relates the view of the policy that it names',
    spec: { policyRef: { name: 'slow' } },
    name: 'slow',
  },
  { what: 'an image without policyRef relates the view of the default policy', spec: {}, name: 'default' },
  {
    what: 'an image with an invalid spec relates the view of the default policy',
    spec: { priority: 'high' },
    name: 'default',
  },
])('$what', ({ spec, name }) => {
  expect(relatedOf(spec).find(({ resource }) => resource === 'policyviews')).toMatchObject({ names: [name] });
});

test('an image relates the Fleet and the pull Pods with its label', () => {
  const [fleets, pods] = relatedOf({});
  expect(fleets).toMatchObject({ resource: 'fleets', names: ['default'] });
  expect(pods).toMatchObject({
    resource: 'pods',
    namespace: 'drop-system',
    labelSelector: {
      matchLabels: { 'app.kubernetes.io/managed-by': 'drop', 'drop.corewire.io/cachedimage': 'x' },
    },
  });
});
