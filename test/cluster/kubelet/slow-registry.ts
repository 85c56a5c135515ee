// A registry that begins to send a layer and then waits, as a slow one does, until it is told to go on.
import { closeServers, serve } from '../../service/discovery/servers.ts';
import type { TestImage } from '../test-image.ts';

export interface SlowRegistry {
  readonly host: string;
  /** Whether somebody waits for the layer. */
  isAsked(): boolean;
  /** Sends the rest, now and from now on. */
  goOn(): void;
  close(): Promise<void>;
}

/** Serves one image, under every name and tag. */
export async function startSlowRegistry({ config, layer, manifest }: TestImage): Promise<SlowRegistry> {
  const waiting: (() => void)[] = [];
  let isHeld = true;
  const { port } = await serve(({ method, url }, response) => {
    if (url === '/v2/') return response.end('{}');
    const blob = [config, layer].find(({ digest }) => url.endsWith(`/blobs/${digest}`)) ?? manifest;
    const { mediaType, digest, bytes } = blob;
    response.writeHead(200, {
      'content-type': mediaType,
      'content-length': bytes.length,
      'docker-content-digest': digest,
    });
    if (method === 'HEAD') return response.end();
    if (blob !== layer || !isHeld) return response.end(bytes);
    const half = bytes.length >> 1;
    response.write(bytes.subarray(0, half));
    return waiting.push(() => response.end(bytes.subarray(half)));
  });
  return {
    host: `127.0.0.1:${port}`,
    isAsked: () => waiting.length > 0,
    goOn() {
      isHeld = false;
      for (const send of waiting.splice(0)) send();
    },
    close: closeServers,
  };
}
