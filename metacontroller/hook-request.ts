// The requests of Metacontroller's hooks (version v2), parsed once into the input of the decisions.
import { z } from 'zod';
import { cachedImageKind } from '../crds/cached-image.ts';
import { cachedImageSetKind } from '../crds/cached-image-set.ts';
import { discoveryPolicyKind } from '../crds/discovery-policy.ts';
import { fleetKind } from '../crds/fleet.ts';
import { imageInventoryKind } from '../crds/image-inventory.ts';
import { inventoryKind } from '../crds/inventory.ts';
import { API_VERSION } from '../crds/kind.ts';
import { nodeCacheKind } from '../crds/node-cache.ts';
import { nodeImagesKind } from '../crds/node-images.ts';
import { objectMetadata, observedSchema } from '../crds/observed.ts';
import { policyReferencesKind } from '../crds/policy-references.ts';
import { policyViewKind } from '../crds/policy-view.ts';
import { pullPolicyKind } from '../crds/pull-policy.ts';
import { observedDefaultObject } from './default-object.ts';
import { observedNode } from './node.ts';
import { observedPod } from './pod.ts';

/** Objects of one kind by name, or by namespace/name. Undefined if Metacontroller did not send the group. */
export type Group<Item> = ReadonlyMap<string, Item> | undefined;

/** Parses one object of a request. The simulator passes a reader that remembers the result of a frozen object. */
export type ReadObject = <Item>(schema: z.ZodType<Item>, value: unknown) => z.ZodSafeParseResult<Item>;

const parseObject: ReadObject = (schema, value) => schema.safeParse(value);

type Entries = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Entries =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const cachedImage = observedSchema(cachedImageKind);
const cachedImageSet = observedSchema(cachedImageSetKind);
const discoveryPolicy = observedSchema(discoveryPolicyKind);
const fleet = observedSchema(fleetKind);
const imageInventory = observedSchema(imageInventoryKind);
const inventory = observedSchema(inventoryKind);
const nodeCache = observedSchema(nodeCacheKind);
const nodeImages = observedSchema(nodeImagesKind);
const policyReferences = observedSchema(policyReferencesKind);
const policyView = observedSchema(policyViewKind);
const pullPolicy = observedSchema(pullPolicyKind);

export type ObservedCachedImage = z.infer<typeof cachedImage>;
export type ObservedCachedImageSet = z.infer<typeof cachedImageSet>;
export type ObservedDiscoveryPolicy = z.infer<typeof discoveryPolicy>;
export type ObservedFleet = z.infer<typeof fleet>;
export type ObservedImageInventory = z.infer<typeof imageInventory>;
export type ObservedInventory = z.infer<typeof inventory>;
export type ObservedNodeCache = z.infer<typeof nodeCache>;
export type ObservedNodeImages = z.infer<typeof nodeImages>;
export type ObservedPolicyReferences = z.infer<typeof policyReferences>;
export type ObservedPolicyView = z.infer<typeof policyView>;
export type ObservedPullPolicy = z.infer<typeof pullPolicy>;

const POD_GROUP = 'Pod.v1';
const groupName = (kind: { readonly kind: string }) => `${kind.kind}.${API_VERSION}` as const;

/** The objects of a group sorted by name. An object that does not match its schema is left out. */
function readGroup<Item>(entries: Entries, schema: z.ZodType<Item>, readObject: ReadObject): Group<Item> {
  const group = new Map<string, Item>();
  for (const name of Object.keys(entries).sort()) {
    const result = readObject(schema, entries[name]);
    if (result.success) group.set(name, result.data);
  }
  return group;
}

/** Rejects a parent of another kind: its controller is registered with the wrong hook. */
function parentSchema<Item>(kind: string, item: z.ZodType<Item>, readObject: ReadObject): z.ZodType<Item> {
  const ofKind = z.object({ kind: z.literal(kind) });
  return z.unknown().transform((value, context): Item => {
    const kindResult = ofKind.safeParse(value);
    const result = kindResult.success ? readObject(item, value) : kindResult;
    if (result.success) return result.data;
    for (const { path, message } of result.error.issues) context.addIssue({ code: 'custom', path: [...path], message });
    return z.NEVER;
  }) as unknown as z.ZodType<Item>;
}

type GroupShape = Readonly<Record<string, readonly [wireName: string, item: z.ZodType]>>;

/** Reads the groups of the shape from `children`, `related` or `attachments`. */
function groupsSchema<Shape extends GroupShape>(shape: Shape, readObject: ReadObject) {
  type Groups = { readonly [Name in keyof Shape]: Group<z.infer<Shape[Name][1]>> };
  return z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((value, context): Groups => {
      const result: Record<string, unknown> = {};
      for (const [name, [wireName, item]] of Object.entries(shape)) {
        const entries = value?.[wireName] ?? undefined;
        if (isMap(entries)) result[name] = readGroup(entries, item, readObject);
        else if (entries !== undefined) context.addIssue(`${wireName} is not a map of objects`);
      }
      return result as Groups;
    });
}

const finalizing = z.boolean().default(false);

/** The parent of `drop-defaults`: that DecoratorController itself. Its annotations hold what must exist. */
const decoratorController = z.object({ metadata: objectMetadata });

