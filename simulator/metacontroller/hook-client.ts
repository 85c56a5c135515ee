// Calls a hook as Metacontroller does: 200 carries the response, 429 a delay, and any other status is an error.
import type { LabelSelector } from '../../kubernetes/label-selector.ts';
import { overTheWire } from '../json.ts';
import type { Manifest } from '../kubernetes-object.ts';
import type { Sleep } from '../process.ts';
import type { Hook } from './controller-definition.ts';
import { SyncError, TooManyRequestsError } from './sync-error.ts';

export interface HookResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
}

/** Sends one request to the service. Rejects if the connection fails. */
export type CallHook = (path: string, body: unknown, timeoutSeconds: number) => Promise<HookResponse>;

export interface SyncResponse {
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

export interface CustomizeResponse {
  readonly relatedResources?: readonly RelatedRule[];
}

/** Accepts a number of seconds or an HTTP date; other text is 0, as with Go's `strconv.Atoi`. */
function retryAfterSeconds(text: string | undefined, nowMilliseconds: number): number {
  const date = /^[A-Z][a-z]{2}, /.test(text ?? '') ? Date.parse(text ?? '') : Number.NaN;
  if (!Number.isNaN(date)) return Math.ceil((date - nowMilliseconds) / 1000);
  return /^[+-]?\d+$/.test(text ?? '') ? Number(text) : 0;
}

export interface HookClientOptions {
  readonly callHook: CallHook;
  readonly now: () => number;
  /** Round trip of the next call. */
  readonly latencyMilliseconds: () => number;
}

export interface HookClient {
  /** Returns the response body. Throws TooManyRequestsError for 429 and SyncError for any other failure. */
  call(hook: Hook, body: unknown, sleep: Sleep): Promise<unknown>;
}

export function createHookClient({ callHook, now, latencyMilliseconds }: HookClientOptions): HookClient {
  function bodyOf(response: HookResponse): unknown {
    if (response.statusCode === 429) {
      throw new TooManyRequestsError(retryAfterSeconds(response.headers['retry-after'], now()));
    }
    if (response.statusCode !== 200) throw new SyncError(`unsupported status code: ${response.statusCode}`);
    return overTheWire(response.body);
  }

  return {
    async call(hook, body, sleep) {
      const latency = latencyMilliseconds();
      const timeout = hook.timeoutSeconds * 1000;
      const outward = Math.floor(latency / 2);
      await sleep(Math.min(outward, timeout));
      // The service has decided even if its response arrives too late.
      const response = await callHook(hook.path, body, hook.timeoutSeconds).catch((error: unknown) => {
        throw new SyncError(`http error: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
      });
      await sleep(Math.max(0, Math.min(latency, timeout) - outward));
      if (latency > timeout) throw new SyncError(`http error: Post "${hook.path}": context deadline exceeded`);
      return bodyOf(response);
    },
  };
}
