// Watches that miss no event, so that a test can count what happened between two reads.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import type { ClusterObject } from '../client.ts';
import type { ClusterAddress } from '../control-plane.ts';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: ClusterObject;
  /** When the event was received. Milliseconds since the epoch. */
  readonly atMilliseconds: number;
}

export interface Watches {
  /** Existing objects are reported first, as ADDED. */
  watch(path: string, onEvent: (event: WatchEvent) => void): void;
  /** Ends all watches. Throws when a watch has failed before, because its test may have counted too few events. */
  close(): Promise<void>;
}

const RECONNECT_DELAY_MILLISECONDS = 100;

export function createWatches({ server, certificateAuthority, token }: ClusterAddress): Watches {
  const dispatcher = new Agent({ connect: { ca: readFileSync(certificateAuthority, 'utf8') }, bodyTimeout: 0 });
  const closing = new AbortController();
  const problems: unknown[] = [];

  async function* lines(path: string): AsyncGenerator<string> {
    const headers = { authorization: `Bearer ${token}` };
    const { body } = await request(server + path, { dispatcher, headers, signal: closing.signal });
    let rest = '';
    for await (const chunk of body) {
      const parts = (rest + String(chunk)).split('\n');
      rest = parts.pop() ?? '';
      yield* parts;
    }
  }

  /** Watches until the server closes the connection. Returns the resource version to continue from. */
  async function watchOnce(path: string, from: string, onEvent: (event: WatchEvent) => void): Promise<string> {
    let version = from;
    for await (const line of lines(`${path}?watch=true&allowWatchBookmarks=true&resourceVersion=${version}`)) {
      const event = { ...JSON.parse(line), atMilliseconds: Date.now() } as WatchEvent;
      if (event.type === 'ERROR') throw new Error(`watch of ${path}: ${line}`);
      version = event.object.metadata.resourceVersion;
      if (event.type !== 'BOOKMARK') onEvent(event);
    }
    return version;
  }

  async function watchForever(path: string, onEvent: (event: WatchEvent) => void): Promise<void> {
    for (let version = '0'; !closing.signal.aborted; ) {
      version = await watchOnce(path, version, onEvent);
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_DELAY_MILLISECONDS));
    }
  }

  return {
    watch(path, onEvent) {
      watchForever(path, onEvent).catch((error: unknown) => {
        if (!closing.signal.aborted) problems.push(error);
      });
    },
    async close() {
      closing.abort();
      await dispatcher.destroy();
      if (problems.length > 0) throw problems[0];
    },
  };
}
