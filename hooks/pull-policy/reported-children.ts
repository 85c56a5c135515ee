// The children of a PullPolicy that connect it with the Inventories: PolicyReferences lists what it pulls, and the
// ImageInventory of an image contains what kubelets report and the status of the image lacks.
import type { ImageInventorySpec } from '../../crds/image-inventory.ts';
import { API_VERSION } from '../../crds/kind.ts';
import type { Group, ObservedImageInventory, ObservedPolicyReferences } from '../../metacontroller/hook-request.ts';
import type { DesiredObject } from '../../metacontroller/hook-response.ts';
import { newLosses } from '../cached-image/reports.ts';
import { formatLossStamps, formatStampedKey, type LossStamps } from '../inventory/loss-stamps.ts';
import type { Inventories } from '../inventory/read.ts';
import { referenceHash } from '../inventory/reference-hash.ts';
import { heldDigests, lastLossStamp } from './adoption.ts';
import type { PolicyImage } from './policy-image.ts';
import type { PolicyInput } from './policy-input.ts';
import { missingNodesOf } from './wanted-nodes.ts';

/** Most ImageInventories at a time, which bounds the response and the burst of writes that follows. */
export const IMAGE_INVENTORIES_LIMIT = 100;

type ReportedChild = ObservedPolicyReferences | ObservedImageInventory;

function child(kind: string, name: string, spec: unknown): DesiredObject {
  return { apiVersion: API_VERSION, kind, metadata: { name }, spec };
}

/** The children as they are: Metacontroller deletes what a response leaves out. */
function unchanged(kind: string, observed: Group<ReportedChild>): DesiredObject[] {
  return [...(observed ?? [])].map(([name, { rawSpec }]) => child(kind, name, rawSpec));
}

/** Losses that the ledger lacks, of nodes that it lists as holding the image. A node that lists it again has it. */
function unrecordedLosses({ ledger, reference }: PolicyImage, inventories: Inventories): LossStamps {
  const { losses, digestsOn } = inventories.reportOn(reference);
  const absent = [...losses].filter(([key]) => digestsOn(key) === undefined);
  return newLosses(ledger, new Map(absent.map(([key, { stamp }]) => [key, stamp])));
}

/** Nodes that hold the image although the ledger lacks them, by digest. */
function unrecordedHolders(image: PolicyImage, input: PolicyInput, inventories: Inventories) {
  const { specResult, table, nowMilliseconds } = input;
  if (!specResult.ok || table === undefined) return [];
  const { repullIntervalMilliseconds } = specResult.limits;
  const digestOn = heldDigests(image, { inventories, repullIntervalMilliseconds, nowMilliseconds });
  if (digestOn === undefined) return [];
  const holders = missingNodesOf(image, table, specResult.spec).flatMap((node) => {
    const digest = digestOn(node);
    const stamp = lastLossStamp(inventories, image, node);
    return digest === undefined ? [] : [{ digest, text: formatStampedKey({ key: node.key, stamp }) }];
  });
  const digests = [...new Set(holders.map(({ digest }) => digest))].sort();
  return digests.map((digest) => {
    const texts = holders.filter((holder) => holder.digest === digest).map(({ text }) => text);
    return { digest, nodes: texts.sort().join(' ') };
  });
}

function imageInventoryOf(
  image: PolicyImage,
  input: PolicyInput,
  inventories: Inventories,
): ImageInventorySpec | undefined {
  const lost = unrecordedLosses(image, inventories);
  const held = unrecordedHolders(image, input, inventories);
  const { sizeBytes } = inventories.reportOn(image.reference);
  const isSizeKnown = sizeBytes === undefined || sizeBytes === image.ledger.sizeBytes;
  if (lost.size === 0 && held.length === 0 && isSizeKnown) return undefined;
  return {
    reference: image.reference,
    held,
    lost: formatLossStamps(lost),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
  };
}

function imageInventories(input: PolicyInput, inventories: Inventories): DesiredObject[] {
  const children: DesiredObject[] = [];
  for (const name of [...input.images.keys()].sort()) {
    const image = input.images.get(name);
    const spec = image && imageInventoryOf(image, input, inventories);
    if (spec !== undefined) children.push(child('ImageInventory', name, spec));
    if (children.length === IMAGE_INVENTORIES_LIMIT) break;
  }
  return children;
}

interface ObservedChildren {
  readonly policyReferences: Group<ObservedPolicyReferences>;
  readonly imageInventories: Group<ObservedImageInventory>;
}

/**
 * What Metacontroller did not send is unknown: then the children stay as they are. Without an Inventory they have
 * no reader.
 */
export function reportedChildren(
  input: PolicyInput,
  inventories: Group<unknown>,
  observed: ObservedChildren,
): DesiredObject[] {
  const { specResult, table, ownership } = input;
  if (inventories?.size === 0) return [];
  if (input.inventories === undefined || ownership === undefined) {
    return [
      ...unchanged('PolicyReferences', observed.policyReferences),
      ...unchanged('ImageInventory', observed.imageInventories),
    ];
  }
  const references = [...new Set([...input.images.values()].map(({ reference }) => referenceHash(reference)))].sort();
  const canCompare = specResult.ok && table !== undefined;
  return [
    child('PolicyReferences', input.policyName, { references }),
    ...(canCompare
      ? imageInventories(input, input.inventories)
      : unchanged('ImageInventory', observed.imageInventories)),
  ];
}
