// The controllers become the objects that make Metacontroller call the hooks.
import { describe, expect, it } from 'vitest';
import {
  type ControllerOptions,
  controllerObject,
  defaultsRegistration,
  hookPath,
  registrations,
} from '../../metacontroller/registrations.ts';
import { hooks } from '../../service/hook-table.ts';

const API_VERSION = 'drop.corewire.io/v1alpha1';
const all = [...registrations, defaultsRegistration];
const atUrl: ControllerOptions = { endpoint: { kind: 'url', url: 'http://127.0.0.1:8080' } };

function objectOf(name: string, options = atUrl): Record<string, unknown> {
  const registration = all.find((candidate) => candidate.name === name);
  if (registration === undefined) throw new Error(`there is no registration ${name}`);
  return controllerObject(registration, options);
}

const webhook = (path: string, timeout = '30s') => ({
  version: 'v2',
  webhook: { url: `http://127.0.0.1:8080/hooks/${path}`, timeout },
});
const parent = (resource: string) => ({ apiVersion: API_VERSION, resource, ignoreStatusChanges: true });
const child = (apiVersion: string, resource: string, method: string) => ({
  apiVersion,
  resource,
  updateStrategy: { method },
});

const defaultsLabels = { 'drop.corewire.io/defaults': 'true' };

interface Expected {
  readonly kind: string;
  readonly labels?: object;
  readonly spec: unknown;
}

const expectedSpecs: Readonly<Record<string, Expected>> = {
  'drop-defaults': {
    kind: 'DecoratorController',
    labels: defaultsLabels,
    spec: {
      resources: [
        {
          apiVersion: 'metacontroller.k8s.io/v1alpha1',
          resource: 'decoratorcontrollers',
          labelSelector: { matchLabels: defaultsLabels },
        },
      ],
      attachments: [
        child(API_VERSION, 'fleets', 'InPlace'),
        child(API_VERSION, 'pullpolicies', 'InPlace'),
        child(API_VERSION, 'inventories', 'InPlace'),
      ],
      hooks: { sync: webhook('defaults/sync'), customize: webhook('defaults/customize') },
    },
  },
  'drop-nodes': {
    kind: 'DecoratorController',
    spec: {
      resources: [{ apiVersion: 'v1', resource: 'nodes' }],
      attachments: [child(API_VERSION, 'nodecaches', 'InPlace'), child(API_VERSION, 'nodeimages', 'InPlace')],
      hooks: { sync: webhook('nodes/sync') },
    },
  },
  'drop-fleets': {
    kind: 'CompositeController',
    spec: {
      generateSelector: true,
      parentResource: parent('fleets'),
      hooks: { sync: webhook('fleets/sync'), customize: webhook('fleets/customize') },
    },
  },
  'drop-inventories': {
    kind: 'CompositeController',
    spec: {
      generateSelector: true,
      parentResource: parent('inventories'),
      hooks: { sync: webhook('inventories/sync'), customize: webhook('inventories/customize') },
    },
  },
  'drop-cachedimages': {
    kind: 'CompositeController',
    spec: {
      generateSelector: true,
      parentResource: parent('cachedimages'),
      hooks: { sync: webhook('cachedimages/sync'), customize: webhook('cachedimages/customize') },
    },
  },
  'drop-pullpolicies': {
    kind: 'CompositeController',
    spec: {
      generateSelector: true,
      parentResource: parent('pullpolicies'),
      childResources: [
        child('v1', 'pods', 'OnDelete'),
        child(API_VERSION, 'policyviews', 'InPlace'),
        child(API_VERSION, 'policyreferences', 'InPlace'),
        child(API_VERSION, 'imageinventories', 'InPlace'),
      ],
      hooks: { sync: webhook('pullpolicies/sync'), customize: webhook('pullpolicies/customize') },
    },
  },
  'drop-cachedimagesets': {
    kind: 'CompositeController',
    spec: {
      generateSelector: true,
      parentResource: parent('cachedimagesets'),
      childResources: [child(API_VERSION, 'cachedimages', 'InPlace')],
      hooks: { sync: webhook('cachedimagesets/sync'), customize: webhook('cachedimagesets/customize') },
    },
  },
  'drop-discoverypolicies': {
    kind: 'CompositeController',
    spec: {
      generateSelector: true,
      parentResource: parent('discoverypolicies'),
      hooks: {
        sync: webhook('discoverypolicies/sync', '60s'),
        customize: webhook('discoverypolicies/customize', '60s'),
      },
    },
  },
};

it.each(Object.entries(expectedSpecs))('%s is registered with exactly these fields', (name, expected) => {
  expect(objectOf(name)).toEqual({
    apiVersion: 'metacontroller.k8s.io/v1alpha1',
    kind: expected.kind,
    metadata: { name, labels: { 'app.kubernetes.io/name': 'drop', ...expected.labels } },
    spec: expected.spec,
  });
});

it('no other controller is registered', () => {
  expect(all.map(({ name }) => name).sort()).toEqual(Object.keys(expectedSpecs).sort());
});

it('every hook that is registered is served, and every hook that is served is registered', () => {
  const registered = all.flatMap((registration) => [
    hookPath(registration, 'sync'),
    ...(registration.customizes ? [hookPath(registration, 'customize')] : []),
  ]);
  expect(hooks.map(({ path }) => path).sort()).toEqual(registered.sort());
});

describe('the webhook of a controller', () => {
  const service = { kind: 'service', name: 'drop', namespace: 'drop-system', port: 8080 } as const;
  const tokenSecret = { namespace: 'drop-system', name: 'drop-token', key: 'token' };
  const url = 'http://127.0.0.1:8080/hooks/nodes/sync';
  const authorization = { type: 'Bearer', secretRef: tokenSecret };
  const inService = {
    path: '/hooks/nodes/sync',
    service: { name: 'drop', namespace: 'drop-system', port: 8080, protocol: 'http' },
  };
  it.each<[string, ControllerOptions, object]>([
    [
      'has a URL without slashes at its end',
      { endpoint: { kind: 'url', url: 'https://drop.example.com/base//' } },
      { url: 'https://drop.example.com/base/hooks/nodes/sync' },
    ],
    ['names the Service', { endpoint: service }, inService],
    ['has a URL and the Secret of the token', { ...atUrl, tokenSecret }, { url, authorization }],
    ['names the Service and the Secret', { endpoint: service, tokenSecret }, { ...inService, authorization }],
    ['has no authorization without a token', { ...atUrl, tokenSecret: undefined }, { url }],
  ])('%s', (_title, options, expected) => {
    const { spec } = objectOf('drop-nodes', options) as { spec: { hooks: { sync: { webhook: object } } } };
    expect(spec.hooks.sync.webhook).toEqual({ ...expected, timeout: '30s' });
  });
});
