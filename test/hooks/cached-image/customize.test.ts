// What a CachedImage asks to see: the Fleet, its own Pods, and the view of the policy that paces it.
import { expect, test } from 'vitest';
import { customizeCachedImage } from '../../../hooks/cached-image/customize.ts';
import { imageRequest, settings } from '../builders/wire.ts';

const relatedOf = (spec: Record<string, unknown>) =>
  customizeCachedImage(imageRequest({ name: 'x', spec }).parent, settings).relatedResources;

test.each([
  { what: 'the policy that it names', spec: { policyRef: { name: 'slow' } }, policy: 'slow' },
  { what: 'the default where it names none', spec: {}, policy: 'default' },
  { what: 'the default where its spec cannot be read', spec: { priority: 'high' }, policy: 'default' },
])('$what', ({ spec, policy }) => {
  expect(relatedOf(spec).find(({ resource }) => resource === 'policyviews')).toMatchObject({ names: [policy] });
});

test('the Fleet, and the pull Pods that are labelled with it', () => {
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
