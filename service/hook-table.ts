// The hooks by path: the schema of the request and the decision that responds to it.
import type { z } from 'zod';
import { cachedImageKind } from '../crds/cached-image.ts';
import { cachedImageSetKind } from '../crds/cached-image-set.ts';
import { discoveryPolicyKind } from '../crds/discovery-policy.ts';
import { fleetKind } from '../crds/fleet.ts';
import { inventoryKind } from '../crds/inventory.ts';
import type { Kind } from '../crds/kind.ts';
import { pullPolicyKind } from '../crds/pull-policy.ts';
import { customizeCachedImage } from '../hooks/cached-image/customize.ts';
import { mergeImageStatuses } from '../hooks/cached-image/merge.ts';
import { concernedReference } from '../hooks/cached-image/reference.ts';
import { syncCachedImage } from '../hooks/cached-image/sync.ts';
import { customizeCachedImageSet } from '../hooks/cached-image-set/customize.ts';
import { syncCachedImageSet } from '../hooks/cached-image-set/sync.ts';
import { customizeDefaults } from '../hooks/defaults/customize.ts';
import { syncDefaults } from '../hooks/defaults/sync.ts';
import { customizeDiscoveryPolicy } from '../hooks/discovery-policy/customize.ts';
import { mergeDiscoveryStatuses } from '../hooks/discovery-policy/merge.ts';
import { planDiscovery, syncDiscoveryPolicy } from '../hooks/discovery-policy/sync.ts';
import { customizeFleet, syncFleet } from '../hooks/fleet/sync.ts';
import type { HookResult, ImageRemoval, LogFields, PullOutcome } from '../hooks/hook-result.ts';
import { customizeInventory, syncInventory } from '../hooks/inventory/sync.ts';
import type { UnwrittenImages } from '../hooks/node/node-images.ts';
import { syncNode } from '../hooks/node/sync.ts';
import { customizePullPolicy } from '../hooks/pull-policy/customize.ts';
import { mergePolicyStatuses } from '../hooks/pull-policy/merge.ts';
import { syncPullPolicy } from '../hooks/pull-policy/sync.ts';
import type { HookSettings } from '../hooks/settings.ts';
import { newerStatus } from '../hooks/status/revision.ts';
import {
  type DiscoveryPolicySyncRequest,
  type HookRequests,
  hookRequests,
  type NodeSyncRequest,
} from '../metacontroller/hook-request.ts';
import type { CompositeSyncResponse } from '../metacontroller/hook-response.ts';
import type { RunDiscovery } from './discovery-runner.ts';
import type { StatusChange } from './events/status-event.ts';
import type { ServiceMemory } from './status-memory.ts';

/** What a sync of a composite controller decided. */
export interface SyncReport extends StatusChange {
  /** Whether the status differs from the observed one, so that Metacontroller writes it. */
  readonly isWriteRequested: boolean;
  /** Outcomes of pulls that the status records. */
  readonly pullOutcomes: readonly PullOutcome[];
  /** Losses of images that the status records. */
  readonly removals: readonly ImageRemoval[];
}

interface HookContext {
  readonly settings: HookSettings;
  readonly memory: ServiceMemory;
  readonly nowMilliseconds: number;
  /** Queries discovery sources: the only I/O that a hook waits for. */
  readonly runDiscovery: RunDiscovery;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Called with every response that has a status. */
  readonly onSync: (report: SyncReport) => void;
}

export interface HookReply {
  readonly body: object;
  /** Name of the parent, for the log. */
  readonly parent: string;
  readonly logFields: LogFields;
}

type ParsedRequest =
  | { readonly ok: true; readonly respond: (context: HookContext) => HookReply | Promise<HookReply> }
  | { readonly ok: false; readonly problem: string };

export interface Hook {
  readonly path: string;
  /** Logged at debug level: heartbeats and customize calls are frequent and rarely report a change. */
  readonly isQuiet: boolean;
  readonly parse: (body: unknown) => ParsedRequest;
}

function problemOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  return `${path === '' ? 'body' : path}: ${issue?.message ?? 'not a hook request'}`;
}

