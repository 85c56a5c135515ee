// Keeps one list current: lists it, watches it, and lists it anew after a failure.
import { setTimeout as sleep } from 'node:timers/promises';
import { type ListInput, listCollection, UnreadableListError } from '../../cluster/list-objects.ts';
import { UsageError } from '../../usage-error.ts';
import type { Connection } from './connection.ts';
import type { ObjectList } from './object-list.ts';
import { type WatchEnd, watchObjects } from './watch-objects.ts';

export interface FollowTimes {
  /** Before the first attempt after a failure. Each further one waits twice as long, up to `longestDelay`. */
  readonly firstDelay: number;
  readonly longestDelay: number;
  /** Between lists for a user who may not watch. */
  readonly pollInterval: number;
  /** Until a list that may not be read, or a watch that is forbidden, is tried again. */
  readonly refusalRetry: number;
  /** A watch is ended if nothing arrives for this time. The API server sends a bookmark about every minute. */
  readonly idleLimit: number;
}

export const FOLLOW_MILLISECONDS: FollowTimes = {
  firstDelay: 1_000,
  longestDelay: 30_000,
  pollInterval: 5_000,
  refusalRetry: 60_000,
  idleLimit: 150_000,
};

export interface FollowInput {
  readonly connection: Connection;
  readonly input: ListInput;
  readonly list: ObjectList;
  readonly times: FollowTimes;
  readonly signal: AbortSignal;
  readonly onChange: () => void;
  /** Called with the error of each attempt to list, and without one after a success. */
  readonly onAttempt: (error: Error | undefined) => void;
}

/** `refused`: the user may not read the list, or it is too large. `failed`: the server or the network failed. */
type ListResult = 'listed' | 'refused' | 'failed';

/** Forbidden, not installed, and too large, which has no status. */
const refusals: readonly (number | undefined)[] = [403, 404, undefined];

const isRefusal = (error: UnreadableListError | undefined) => error !== undefined && refusals.includes(error.status);

/** Returns the error of a list, which the caller records. */
export async function listInto(
  list: ObjectList,
  { connection, input }: Pick<FollowInput, 'connection' | 'input'>,
): Promise<UnreadableListError | undefined> {
  try {
    list.replace(await listCollection(await connection.client(), input));
    return undefined;
  } catch (error) {
    if (!(error instanceof UnreadableListError)) throw error;
    // After another failure the last state stays.
    if (isRefusal(error) || list.objects() === undefined) list.clear(error.message);
    return error;
  }
}

async function listOnce({ list, onChange, onAttempt, ...follow }: FollowInput): Promise<ListResult> {
  try {
    const error = await listInto(list, follow);
    onChange();
    onAttempt(isRefusal(error) ? undefined : error);
    if (error === undefined) return 'listed';
    return isRefusal(error) ? 'refused' : 'failed';
  } catch (error) {
    follow.connection.reset();
    onAttempt(error instanceof UsageError ? error : new Error('the API server sent data that cannot be used'));
    return 'failed';
  }
}

async function watchOnce({ connection, times, ...follow }: FollowInput): Promise<WatchEnd> {
  try {
    const client = await connection.client();
    return await watchObjects({ ...follow, client, idleMilliseconds: times.idleLimit });
  } catch {
    // The next list fails for the same reason and reports it.
    return { next: 'relist', hasProgress: false };
  }
}

/** What comes next, and after which time in milliseconds. */
interface Step {
  readonly next: 'list' | 'watch';
  readonly delay: number;
}

/** The steps of a list, with the growing delays between its attempts. */
function createSteps(follow: FollowInput) {
  const { times } = follow;
  let nextDelay = times.firstDelay;
  let watchesFrom = 0;
  const retry = (): Step => {
    const delay = nextDelay;
    nextDelay = Math.min(delay * 2, times.longestDelay);
    return { next: 'list', delay };
  };
  const afterList = async (): Promise<Step> => {
    const result = await listOnce(follow);
    if (result === 'failed') return retry();
    if (result === 'refused') return { next: 'list', delay: times.refusalRetry };
    return performance.now() < watchesFrom ? { next: 'list', delay: times.pollInterval } : { next: 'watch', delay: 0 };
  };
  const afterWatch = async (): Promise<Step> => {
    const { next, hasProgress } = await watchOnce(follow);
    if (hasProgress) nextDelay = times.firstDelay;
    if (next === 'continue') return { next: 'watch', delay: 0 };
    if (next === 'relist') return retry();
    nextDelay = times.firstDelay;
    watchesFrom = performance.now() + times.refusalRetry;
    return { next: 'list', delay: times.pollInterval };
  };
  return { list: afterList, watch: afterWatch };
}

function firstStep({ times }: FollowInput, error: UnreadableListError | undefined): Step {
  if (error === undefined) return { next: 'watch', delay: 0 };
  return { next: 'list', delay: isRefusal(error) ? times.refusalRetry : times.firstDelay };
}

/** Follows a list that was listed once, with this error if any, until the signal. */
export async function followList(follow: FollowInput, error: UnreadableListError | undefined): Promise<void> {
  const { signal } = follow;
  const steps = createSteps(follow);
  let step = firstStep(follow, error);
  while (!signal.aborted) {
    if (step.delay > 0) await sleep(step.delay, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) step = await steps[step.next]();
  }
}
