// Calls a hook and reads its answer the way Metacontroller does: 200 is an answer, 429 a wait, all else an error.
import type { LabelSelector } from '../../kubernetes/label-selector.ts';
import { overTheWire } from '../json.ts';
import type { Manifest } from '../kubernetes-object.ts';
import type { Sleep } from '../process.ts';
import type { Hook } from './controller-definition.ts';
import { SyncError, TooManyRequestsError } from './sync-error.ts';

export interface HookAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
}

/** Sends one request to the service. It may reject, as when nobody listens. */
export type CallHook = (path: string, body: unknown, timeoutSeconds: number) => Promise<HookAnswer>;

export interface SyncAnswer {
  readonly status?: Readonly<Record<string, unknown>> | null;
  readonly children?: readonly Manifest[] | null;
  readonly attachments?: readonly Manifest[] | null;
  readonly labels?: Readonly<Record<string, string | null>> | null;
  readonly annotations?: Readonly<Record<string, string | null>> | null;
  readonly resyncAfterSeconds?: number | null;
}

export interface RelatedRule {
  readonly apiVersion: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly names?: readonly string[];
  readonly labelSelector?: LabelSelector;
}

export interface CustomizeAnswer {
  readonly relatedResources?: readonly RelatedRule[];
}

/** Go's `strconv.Atoi` gives 0 for what is no number; a date is a moment to wait for. */
function retryAfterSeconds(text: string | undefined, nowMilliseconds: number): number {
  const date = /^[A-Z][a-z]{2}, /.test(text ?? '') ? Date.parse(text ?? '') : Number.NaN;
  if (!Number.isNaN(date)) return Math.ceil((date - nowMilliseconds) / 1000);
  return /^[+-]?\d+$/.test(text ?? '') ? Number(text) : 0;
}

export interface HookClientOptions {
  readonly callHook: CallHook;
  readonly now: () => number;
  /** How long the next call takes on the way there and back. */
  readonly latencyMilliseconds: () => number;
}

export interface HookClient {
  /** Gives the body of the answer. Throws TooManyRequestsError, or SyncError for any other trouble. */
  call(hook: Hook, body: unknown, sleep: Sleep): Promise<unknown>;
}

/** Takes how the service is reached and how long that takes; gives the client. */
export function createHookClient({ callHook, now, latencyMilliseconds }: HookClientOptions): HookClient {
  function bodyOf(answer: HookAnswer): unknown {
    if (answer.statusCode === 429) {
      throw new TooManyRequestsError(retryAfterSeconds(answer.headers['retry-after'], now()));
    }
    if (answer.statusCode !== 200) throw new SyncError(`unsupported status code: ${answer.statusCode}`);
    return overTheWire(answer.body);
  }

  return {
    async call(hook, body, sleep) {
      const latency = latencyMilliseconds();
      const timeout = hook.timeoutSeconds * 1000;
      const outward = Math.floor(latency / 2);
      await sleep(Math.min(outward, timeout));
      // The service has decided, even where its answer comes too late.
      const answer = await callHook(hook.path, body, hook.timeoutSeconds).catch((error: unknown) => {
        throw new SyncError(`http error: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
      });
      await sleep(Math.max(0, Math.min(latency, timeout) - outward));
      if (latency > timeout) throw new SyncError(`http error: Post "${hook.path}": context deadline exceeded`);
      return bodyOf(answer);
    },
  };
}