function hook<Request>(
  path: string,
  schema: z.ZodType<Request>,
  options: {
    readonly isQuiet: boolean;
    readonly respond: (request: Request, context: HookContext) => HookReply | Promise<HookReply>;
  },
): Hook {
  return {
    path,
    isQuiet: options.isQuiet,
    parse(body) {
      const result = schema.safeParse(body);
      if (!result.success) return { ok: false, problem: problemOf(result.error) };
      return { ok: true, respond: (context) => options.respond(result.data, context) };
    },
  };
}

type ParentStatus = StatusChange['before'];

interface SyncRequest {
  readonly parent: {
    readonly metadata: { readonly name: string; readonly uid: string };
    readonly status: ParentStatus;
  };
}

type StatusOf<Request extends SyncRequest> = Request['parent']['status'];

/** Seconds until a sync verifies that a changed status was written. */
const WRITE_CHECK_SECONDS = 10;

/**
 * Metacontroller silently drops a status write after repeated conflicts, and nothing then triggers a sync: a Fleet that
 * lacks a node would lack it forever. So a response that is newer than the observed status requests a sync.
 */
function withWriteCheck<Status extends ParentStatus>(
  response: CompositeSyncResponse<Status>,
  observed: Status,
): CompositeSyncResponse<Status> {
  const isNewer = (observed.revision ?? 0) < (response.status.revision ?? 0);
  if (!isNewer) return response;
  const { resyncAfterSeconds = WRITE_CHECK_SECONDS } = response;
  return { ...response, resyncAfterSeconds: Math.min(resyncAfterSeconds, WRITE_CHECK_SECONDS) };
}

type SyncResult<Request extends SyncRequest> = HookResult<CompositeSyncResponse<StatusOf<Request>>>;

interface CompositeHook<Request extends SyncRequest> {
  readonly decide: (request: Request, context: HookContext) => SyncResult<Request> | Promise<SyncResult<Request>>;
  /** Merges the observed status with that of the last response. Absent: the higher revision wins. */
  readonly merge?: (
    observed: StatusOf<Request>,
    remembered: StatusOf<Request>,
    parent: Request['parent'],
  ) => StatusOf<Request>;
}

/** A sync of a composite controller. The decision sees the parent's status merged with that of the last response. */
function compositeSync<Request extends SyncRequest>(
  kind: Kind,
  schema: z.ZodType<Request>,
  { decide, merge = newerStatus }: CompositeHook<Request>,
): Hook {
  return hook(`/hooks/${kind.plural}/sync`, schema, {
    isQuiet: false,
    async respond(request, context) {
      const { metadata, status } = request.parent;
      const remembered = context.memory.statuses.recall(metadata.uid, context.nowMilliseconds, status);
      const newest = remembered === undefined ? status : merge(status, remembered, request.parent);
      const {
        response,
        logFields,
        events,
        pullOutcomes = [],
        removals = [],
      } = await decide({ ...request, parent: { ...request.parent, status: newest } }, context);
      context.memory.statuses.remember(metadata.uid, response.status, context.nowMilliseconds);
      const subject = { kind: kind.kind, name: metadata.name, uid: metadata.uid };
      context.onSync({
        subject,
        before: newest,
        after: response.status,
        isWriteRequested: response.status.revision !== status.revision,
        events,
        pullOutcomes,
        removals,
      });
      return { body: withWriteCheck(response, status), parent: metadata.name, logFields };
    },
  });
}

function customize<Request extends { readonly parent: Pick<SyncRequest['parent'], 'metadata'> }>(
  path: string,
  schema: z.ZodType<Request>,
  respond: (request: Request, context: HookContext) => object,
): Hook {
  return hook(path, schema, {
    isQuiet: true,
    respond: (request, context) => ({
      body: respond(request, context),
      parent: request.parent.metadata.name,
      logFields: {},
    }),
  });
}

const withoutLogFields = <Response>(response: Response): HookResult<Response> => ({ response, logFields: {} });

