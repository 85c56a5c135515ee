// Proves how a request is read at the edge: an absent group is unknown, an empty one is empty, and what makes no sense is refused.
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  cachedImageCustomizeRequest,
  cachedImageSetCustomizeRequest,
  cachedImageSetSyncRequest,
  cachedImageSyncRequest,
  discoveryPolicySyncRequest,
  fleetCustomizeRequest,
  fleetSyncRequest,
  nodeSyncRequest,
  pullPolicyCustomizeRequest,
  pullPolicySyncRequest,
} from '../../metacontroller/hook-request.ts';

const parent = (kind: string) => ({ kind, metadata: { name: 'a', uid: 'u' } });
const image = { kind: 'CachedImage', metadata: { name: 'a', uid: 'u' }, spec: { image: 'alpine' } };
const pod = { kind: 'Pod', metadata: { name: 'p' }, spec: { nodeName: 'n', containers: [] } };

function problemsOf(schema: z.ZodType, value: unknown): string[] {
  const result = schema.safeParse(value);
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('the groups of a CachedImage sync', () => {
  const read = (related: unknown) => {
    const groups = cachedImageSyncRequest.parse({ parent: image, related }).related;
    const names = (group: ReadonlyMap<string, unknown> | undefined) => group && [...group.keys()];
    return { fleets: names(groups.fleets), pods: names(groups.pods), policyViews: names(groups.policyViews) };
  };
  const unknown = { fleets: undefined, pods: undefined, policyViews: undefined };
  const podGroup = (entries: unknown) => ({ 'Pod.v1': entries });
  it.each<[string, unknown, unknown]>([
    ['no groups at all', undefined, unknown],
    ['null for groups', null, unknown],
    ['no group', {}, unknown],
    ['a group that is null', podGroup(null), unknown],
    ['an empty group', podGroup({}), { ...unknown, pods: [] }],
    ['a group with one Pod', podGroup({ 'drop-system/p': pod }), { ...unknown, pods: ['drop-system/p'] }],
    ['names in an order of their own', podGroup({ c: pod, a: pod, b: pod }), { ...unknown, pods: ['a', 'b', 'c'] }],
    ['a Pod that is null', podGroup({ a: null, b: pod }), { ...unknown, pods: ['b'] }],
    ['a Pod without metadata', podGroup({ a: { spec: {} }, b: pod }), { ...unknown, pods: ['b'] }],
    ['a Pod of odd parts', podGroup({ a: { metadata: {}, spec: 7, status: [] } }), { ...unknown, pods: ['a'] }],
    ['a group that nobody asked for', { 'Secret.v1': { s: {} } }, unknown],
    ['a group of another version', { 'Fleet.drop.corewire.io/v1': {} }, unknown],
    ['a name that is in every object', podGroup({ constructor: pod }), { ...unknown, pods: ['constructor'] }],
    [
      'every group',
      { 'Fleet.drop.corewire.io/v1alpha1': {}, 'Pod.v1': {}, 'PolicyView.drop.corewire.io/v1alpha1': {} },
      { fleets: [], pods: [], policyViews: [] },
    ],
  ])('%s', (_title, related, expected) => {
    expect(read(related)).toEqual(expected);
  });
});

describe('a group that is no map is refused', () => {
  it.each<[string, z.ZodType, unknown, string]>([
    [
      'a list',
      cachedImageSyncRequest,
      { parent: image, related: { 'Pod.v1': [pod] } },
      'related: Pod.v1 is not a map of objects',
    ],
    [
      'text',
      cachedImageSyncRequest,
      { parent: image, related: { 'Pod.v1': 'x' } },
      'related: Pod.v1 is not a map of objects',
    ],
    [
      'zero',
      cachedImageSyncRequest,
      { parent: image, related: { 'Pod.v1': 0 } },
      'related: Pod.v1 is not a map of objects',
    ],
    [
      'false, of children',
      pullPolicySyncRequest,
      { parent: parent('PullPolicy'), children: { 'Pod.v1': false } },
      'children: Pod.v1 is not a map of objects',
    ],
    [
      'a list of groups',
      cachedImageSyncRequest,
      { parent: image, related: [] },
      'related: Invalid input: expected record, received array',
    ],
    [
      'groups in a text',
      cachedImageSyncRequest,
      { parent: image, related: '{}' },
      'related: Invalid input: expected record, received string',
    ],
    [
      'a list of NodeCaches',
      nodeSyncRequest,
      { object: parent('Node'), attachments: { 'NodeCache.drop.corewire.io/v1alpha1': [] } },
      'attachments: NodeCache.drop.corewire.io/v1alpha1 is not a map of objects',
    ],
  ])('%s', (_title, schema, value, expected) => {
    expect(problemsOf(schema, value)).toEqual([expected]);
  });
});

describe('a parent of another kind is refused', () => {
  it.each<[string, z.ZodType, string, string]>([
    ['Node sync', nodeSyncRequest, 'object', 'Node'],
    ['Fleet sync', fleetSyncRequest, 'parent', 'Fleet'],
    ['Fleet customize', fleetCustomizeRequest, 'parent', 'Fleet'],
    ['CachedImage sync', cachedImageSyncRequest, 'parent', 'CachedImage'],
    ['CachedImage customize', cachedImageCustomizeRequest, 'parent', 'CachedImage'],
    ['PullPolicy sync', pullPolicySyncRequest, 'parent', 'PullPolicy'],
    ['PullPolicy customize', pullPolicyCustomizeRequest, 'parent', 'PullPolicy'],
    ['CachedImageSet sync', cachedImageSetSyncRequest, 'parent', 'CachedImageSet'],
    ['CachedImageSet customize', cachedImageSetCustomizeRequest, 'parent', 'CachedImageSet'],
    ['DiscoveryPolicy sync', discoveryPolicySyncRequest, 'parent', 'DiscoveryPolicy'],
  ])('%s', (_title, schema, field, kind) => {
    expect(problemsOf(schema, { [field]: parent(kind) })).toEqual([]);
    expect(problemsOf(schema, { [field]: parent('Pod') })).toEqual([
      `${field}.kind: Invalid input: expected "${kind}"`,
    ]);
    expect(problemsOf(schema, { [field]: { metadata: {} } })).toEqual([
      `${field}.kind: Invalid input: expected "${kind}"`,
    ]);
    expect(problemsOf(schema, {})).toEqual([`${field}: Invalid input: expected object, received undefined`]);
    expect(problemsOf(schema, { [field]: null })).toEqual([`${field}: Invalid input: expected object, received null`]);
    expect(problemsOf(schema, { [field]: { kind } })).toEqual([
      `${field}.metadata: Invalid input: expected object, received undefined`,
    ]);
  });
});

describe('what a sync is for', () => {
  it.each<[string, unknown, unknown]>([
    ['absent means it is no farewell', undefined, false],
    ['true is a farewell', true, true],
  ])('finalizing %s', (_title, finalizing, expected) => {
    expect(cachedImageSyncRequest.parse({ parent: image, finalizing }).finalizing).toBe(expected);
  });

  it('a finalizing that is no truth is refused', () => {
    expect(problemsOf(cachedImageSyncRequest, { parent: image, finalizing: 'yes' })).toEqual([
      'finalizing: Invalid input: expected boolean, received string',
    ]);
  });

  it('fields that later versions may add are ignored', () => {
    expect(problemsOf(cachedImageSyncRequest, { parent: image, controller: { spec: {} }, weather: 'fine' })).toEqual(
      [],
    );
  });
});
