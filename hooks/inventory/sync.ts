// Inventory: joins the NodeImages of its share of the nodes into one table of the images that policies pull.
import { type InventoryStatus, inventoryStatus } from '../../crds/inventory.ts';
import { API_VERSION } from '../../crds/kind.ts';
import { INVENTORY_LIMIT_BYTES } from '../../crds/limits.ts';
import type { NodeImagesSpec } from '../../crds/node-images.ts';
import { formatTimeMilliseconds, parseTimeMilliseconds } from '../../kubernetes/time.ts';
import type { InventorySyncRequest, ObservedInventory } from '../../metacontroller/hook-request.ts';
import type { CompositeSyncResponse, CustomizeResponse } from '../../metacontroller/hook-response.ts';
import { resyncAt } from '../resync.ts';
import { buildConditions, type ConditionInput } from '../status/condition.ts';
import { counted } from '../status/node-list.ts';
import { reviseStatus } from '../status/revision.ts';
import { INVENTORY_LABEL } from './shares.ts';
import { type InventoryTable, inventoryTable, referenceOfText } from './table.ts';

/** A loss, a new node or a new reference is written at once, but not more often than this. */
const URGENT_INTERVAL_MILLISECONDS = 1_000;
/** Other changes are written on the whole minute, so that all Inventories change together. */
const MINUTE_MILLISECONDS = 60_000;
/** A sync that comes a little late still counts as on the whole minute. */
const MINUTE_TOLERANCE_MILLISECONDS = 10_000;

/** Relates the NodeImages of the share, and the references that policies pull. */
export function customizeInventory({ metadata }: ObservedInventory): CustomizeResponse {
  const matchLabels = { [INVENTORY_LABEL]: metadata.name };
  return {
    relatedResources: [
      { apiVersion: API_VERSION, resource: 'nodeimages', labelSelector: { matchLabels } },
      { apiVersion: API_VERSION, resource: 'policyreferences', labelSelector: {} },
    ],
  };
}

function completeCondition({ unknownReferences }: InventoryTable): ConditionInput {
  const type = 'Complete';
  if (unknownReferences === 0) {
    return { type, status: 'True', reason: 'AllReferences', message: 'covers every image that a PullPolicy pulls' };
  }
  const limit = `${INVENTORY_LIMIT_BYTES / 1024} KiB`;
  return {
    type,
    status: 'False',
    reason: 'InventoryFull',
    message: `${counted(unknownReferences, 'image')} beyond ${limit} count as unknown: raise inventory.count`,
  };
}

type Tables = Pick<InventoryStatus, 'nodes' | 'references' | 'lost'>;

/** Whether `next` has a node, a reference or a loss that the previous status lacks. */
function isUrgent(previous: Tables, next: Tables): boolean {
  const nodes = new Set(previous.nodes?.split(' '));
  const references = new Set((previous.references ?? []).map(referenceOfText));
  const lost = new Set(previous.lost);
  return (
    (next.nodes ?? '').split(' ').some((key) => !nodes.has(key)) ||
    (next.references ?? []).some((text) => !references.has(referenceOfText(text))) ||
    (next.lost ?? []).some((text) => !lost.has(text))
  );
}

/** When a changed status may be written, in milliseconds since the epoch. */
function writableAt(previous: Partial<InventoryStatus>, next: Tables, nowMilliseconds: number): number {
  const writtenAt = parseTimeMilliseconds(previous.time) ?? 0;
  if (isUrgent(previous, next)) return writtenAt + URGENT_INTERVAL_MILLISECONDS;
  const minute = Math.floor(nowMilliseconds / MINUTE_MILLISECONDS) * MINUTE_MILLISECONDS;
  const isOnMinute = nowMilliseconds - minute < MINUTE_TOLERANCE_MILLISECONDS && writtenAt < minute;
  return isOnMinute ? nowMilliseconds : minute + MINUTE_MILLISECONDS;
}

function readableImages(request: InventorySyncRequest): NodeImagesSpec[] {
  return [...(request.related.nodeImages?.values() ?? [])].flatMap(({ spec }) => (spec.ok ? [spec.value] : []));
}

function wantedReferences({ related }: InventorySyncRequest): ReadonlySet<string> {
  const lists = [...(related.policyReferences?.values() ?? [])].map(({ spec }) =>
    spec.ok ? spec.value.references : [],
  );
  return new Set(lists.flat());
}

export function syncInventory(
  request: InventorySyncRequest,
  nowMilliseconds: number,
): CompositeSyncResponse<Partial<InventoryStatus>> {
  const { parent, related } = request;
  const previous = parent.status;
  // What Metacontroller did not send is unknown, which does not mean that there is none: the table stays.
  if (related.nodeImages === undefined || related.policyReferences === undefined) {
    return { status: previous, children: [] };
  }
  const table = inventoryTable(readableImages(request), wantedReferences(request));
  const { nodes, references, lost } = table;
  const next = {
    observedGeneration: parent.metadata.generation,
    time: previous.time,
    nodes,
    references: [...references],
    lost: [...lost],
    conditions: buildConditions(previous.conditions, [completeCondition(table)], {
      generation: parent.metadata.generation,
      nowMilliseconds,
    }),
  };
  const revised = reviseStatus(inventoryStatus, previous, next);
  if (!revised.isNew) return { status: revised.status, children: [] };
  const writeAt = writableAt(previous, next, nowMilliseconds);
  if (writeAt > nowMilliseconds) {
    return { status: previous, children: [], ...resyncAt(nowMilliseconds, [writeAt]) };
  }
  return { status: { ...revised.status, time: formatTimeMilliseconds(nowMilliseconds) }, children: [] };
}
