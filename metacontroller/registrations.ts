// The one table of our controllers, from which the Composite- and DecoratorController objects are made.
import { cachedImageKind } from '../crds/cached-image.ts';
import { cachedImageSetKind } from '../crds/cached-image-set.ts';
import { discoveryPolicyKind } from '../crds/discovery-policy.ts';
import { fleetKind } from '../crds/fleet.ts';
import { API_VERSION } from '../crds/kind.ts';
import { nodeCacheKind } from '../crds/node-cache.ts';
import { policyViewKind } from '../crds/policy-view.ts';
import { pullPolicyKind } from '../crds/pull-policy.ts';

interface ChildResource {
  readonly apiVersion: string;
  readonly resource: string;
  readonly updateMethod: 'InPlace' | 'OnDelete';
}

export interface Registration {
  readonly controller: 'CompositeController' | 'DecoratorController';
  readonly name: string;
  readonly parent: { readonly apiVersion: string; readonly resource: string };
  readonly children: readonly ChildResource[];
  /** Whether the hook relates objects and so has a customize hook. */
  readonly customizes: boolean;
  /** How long Metacontroller waits for an answer. */
  readonly timeoutSeconds: number;
}

/** A decision takes milliseconds; this leaves room for a busy machine and a large body. */
const DECISION_TIMEOUT_SECONDS = 30;

/** Queries run inside the sync; they have a budget of their own below this. */
const DISCOVERY_TIMEOUT_SECONDS = 60;

const ours = (kind: { readonly plural: string }) => ({ apiVersion: API_VERSION, resource: kind.plural });

export const registrations: readonly Registration[] = [
  {
    controller: 'DecoratorController',
    name: 'drop-nodes',
    parent: { apiVersion: 'v1', resource: 'nodes' },
    children: [{ ...ours(nodeCacheKind), updateMethod: 'InPlace' }],
    customizes: false,
    timeoutSeconds: DECISION_TIMEOUT_SECONDS,
  },
  {
    controller: 'CompositeController',
    name: 'drop-fleets',
    parent: ours(fleetKind),
    children: [],
    customizes: true,
    timeoutSeconds: DECISION_TIMEOUT_SECONDS,
  },
  {
    controller: 'CompositeController',
    name: 'drop-cachedimages',
    parent: ours(cachedImageKind),
    children: [],
    customizes: true,
    timeoutSeconds: DECISION_TIMEOUT_SECONDS,
  },
  {
    controller: 'CompositeController',
    name: 'drop-pullpolicies',
    parent: ours(pullPolicyKind),
    children: [
      { apiVersion: 'v1', resource: 'pods', updateMethod: 'OnDelete' },
      { ...ours(policyViewKind), updateMethod: 'InPlace' },
    ],
    customizes: true,
    timeoutSeconds: DECISION_TIMEOUT_SECONDS,
  },
  {
    controller: 'CompositeController',
    name: 'drop-cachedimagesets',
    parent: ours(cachedImageSetKind),
    children: [{ ...ours(cachedImageKind), updateMethod: 'InPlace' }],
    customizes: true,
    timeoutSeconds: DECISION_TIMEOUT_SECONDS,
  },
  {
    controller: 'CompositeController',
    name: 'drop-discoverypolicies',
    parent: ours(discoveryPolicyKind),
    children: [],
    customizes: false,
    timeoutSeconds: DISCOVERY_TIMEOUT_SECONDS,
  },
];

/** Where Metacontroller finds the service. */
export type Endpoint =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'service'; readonly name: string; readonly namespace: string; readonly port: number };

/** The Secret that holds the bearer token. */
export interface TokenSecret {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

/** The path of a hook, for example `/hooks/pullpolicies/sync`. */
export function hookPath(registration: Registration, hook: 'sync' | 'customize'): string {
  return `/hooks/${registration.parent.resource}/${hook}`;
}

function location(endpoint: Endpoint, path: string): Record<string, unknown> {
  switch (endpoint.kind) {
    case 'url':
      return { url: endpoint.url.replace(/\/+$/, '') + path };
    case 'service':
      return {
        path,
        service: { name: endpoint.name, namespace: endpoint.namespace, port: endpoint.port, protocol: 'http' },
      };
  }
}

function hook(registration: Registration, name: 'sync' | 'customize', options: ControllerOptions) {
  return {
    version: 'v2',
    webhook: {
      ...location(options.endpoint, hookPath(registration, name)),
      timeout: `${registration.timeoutSeconds}s`,
      ...(options.tokenSecret === undefined
        ? {}
        : { authorization: { type: 'Bearer', secretRef: { ...options.tokenSecret } } }),
    },
  };
}

export interface ControllerOptions {
  readonly endpoint: Endpoint;
  readonly tokenSecret?: TokenSecret | undefined;
}

function childResource(child: ChildResource) {
  return {
    apiVersion: child.apiVersion,
    resource: child.resource,
    updateStrategy: { method: child.updateMethod },
  };
}

function hooksOf(registration: Registration, options: ControllerOptions) {
  return {
    sync: hook(registration, 'sync', options),
    ...(registration.customizes ? { customize: hook(registration, 'customize', options) } : {}),
  };
}

function specOf(registration: Registration, options: ControllerOptions): Record<string, unknown> {
  const children = registration.children.map(childResource);
  const hooks = hooksOf(registration, options);
  if (registration.controller === 'DecoratorController') {
    return { resources: [registration.parent], attachments: children, hooks };
  }
  return {
    generateSelector: true,
    // Else every status that we write would be followed by one more question about it.
    parentResource: { ...registration.parent, ignoreStatusChanges: true },
    ...(children.length > 0 ? { childResources: children } : {}),
    hooks,
  };
}

/** Takes a registration and where the service is; gives the object that makes Metacontroller call it. */
export function controllerObject(registration: Registration, options: ControllerOptions): Record<string, unknown> {
  return {
    apiVersion: 'metacontroller.k8s.io/v1alpha1',
    kind: registration.controller,
    metadata: { name: registration.name, labels: { 'app.kubernetes.io/name': 'drop' } },
    spec: specOf(registration, options),
  };
}
