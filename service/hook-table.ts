// Which decision answers which path, and the shape its request is read with.
import type { z } from 'zod';
import { cachedImageKind } from '../crds/cached-image.ts';
import { cachedImageSetKind } from '../crds/cached-image-set.ts';
import { discoveryPolicyKind } from '../crds/discovery-policy.ts';
import { fleetKind } from '../crds/fleet.ts';
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
import { mergeDiscoveryStatuses } from '../hooks/discovery-policy/merge.ts';
import { planDiscovery, syncDiscoveryPolicy } from '../hooks/discovery-policy/sync.ts';
import { customizeFleet, syncFleet } from '../hooks/fleet/sync.ts';
import type { HookResult, LogFields } from '../hooks/hook-result.ts';
import { syncNode } from '../hooks/node/sync.ts';
import { customizePullPolicy } from '../hooks/pull-policy/customize.ts';
import { mergePolicyStatuses } from '../hooks/pull-policy/merge.ts';
import { syncPullPolicy } from '../hooks/pull-policy/sync.ts';
import type { HookSettings } from '../hooks/settings.ts';
import { newerStatus } from '../hooks/status/revision.ts';
import type { DiscoveryPolicySyncRequest } from '../metacontroller/hook-request.ts';
import {
  cachedImageCustomizeRequest,
  cachedImageSetCustomizeRequest,
  cachedImageSetSyncRequest,
  cachedImageSyncRequest,
  defaultsCustomizeRequest,
  defaultsSyncRequest,
  discoveryPolicySyncRequest,
  fleetCustomizeRequest,
  fleetSyncRequest,
  nodeSyncRequest,
  pullPolicyCustomizeRequest,
  pullPolicySyncRequest,
} from '../metacontroller/hook-request.ts';
import type { CompositeSyncResponse } from '../metacontroller/hook-response.ts';
import type { RunDiscovery } from './discovery-runner.ts';
import type { StatusChange } from './events/status-event.ts';
import type { StatusMemory } from './status-memory.ts';

export interface HookContext {
  readonly settings: HookSettings;
  readonly memory: StatusMemory;
  readonly nowMilliseconds: number;
  /** Asks the outside world; the only thing a hook does besides deciding. */
  readonly runDiscovery: RunDiscovery;
  readonly clock: () => number;
  /** Told of every status that is answered. */
  readonly onStatus: (change: StatusChange) => void;
}

export interface Answered {
  readonly body: object;
  /** Name of the parent, for the log. */
  readonly parent: string;
  readonly logFields: LogFields;
}

export type RequestResult =
  | { readonly ok: true; readonly answer: (context: HookContext) => Answered | Promise<Answered> }
  | { readonly ok: false; readonly problem: string };

export interface Hook {
  readonly path: string;
  /** Heartbeats and look-ups that say nothing new are logged at debug. */
  readonly isQuiet: boolean;
  /** Takes a parsed body; gives how to answer it, or what is wrong with it in a sentence. */
  readonly read: (body: unknown) => RequestResult;
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
    readonly answer: (request: Request, context: HookContext) => Answered | Promise<Answered>;
  },
): Hook {
  return {
    path,
    isQuiet: options.isQuiet,
    read(body) {
      const result = schema.safeParse(body);
      if (!result.success) return { ok: false, problem: problemOf(result.error) };
      return { ok: true, answer: (context) => options.answer(result.data, context) };
    },
  };
}

interface Parent {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status: StatusChange['before'];
}

/** How soon a status that was to be written is looked at again, in seconds. */
const WRITE_CHECK_SECONDS = 10;

/**
 * Metacontroller gives a status write up after a few conflicts and tells nobody, and what is not written wakes nobody: a Fleet that
 * lacks a node would lack it for ever. So an answer that is newer than what was observed asks to be asked again; one that is not, not.
 */
function withWriteCheck(response: CompositeSyncResponse, observed: Parent['status']): CompositeSyncResponse {
  const isNewer = (observed.revision ?? 0) < ((response.status as Parent['status']).revision ?? 0);
  if (!isNewer) return response;
  const { resyncAfterSeconds = WRITE_CHECK_SECONDS } = response;
  return { ...response, resyncAfterSeconds: Math.min(resyncAfterSeconds, WRITE_CHECK_SECONDS) };
}

type CompositeHookFunction<Request> = (
  request: Request,
  context: HookContext,
) => HookResult<CompositeSyncResponse> | Promise<HookResult<CompositeSyncResponse>>;

