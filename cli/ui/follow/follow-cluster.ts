// Follows the objects of a cluster for the page, with the rights of the user: list, and watch where it is allowed.
import type { KubeConfig } from '@kubernetes/client-node';
import type { HookSettings } from '../../../hooks/settings.ts';
import { formatTimeMilliseconds } from '../../../kubernetes/time.ts';
import type { ApiClientOptions } from '../../cluster/api-request.ts';
import { type ListOutcome, listInputOf, refuseNothing } from '../../cluster/read-snapshot.ts';
import { SNAPSHOT_RESOURCES, type Snapshot, type SnapshotResource } from '../../cluster/snapshot.ts';
import { cleanText } from '../../text/clean-text.ts';
import { createConnection } from './connection.ts';
import { FOLLOW_MILLISECONDS, type FollowTimes, followList, listInto } from './follow-list.ts';
import { createObjectList, type ObjectList } from './object-list.ts';
import type { SnapshotSource } from './snapshot-source.ts';

export interface FollowedCluster extends SnapshotSource {
  /** The context of the kubeconfig. */
  readonly title: string;
  /** One sentence for a person while the state cannot be read from the API server. */
  readonly problem: () => string | undefined;
  /** Ends every watch. */
  readonly stop: () => void;
}

export interface FollowOptions extends ApiClientOptions {
  /** Called again after a failure, because credentials expire. Throws a UsageError. */
  readonly loadKubeConfig: () => KubeConfig;
  readonly settings: HookSettings;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Of tests. */
  readonly times?: FollowTimes;
}

type Lists = ReadonlyMap<SnapshotResource, ObjectList>;

function snapshotOf(lists: Lists, settings: HookSettings, nowMilliseconds: number): Snapshot {
  const entries = [...lists];
  return {
    lists: new Map(
      entries.flatMap(([resource, list]) => {
        const objects = list.objects();
        return objects === undefined ? [] : [[resource, objects] as const];
      }),
    ),
    unread: entries.flatMap(([resource, list]) => {
      const problem = list.unread();
      return problem === undefined ? [] : [{ resource, problem }];
    }),
    nowMilliseconds,
    settings,
  };
}

/** The failures of the attempts to list. The oldest one is reported until its resource is listed. */
function createFailures(clock: () => number) {
  const failures = new Map<SnapshotResource, { readonly since: number; readonly message: string }>();
  return {
    record(resource: SnapshotResource, error: Error | undefined): void {
      if (error === undefined) failures.delete(resource);
      else failures.set(resource, { since: failures.get(resource)?.since ?? clock(), message: error.message });
    },
    problem(): string | undefined {
      const [oldest] = [...failures.values()].sort((left, right) => left.since - right.since);
      if (oldest === undefined) return undefined;
      const since = formatTimeMilliseconds(oldest.since);
      return cleanText(`not up to date since ${since}; the last known state is shown: ${oldest.message}`);
    },
  };
}

function createListeners() {
  const listeners = new Set<() => void>();
  return {
    notify(): void {
      for (const listener of listeners) listener();
    },
    add(listener: () => void): () => void {
      // A listener that is added twice is removed twice.
      const each = () => listener();
      listeners.add(each);
      return () => listeners.delete(each);
    },
  };
}

/**
 * Returns once every resource was listed. Throws a UsageError like `readSnapshot`: the server cannot be reached,
 * refuses the credentials, or lets the user list none of Drop's kinds.
 */
export async function followCluster({
  settings,
  clock = Date.now,
  times = FOLLOW_MILLISECONDS,
  ...options
}: FollowOptions): Promise<FollowedCluster> {
  const connection = createConnection({ ...options, clock });
  const { context } = await connection.client();
  const lists: Lists = new Map(SNAPSHOT_RESOURCES.map((resource) => [resource, createObjectList()]));
  const ended = new AbortController();
  const listeners = createListeners();
  const failures = createFailures(clock);
  const follows = [...lists].map(([resource, list]) => ({
    resource,
    connection,
    input: listInputOf(resource, settings.namespace),
    list,
    times,
    signal: ended.signal,
    onChange: listeners.notify,
    onAttempt(error: Error | undefined) {
      failures.record(resource, error);
      listeners.notify();
    },
  }));
  const errors = await Promise.all(follows.map(({ list, ...follow }) => listInto(list, follow)));
  const outcomes = follows.map(({ resource, list }, index): ListOutcome => {
    const error = errors[index];
    return error === undefined ? { resource, objects: list.objects() ?? [] } : { resource, error };
  });
  refuseNothing(outcomes, context);
  for (const [index, follow] of follows.entries()) void followList(follow, errors[index]);
  return {
    title: cleanText(context),
    current: () => snapshotOf(lists, settings, clock()),
    onChange: listeners.add,
    problem: failures.problem,
    stop: () => ended.abort(),
  };
}
