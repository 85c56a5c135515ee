// Proves how hook requests are parsed: an absent group is unknown, an empty group is empty, and malformed requests
// are refused.
import { describe, expect, it, test } from 'vitest';
import type { z } from 'zod';
import {
  cachedImageCustomizeRequest,
  cachedImageSetCustomizeRequest,
  cachedImageSetSyncRequest,
  cachedImageSyncRequest,
  discoveryPolicyCustomizeRequest,
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

describe('the related groups of a CachedImage sync', () => {
  const read = (related: unknown) => {
    const groups = cachedImageSyncRequest.parse({ parent: image, related }).related;
    const names = (group: ReadonlyMap<string, unknown> | undefined) => group && [...group.keys()];
    return { fleets: names(groups.fleets), pods: names(groups.pods), policyViews: names(groups.policyViews) };
  };
  const unknown = { fleets: undefined, pods: undefined, policyViews: undefined };
  const podGroup = (entries: unknown) => ({ 'Pod.v1': entries });
  it.each<[string, unknown, unknown]>([
    ['are unknown when related is absent', undefined, unknown],
    ['are unknown when related is null', null, unknown],
    ['are unknown when related is empty', {}, unknown],
    ['are unknown when they are null', podGroup(null), unknown],
    ['are empty when they contain no object', podGroup({}), { ...unknown, pods: [] }],
    ['contain a Pod by its key', podGroup({ 'drop-system/p': pod }), { ...unknown, pods: ['drop-system/p'] }],
    ['are sorted by key', podGroup({ c: pod, a: pod, b: pod }), { ...unknown, pods: ['a', 'b', 'c'] }],
    ['omit an object that is null', podGroup({ a: null, b: pod }), { ...unknown, pods: ['b'] }],
    ['omit an object without metadata', podGroup({ a: { spec: {} }, b: pod }), { ...unknown, pods: ['b'] }],
    [
      'keep a Pod whose spec and status have other types',
      podGroup({ a: { metadata: {}, spec: 7, status: [] } }),
      { ...unknown, pods: ['a'] },
    ],
    ['ignore a group that the hook does not request', { 'Secret.v1': { s: {} } }, unknown],
    ['ignore a group of another version', { 'Fleet.drop.corewire.io/v1': {} }, unknown],
    [
      'may contain an object named like an inherited property',
      podGroup({ constructor: pod }),
      { ...unknown, pods: ['constructor'] },
    ],
    [
      'are read for every requested kind',
      { 'Fleet.drop.corewire.io/v1alpha1': {}, 'Pod.v1': {}, 'PolicyView.drop.corewire.io/v1alpha1': {} },
      { fleets: [], pods: [], policyViews: [] },
    ],
  ])('%s', (_title, related, expected) => {
    expect(read(related)).toEqual(expected);
  });
});

describe('a request is refused when', () => {
  const pods = (group: unknown) => ({ 'Pod.v1': group });
  const nodeCaches = 'NodeCache.drop.corewire.io/v1alpha1';
  const notMap = 'Pod.v1 is not a map of objects';
  it.each<[string, z.ZodType, unknown, string]>([
    [
      'a related group is a list',
      cachedImageSyncRequest,
      { parent: image, related: pods([pod]) },
      `related: ${notMap}`,
    ],
    ['a related group is zero', cachedImageSyncRequest, { parent: image, related: pods(0) }, `related: ${notMap}`],
    [
      'a group of children is false',
      pullPolicySyncRequest,
      { parent: parent('PullPolicy'), children: pods(false) },
      `children: ${notMap}`,
    ],
    [
      'related is a list',
      cachedImageSyncRequest,
      { parent: image, related: [] },
      'related: Invalid input: expected record, received array',
    ],
    [
      'a group of attachments is a list',
      nodeSyncRequest,
      { object: parent('Node'), attachments: { [nodeCaches]: [] } },
      `attachments: ${nodeCaches} is not a map of objects`,
    ],
    [
      'finalizing is text',
      cachedImageSyncRequest,
      { parent: image, finalizing: 'yes' },
      'finalizing: Invalid input: expected boolean, received string',
    ],
  ])('%s', (_title, schema, value, expected) => {
    expect(problemsOf(schema, value)).toEqual([expected]);
  });
});

describe('a parent that is absent or of another kind is refused', () => {
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
    ['DiscoveryPolicy customize', discoveryPolicyCustomizeRequest, 'parent', 'DiscoveryPolicy'],
  ])('by the request of a %s', (_title, schema, field, kind) => {
    expect(problemsOf(schema, { [field]: parent(kind) })).toEqual([]);
    const wrongKind = `${field}.kind: Invalid input: expected "${kind}"`;
    expect(problemsOf(schema, { [field]: parent('Pod') })).toEqual([wrongKind]);
    expect(problemsOf(schema, { [field]: { metadata: {} } })).toEqual([wrongKind]);
    expect(problemsOf(schema, {})).toEqual([`${field}: Invalid input: expected object, received undefined`]);
    expect(problemsOf(schema, { [field]: { kind } })).toEqual([
      `${field}.metadata: Invalid input: expected object, received undefined`,
    ]);
  });
});

test.each([
  ['absent', undefined, false],
  ['true', true, true],
])('a sync request with finalizing %s is parsed', (_what, finalizing, expected) => {
  expect(cachedImageSyncRequest.parse({ parent: image, finalizing }).finalizing).toBe(expected);
});

test('a request may contain fields of later versions of Metacontroller', () => {
  expect(problemsOf(cachedImageSyncRequest, { parent: image, controller: { spec: {} }, added: 'later' })).toEqual([]);
});