/** Queries the sources that are due in parallel, then decides on their results. */
async function discover(
  { parent, related }: DiscoveryPolicySyncRequest,
  { nowMilliseconds, runDiscovery, clock }: HookContext,
): Promise<SyncResult<DiscoveryPolicySyncRequest>> {
  const queries = planDiscovery(parent, nowMilliseconds);
  if (queries.length === 0) return syncDiscoveryPolicy(parent, new Map(), nowMilliseconds, related.fleets);
  const outcomes = await runDiscovery(queries, parent.metadata);
  return syncDiscoveryPolicy(parent, outcomes, clock(), related.fleets);
}

/** The list of a node that is not written yet is remembered, so that an image that comes and goes is noticed. */
function syncNodeWithMemory(
  request: NodeSyncRequest,
  { settings: { inventoryCount }, memory: { lists }, nowMilliseconds }: HookContext,
): HookReply {
  const { name, uid } = request.object.metadata;
  const unwritten = lists.recall<UnwrittenImages>(uid, nowMilliseconds);
  const result = syncNode(request, { inventoryCount, unwritten, nowMilliseconds });
  if (result.unwritten !== undefined) lists.remember(uid, result.unwritten, nowMilliseconds);
  return { body: result.response, parent: name, logFields: {} };
}

/** Every hook of the service, with requests parsed by the schemas given. */
export function createHooks(requests: HookRequests): readonly Hook[] {
  return [
    hook('/hooks/nodes/sync', requests.nodeSyncRequest, {
      isQuiet: true,
      respond: syncNodeWithMemory,
    }),
    customize('/hooks/defaults/customize', requests.defaultsCustomizeRequest, (_, { settings }) =>
      customizeDefaults(settings),
    ),
    hook('/hooks/defaults/sync', requests.defaultsSyncRequest, {
      isQuiet: true,
      respond: (request, { settings }) => {
        const { response, logFields } = syncDefaults(request, settings);
        return { body: response, parent: request.object.metadata.name, logFields };
      },
    }),
    customize('/hooks/fleets/customize', requests.fleetCustomizeRequest, () => customizeFleet()),
    compositeSync(fleetKind, requests.fleetSyncRequest, { decide: (request) => withoutLogFields(syncFleet(request)) }),
    customize('/hooks/inventories/customize', requests.inventoryCustomizeRequest, ({ parent }) =>
      customizeInventory(parent),
    ),
    compositeSync(inventoryKind, requests.inventorySyncRequest, {
      decide: (request, { nowMilliseconds }) => withoutLogFields(syncInventory(request, nowMilliseconds)),
    }),
    customize('/hooks/cachedimages/customize', requests.cachedImageCustomizeRequest, ({ parent }, { settings }) =>
      customizeCachedImage(parent, settings),
    ),
    compositeSync(cachedImageKind, requests.cachedImageSyncRequest, {
      decide: (request, { settings, nowMilliseconds }) => syncCachedImage(request, settings, nowMilliseconds),
      merge: (observed, remembered, parent) => mergeImageStatuses(observed, remembered, concernedReference(parent)),
    }),
    customize('/hooks/pullpolicies/customize', requests.pullPolicyCustomizeRequest, ({ parent }, { settings }) =>
      customizePullPolicy(parent, settings),
    ),
    compositeSync(pullPolicyKind, requests.pullPolicySyncRequest, {
      decide: (request, { settings, nowMilliseconds }) => syncPullPolicy(request, settings, nowMilliseconds),
      merge: mergePolicyStatuses,
    }),
    customize('/hooks/cachedimagesets/customize', requests.cachedImageSetCustomizeRequest, ({ parent }) =>
      customizeCachedImageSet(parent),
    ),
    compositeSync(cachedImageSetKind, requests.cachedImageSetSyncRequest, {
      decide: (request, { nowMilliseconds }) => syncCachedImageSet(request, nowMilliseconds),
    }),
    customize('/hooks/discoverypolicies/customize', requests.discoveryPolicyCustomizeRequest, ({ parent }) =>
      customizeDiscoveryPolicy(parent),
    ),
    compositeSync(discoveryPolicyKind, requests.discoveryPolicySyncRequest, {
      decide: discover,
      merge: mergeDiscoveryStatuses,
    }),
  ];
}

export const hooks: readonly Hook[] = createHooks(hookRequests);
