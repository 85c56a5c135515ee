// The parts of a Kubernetes object that the simulator itself reads.
import type { JsonObject } from './json.ts';

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean | undefined;
  readonly blockOwnerDeletion?: boolean | undefined;
}

type TextMap = Readonly<Record<string, string>>;

interface ClientMetadata {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly labels?: TextMap | undefined;
  readonly annotations?: TextMap | undefined;
  readonly ownerReferences?: readonly OwnerReference[] | undefined;
  readonly finalizers?: readonly string[] | undefined;
  readonly deletionTimestamp?: string | undefined;
  readonly generation?: number | undefined;
}

/** An object as a client writes it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ClientMetadata & {
    readonly uid?: string | undefined;
    readonly resourceVersion?: string | undefined;
    readonly creationTimestamp?: string | undefined;
  };
  readonly spec?: unknown;
  readonly status?: unknown;
  readonly data?: unknown;
}

/** An object as the API server stores it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ClientMetadata & {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly creationTimestamp: string;
  };
  readonly spec?: JsonObject | undefined;
  readonly status?: JsonObject | undefined;
  readonly data?: unknown;
}

export interface ObjectIdentity {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

export function identityOf(object: Manifest): ObjectIdentity {
  return { kind: object.kind, name: object.metadata.name, namespace: object.metadata.namespace };
}

/** `namespace/name`, or the name alone of an object without a namespace. */
export function qualifiedName(name: { readonly name: string; readonly namespace?: string | undefined }): string {
  return name.namespace ? `${name.namespace}/${name.name}` : name.name;
}

/** The owner reference with `controller: true`. */
export function controllerOf(object: Manifest): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}

/** A Kubernetes timestamp: RFC 3339, truncated to whole seconds. */
export function wholeSeconds(milliseconds: number): string {
  return new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}