/** The schema of every request. */
export function createHookRequests(readObject: ReadObject = parseObject) {
  const parent = <Item>(kind: string, item: z.ZodType<Item>) => parentSchema(kind, item, readObject);
  const groups = <Shape extends GroupShape>(shape: Shape) => groupsSchema(shape, readObject);
  const nodeAttachments = groups({
    nodeCaches: [groupName(nodeCacheKind), nodeCache],
    nodeImages: [groupName(nodeImagesKind), nodeImages],
  });
  const defaultObjects = groups({
    fleets: [groupName(fleetKind), observedDefaultObject],
    pullPolicies: [groupName(pullPolicyKind), observedDefaultObject],
    inventories: [groupName(inventoryKind), observedDefaultObject],
  });
  return {
    nodeSyncRequest: z.object({ object: parent('Node', observedNode), attachments: nodeAttachments, finalizing }),

    fleetCustomizeRequest: z.object({ parent: parent('Fleet', fleet) }),
    fleetSyncRequest: z.object({
      parent: parent('Fleet', fleet),
      related: groups({ nodeCaches: [groupName(nodeCacheKind), nodeCache] }),
      finalizing,
    }),

    inventoryCustomizeRequest: z.object({ parent: parent('Inventory', inventory) }),
    inventorySyncRequest: z.object({
      parent: parent('Inventory', inventory),
      related: groups({
        nodeImages: [groupName(nodeImagesKind), nodeImages],
        policyReferences: [groupName(policyReferencesKind), policyReferences],
      }),
      finalizing,
    }),

    cachedImageCustomizeRequest: z.object({ parent: parent('CachedImage', cachedImage) }),
    cachedImageSyncRequest: z.object({
      parent: parent('CachedImage', cachedImage),
      related: groups({
        fleets: [groupName(fleetKind), fleet],
        pods: [POD_GROUP, observedPod],
        policyViews: [groupName(policyViewKind), policyView],
        imageInventories: [groupName(imageInventoryKind), imageInventory],
      }),
      finalizing,
    }),

    pullPolicyCustomizeRequest: z.object({ parent: parent('PullPolicy', pullPolicy) }),
    pullPolicySyncRequest: z.object({
      parent: parent('PullPolicy', pullPolicy),
      children: groups({
        pods: [POD_GROUP, observedPod],
        policyViews: [groupName(policyViewKind), policyView],
        policyReferences: [groupName(policyReferencesKind), policyReferences],
        imageInventories: [groupName(imageInventoryKind), imageInventory],
      }),
      related: groups({
        fleets: [groupName(fleetKind), fleet],
        cachedImages: [groupName(cachedImageKind), cachedImage],
        pods: [POD_GROUP, observedPod],
        inventories: [groupName(inventoryKind), inventory],
      }),
      finalizing,
    }),

    cachedImageSetCustomizeRequest: z.object({ parent: parent('CachedImageSet', cachedImageSet) }),
    cachedImageSetSyncRequest: z.object({
      parent: parent('CachedImageSet', cachedImageSet),
      children: groups({ cachedImages: [groupName(cachedImageKind), cachedImage] }),
      related: groups({ discoveryPolicies: [groupName(discoveryPolicyKind), discoveryPolicy] }),
      finalizing,
    }),

    discoveryPolicyCustomizeRequest: z.object({ parent: parent('DiscoveryPolicy', discoveryPolicy) }),
    discoveryPolicySyncRequest: z.object({
      parent: parent('DiscoveryPolicy', discoveryPolicy),
      related: groups({ fleets: [groupName(fleetKind), fleet] }),
      finalizing,
    }),

    defaultsCustomizeRequest: z.object({ parent: parent('DecoratorController', decoratorController) }),
    defaultsSyncRequest: z.object({
      object: parent('DecoratorController', decoratorController),
      attachments: defaultObjects,
      related: defaultObjects,
      finalizing,
    }),
  };
}

export type HookRequests = ReturnType<typeof createHookRequests>;

/** The requests of the service: over HTTP every object is new. */
export const hookRequests: HookRequests = createHookRequests();

export const {
  nodeSyncRequest,
  fleetCustomizeRequest,
  fleetSyncRequest,
  inventorySyncRequest,
  cachedImageCustomizeRequest,
  cachedImageSyncRequest,
  pullPolicyCustomizeRequest,
  pullPolicySyncRequest,
  cachedImageSetCustomizeRequest,
  cachedImageSetSyncRequest,
  discoveryPolicyCustomizeRequest,
  discoveryPolicySyncRequest,
  defaultsSyncRequest,
} = hookRequests;

export type NodeSyncRequest = z.infer<HookRequests['nodeSyncRequest']>;
export type FleetSyncRequest = z.infer<HookRequests['fleetSyncRequest']>;
export type InventorySyncRequest = z.infer<HookRequests['inventorySyncRequest']>;
export type CachedImageSyncRequest = z.infer<HookRequests['cachedImageSyncRequest']>;
export type PullPolicySyncRequest = z.infer<HookRequests['pullPolicySyncRequest']>;
export type DiscoveryPolicySyncRequest = z.infer<HookRequests['discoveryPolicySyncRequest']>;
export type CachedImageSetSyncRequest = z.infer<HookRequests['cachedImageSetSyncRequest']>;
export type DefaultsSyncRequest = z.infer<HookRequests['defaultsSyncRequest']>;
