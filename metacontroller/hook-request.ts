// What Metacontroller sends to our hooks (version v2), read once at the edge into what the decisions take.
import { z } from 'zod';
import { cachedImageKind } from '../crds/cached-image.ts';
import { cachedImageSetKind } from '../crds/cached-image-set.ts';
import { discoveryPolicyKind } from '../crds/discovery-policy.ts';
import { fleetKind } from '../crds/fleet.ts';
import { API_VERSION } from '../crds/kind.ts';
import { nodeCacheKind } from '../crds/node-cache.ts';
import { objectMetadata, observedSchema } from '../crds/observed.ts';
import { policyViewKind } from '../crds/policy-view.ts';
import { pullPolicyKind } from '../crds/pull-policy.ts';
import { readOnce } from '../crds/read-once.ts';
import { observedDefaultObject } from './default-object.ts';
import { observedNode } from './node.ts';
import { observedPod } from './pod.ts';

/** Objects of one kind, by name (or namespace/name); absent when Metacontroller did not send the group. */
export type Group<Item> = ReadonlyMap<string, Item> | undefined;

type Reader<Item> = (value: unknown) => z.ZodSafeParseResult<Item>;

const readers = new WeakMap<z.ZodType, Reader<unknown>>();

/** Gives the reader of a shape: one for all requests, so that what it has read once serves them all. */
function readerOf<Item>(item: z.ZodType<Item>): Reader<Item> {
  const reader = (readers.get(item) as Reader<Item> | undefined) ?? readOnce((value) => item.safeParse(value));
  readers.set(item, reader);
  return reader;
}

type Entries = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Entries =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** In order of their names; an object that is not as its shape says is as if it were not there. */
function readGroup<Item>(entries: Entries, read: Reader<Item>): Group<Item> {
  const group = new Map<string, Item>();
  for (const name of Object.keys(entries).sort()) {
    const result = read(entries[name]);
    if (result.success) group.set(name, result.data);
  }
  return group;
}

/** A parent of another kind than the hook's own is refused, because the registration must then be wrong. */
function parentOf<Item>(kind: string, item: z.ZodType<Item>): z.ZodType<Item> {
  const ofKind = z.object({ kind: z.literal(kind) });
  const read = readerOf(item);
  return z.unknown().transform((value, context): Item => {
    const kindReading = ofKind.safeParse(value);
    const result = kindReading.success ? read(value) : kindReading;
    if (result.success) return result.data;
    for (const { path, message } of result.error.issues) context.addIssue({ code: 'custom', path: [...path], message });
    return z.NEVER;
  }) as unknown as z.ZodType<Item>;
}

const cachedImage = observedSchema(cachedImageKind);
const cachedImageSet = observedSchema(cachedImageSetKind);
const discoveryPolicy = observedSchema(discoveryPolicyKind);
const fleet = observedSchema(fleetKind);
const nodeCache = observedSchema(nodeCacheKind);
const policyView = observedSchema(policyViewKind);
const pullPolicy = observedSchema(pullPolicyKind);

export type ObservedCachedImage = z.infer<typeof cachedImage>;
export type ObservedCachedImageSet = z.infer<typeof cachedImageSet>;
export type ObservedDiscoveryPolicy = z.infer<typeof discoveryPolicy>;
export type ObservedFleet = z.infer<typeof fleet>;
export type ObservedNodeCache = z.infer<typeof nodeCache>;
export type ObservedPolicyView = z.infer<typeof policyView>;
export type ObservedPullPolicy = z.infer<typeof pullPolicy>;

const POD_GROUP = 'Pod.v1';
const groupName = (kind: { readonly kind: string }) => `${kind.kind}.${API_VERSION}` as const;

