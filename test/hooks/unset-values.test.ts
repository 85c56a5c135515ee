// Values that mean "not set": the hooks respond to a spec with them exactly as to the spec without them.
import { expect, it } from 'vitest';
import { customizeCachedImage } from '../../hooks/cached-image/customize.ts';
import { syncCachedImage } from '../../hooks/cached-image/sync.ts';
import { customizeCachedImageSet } from '../../hooks/cached-image-set/customize.ts';
import { syncCachedImageSet } from '../../hooks/cached-image-set/sync.ts';
import { planDiscovery, syncDiscoveryPolicy } from '../../hooks/discovery-policy/sync.ts';
import { syncPullPolicy } from '../../hooks/pull-policy/sync.ts';
import { cachedImageSetSyncRequest } from '../../metacontroller/hook-request.ts';
import { unsetSpecs } from '../crds/unset-specs.ts';
import {
  imageRequest,
  MINUTE,
  NOON,
  nodesNamed,
  type PodFacts,
  policyRequest,
  settings,
  uidOf,
  wireGroup,
} from './builders/wire.ts';
import { type Fields, failure, observed, prometheus, wireDiscovery } from './discovery-policy/policies.ts';

const specsOf = (kind: string) =>
  unsetSpecs
    .filter(([rowKind]) => rowKind === kind)
    .map(([, content, spec, absent]) => [content, spec as Fields, absent as Fields] as const);

/** The fields of a row without an image of their own: the image of the request has another reference. */
function spread({ image: _image, ...fields }: Fields): Fields {
  return { tag: undefined, ...fields };
}

const nodes = nodesNamed('a', 'b');

function respondToImage(spec: Fields) {
  const facts = { name: 'x', nodes, spec: spread(spec) };
  const { response } = syncCachedImage(imageRequest(facts), settings, NOON);
  const started = syncPullPolicy(policyRequest({ nodes, images: [facts] }), settings, NOON).response;
  return { response, started, customized: customizeCachedImage(imageRequest(facts).parent, settings) };
}

it.each(specsOf('CachedImage'))(
  'a CachedImage with %s gets the response of one without that value',
  (_content, spec, absent) => {
    expect(respondToImage(spec)).toStrictEqual(respondToImage(absent));
  },
);

it('a pull in progress stays when empty text in the spec becomes absent', () => {
  const pod: PodFacts = { slot: 0, image: 'x', node: 'a' };
  const before = { name: 'x', spec: { digest: '', policyRef: { name: '' }, imagePullSecrets: [{ name: '' }] } };
  const respond = (image: { readonly name: string }) =>
    syncPullPolicy(policyRequest({ nodes: nodesNamed('a'), images: [image], pods: [pod] }), settings, NOON).response;
  const { children } = respond({ name: 'x' });
  expect(children.filter(({ kind }) => kind === 'Pod')).toMatchObject([{ metadata: { name: 'drop-default-0' } }]);
  expect(respond(before)).toStrictEqual(respond({ name: 'x' }));
});

it('a Pod has only the pull secrets that have a name, and no empty text in its tolerations', () => {
  const spec = {
    imagePullSecrets: [{ name: 'a' }, { name: '' }, {}],
    tolerations: [{ key: 'dedicated', operator: '', value: 'ci', effect: '' }],
  };
  const request = policyRequest({ nodes: nodesNamed('a'), images: [{ name: 'x', spec }] });
  const { children } = syncPullPolicy(request, settings, NOON).response;
  expect(children.find(({ kind }) => kind === 'Pod')?.spec).toMatchObject({
    imagePullSecrets: [{ name: 'a' }],
    tolerations: [{ key: 'dedicated', value: 'ci' }],
  });
});

function respondToSet(spec: Fields) {
  const policy = wireDiscovery({ sources: [prometheus('a')] }, { lastSyncTime: '2026-11-21T11:00:00Z' });
  const request = cachedImageSetSyncRequest.parse({
    parent: { kind: 'CachedImageSet', metadata: { name: 'ci', uid: uidOf('ci'), generation: 1 }, spec },
    children: { 'CachedImage.drop.corewire.io/v1alpha1': {} },
    related: { 'DiscoveryPolicy.drop.corewire.io/v1alpha1': wireGroup([policy]) },
  });
  const { response } = syncCachedImageSet(request, NOON);
  return { response, customized: customizeCachedImageSet(request.parent) };
}

it.each(specsOf('CachedImageSet'))(
  'a CachedImageSet with %s gets the response of one without that value',
  (_content, spec, absent) => {
    expect(respondToSet(spec)).toStrictEqual(respondToSet(absent));
  },
);

function respondToPolicy(spec: Fields) {
  const request = policyRequest({ nodes, images: [{ name: 'x' }], status: {} });
  const { parent } = policyRequest({ spec: { minDelayBetweenPulls: undefined, ...spec } });
  return syncPullPolicy({ ...request, parent }, settings, NOON).response;
}

it.each(specsOf('PullPolicy'))(
  'a PullPolicy with %s gets the response of one without that value',
  (_content, spec, absent) => {
    expect(respondToPolicy(spec)).toStrictEqual(respondToPolicy(absent));
  },
);

function respondToDiscovery(spec: Fields) {
  const parent = observed(spec);
  const outcomes = new Map(planDiscovery(parent, NOON).map(({ index }) => [index, failure()]));
  const { response } = syncDiscoveryPolicy(parent, outcomes, NOON);
  const later = observed(spec, response.status);
  return { queries: planDiscovery(parent, NOON), response, later: planDiscovery(later, NOON + MINUTE) };
}

it.each(specsOf('DiscoveryPolicy'))(
  'a DiscoveryPolicy with %s gets the response of one without that value',
  (_content, spec, absent) => {
    expect(respondToDiscovery(spec)).toStrictEqual(respondToDiscovery(absent));
  },
);
