// Watches that lose nothing: what is counted from them is what the API server did, not what somebody looked at now and then.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import type { ClusterObject } from '../client.ts';
import type { ClusterAddress } from '../control-plane.ts';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: ClusterObject;
  /** When it was read here. */
  readonly atMilliseconds: number;
}

export interface Watches {
  /** Calls back with every event from now on; what exists already comes first, as ADDED. */
  watch(path: string, onEvent: (event: WatchEvent) => void): void;
  /** Ends all of them. Throws when one had ended by itself, since a test that counts too little would pass. */
  close(): Promise<void>;
}

const PATIENCE_MILLISECONDS = 100;

/** Takes where the API server is; gives watches of it. */
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

  /** One connection, from a version on until the server closes it; gives the version to go on from. */
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

  async function watchOn(path: string, onEvent: (event: WatchEvent) => void): Promise<void> {
    for (let version = '0'; !closing.signal.aborted; ) {
      version = await watchOnce(path, version, onEvent);
      await new Promise((resolve) => setTimeout(resolve, PATIENCE_MILLISECONDS));
    }
  }

  return {
    watch(path, onEvent) {
      watchOn(path, onEvent).catch((error: unknown) => {
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