/** Gives the schema that takes one group out of `children`, `related` or `attachments`, under the name given. */
function groups<Shape extends Record<string, readonly [wireName: string, item: z.ZodType]>>(shape: Shape) {
  type Groups = { readonly [Name in keyof Shape]: Group<z.infer<Shape[Name][1]>> };
  const readers = Object.entries(shape).map(([name, [wireName, item]]) => [name, wireName, readerOf(item)] as const);
  return z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((value, context): Groups => {
      const result: Record<string, unknown> = {};
      for (const [name, wireName, read] of readers) {
        const entries = value?.[wireName] ?? undefined;
        if (isMap(entries)) result[name] = readGroup(entries, read);
        else if (entries !== undefined) context.addIssue(`${wireName} is not a map of objects`);
      }
      return result as Groups;
    });
}

const finalizing = z.boolean().default(false);

export const nodeSyncRequest = z.object({
  object: parentOf('Node', observedNode),
  attachments: groups({ nodeCaches: [groupName(nodeCacheKind), nodeCache] }),
  finalizing,
});

export const fleetSyncRequest = z.object({
  parent: parentOf('Fleet', fleet),
  related: groups({ nodeCaches: [groupName(nodeCacheKind), nodeCache] }),
  finalizing,
});

export const cachedImageSyncRequest = z.object({
  parent: parentOf('CachedImage', cachedImage),
  related: groups({
    fleets: [groupName(fleetKind), fleet],
    pods: [POD_GROUP, observedPod],
    policyViews: [groupName(policyViewKind), policyView],
  }),
  finalizing,
});

export const pullPolicySyncRequest = z.object({
  parent: parentOf('PullPolicy', pullPolicy),
  children: groups({
    pods: [POD_GROUP, observedPod],
    policyViews: [groupName(policyViewKind), policyView],
  }),
  related: groups({
    fleets: [groupName(fleetKind), fleet],
    cachedImages: [groupName(cachedImageKind), cachedImage],
    pods: [POD_GROUP, observedPod],
  }),
  finalizing,
});

export const cachedImageSetSyncRequest = z.object({
  parent: parentOf('CachedImageSet', cachedImageSet),
  children: groups({ cachedImages: [groupName(cachedImageKind), cachedImage] }),
  related: groups({ discoveryPolicies: [groupName(discoveryPolicyKind), discoveryPolicy] }),
  finalizing,
});

export const discoveryPolicySyncRequest = z.object({
  parent: parentOf('DiscoveryPolicy', discoveryPolicy),
  finalizing,
});

/** The parent of `drop-defaults`: that DecoratorController itself. Its annotations hold what must exist. */
const decoratorController = z.object({ metadata: objectMetadata });
const defaultObjects = groups({
  fleets: [groupName(fleetKind), observedDefaultObject],
  pullPolicies: [groupName(pullPolicyKind), observedDefaultObject],
});

export const defaultsSyncRequest = z.object({
  object: parentOf('DecoratorController', decoratorController),
  attachments: defaultObjects,
  related: defaultObjects,
  finalizing,
});

export const defaultsCustomizeRequest = z.object({ parent: parentOf('DecoratorController', decoratorController) });
export const fleetCustomizeRequest = z.object({ parent: parentOf('Fleet', fleet) });
export const cachedImageCustomizeRequest = z.object({ parent: parentOf('CachedImage', cachedImage) });
export const cachedImageSetCustomizeRequest = z.object({ parent: parentOf('CachedImageSet', cachedImageSet) });
export const pullPolicyCustomizeRequest = z.object({ parent: parentOf('PullPolicy', pullPolicy) });

export type NodeSyncRequest = z.infer<typeof nodeSyncRequest>;
export type FleetSyncRequest = z.infer<typeof fleetSyncRequest>;
export type CachedImageSyncRequest = z.infer<typeof cachedImageSyncRequest>;
export type PullPolicySyncRequest = z.infer<typeof pullPolicySyncRequest>;
export type DiscoveryPolicySyncRequest = z.infer<typeof discoveryPolicySyncRequest>;
export type CachedImageSetSyncRequest = z.infer<typeof cachedImageSetSyncRequest>;
export type DefaultsSyncRequest = z.infer<typeof defaultsSyncRequest>;