interface CompositeHook<Request extends { readonly parent: Parent }> {
  readonly decide: CompositeHookFunction<Request>;
  /** What is known of the parent, from its status as it is observed and as it was last answered; the newer of both unless given. */
  readonly merge?: (
    observed: Request['parent']['status'],
    remembered: Request['parent']['status'],
    parent: Request['parent'],
  ) => Request['parent']['status'];
}

/** A composite sync: what was last answered for the parent is joined to its status, and the answer remembered after. */
function compositeSync<Request extends { readonly parent: Parent }>(
  kind: Kind,
  schema: z.ZodType<Request>,
  { decide, merge = newerStatus }: CompositeHook<Request>,
): Hook {
  return hook(`/hooks/${kind.plural}/sync`, schema, {
    isQuiet: false,
    async answer(request, context) {
      const { metadata, status } = request.parent;
      const remembered = context.memory.recall(metadata.uid, context.nowMilliseconds, status);
      const newest = remembered === undefined ? status : merge(status, remembered, request.parent);
      const { response, logFields } = await decide(
        { ...request, parent: { ...request.parent, status: newest } },
        context,
      );
      context.memory.remember(metadata.uid, response.status, context.nowMilliseconds);
      const subject = { kind: kind.kind, name: metadata.name, uid: metadata.uid };
      context.onStatus({ subject, before: newest, after: response.status });
      return { body: withWriteCheck(response, status), parent: metadata.name, logFields };
    },
  });
}

function customize<Request extends { readonly parent: Pick<Parent, 'metadata'> }>(
  path: string,
  schema: z.ZodType<Request>,
  answer: (request: Request, context: HookContext) => object,
): Hook {
  return hook(path, schema, {
    isQuiet: true,
    answer: (request, context) => ({
      body: answer(request, context),
      parent: request.parent.metadata.name,
      logFields: {},
    }),
  });
}

const undecorated = <Response>(response: Response): HookResult<Response> => ({ response, logFields: {} });

/** Plans, asks the sources side by side, and decides on what came back. */
async function discover(
  { parent }: DiscoveryPolicySyncRequest,
  { nowMilliseconds, runDiscovery, clock }: HookContext,
): Promise<HookResult<CompositeSyncResponse>> {
  const queries = planDiscovery(parent, nowMilliseconds);
  if (queries.length === 0) return syncDiscoveryPolicy(parent, new Map(), nowMilliseconds);
  const outcomes = await runDiscovery(queries, parent.metadata);
  return syncDiscoveryPolicy(parent, outcomes, clock());
}

/** Every hook of ours. */
export const hooks: readonly Hook[] = [
  hook('/hooks/nodes/sync', nodeSyncRequest, {
    isQuiet: true,
    answer: (request) => ({ body: syncNode(request), parent: request.object.metadata.name, logFields: {} }),
  }),
  customize('/hooks/defaults/customize', defaultsCustomizeRequest, (_, { settings }) => customizeDefaults(settings)),
  hook('/hooks/defaults/sync', defaultsSyncRequest, {
    isQuiet: true,
    answer: (request, { settings }) => {
      const { response, logFields } = syncDefaults(request, settings);
      return { body: response, parent: request.object.metadata.name, logFields };
    },
  }),
  customize('/hooks/fleets/customize', fleetCustomizeRequest, () => customizeFleet()),
  compositeSync(fleetKind, fleetSyncRequest, { decide: (request) => undecorated(syncFleet(request)) }),
  customize('/hooks/cachedimages/customize', cachedImageCustomizeRequest, ({ parent }, { settings }) =>
    customizeCachedImage(parent, settings),
  ),
  compositeSync(cachedImageKind, cachedImageSyncRequest, {
    decide: (request, { settings, nowMilliseconds }) => syncCachedImage(request, settings, nowMilliseconds),
    merge: (observed, remembered, parent) => mergeImageStatuses(observed, remembered, concernedReference(parent)),
  }),
  customize('/hooks/pullpolicies/customize', pullPolicyCustomizeRequest, ({ parent }, { settings }) =>
    customizePullPolicy(parent, settings),
  ),
  compositeSync(pullPolicyKind, pullPolicySyncRequest, {
    decide: (request, { settings, nowMilliseconds }) => syncPullPolicy(request, settings, nowMilliseconds),
    merge: mergePolicyStatuses,
  }),
  customize('/hooks/cachedimagesets/customize', cachedImageSetCustomizeRequest, ({ parent }) =>
    customizeCachedImageSet(parent),
  ),
  compositeSync(cachedImageSetKind, cachedImageSetSyncRequest, {
    decide: (request, { nowMilliseconds }) => syncCachedImageSet(request, nowMilliseconds),
  }),
  compositeSync(discoveryPolicyKind, discoveryPolicySyncRequest, { decide: discover, merge: mergeDiscoveryStatuses }),
];
