// A slow registry: it sends half of a layer and waits for the test before it sends the rest.
import { closeServers, serve } from '../../service/discovery/servers.ts';
import type { TestImage } from '../test-image.ts';

export interface SlowRegistry {
  readonly host: string;
  /** Whether a request waits for the rest of the layer. */
  isWaiting(): boolean;
  /** Sends the rest to all waiting and later requests. */
  release(): void;
  close(): Promise<void>;
}

/** Serves one image under every name and tag. */
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
    isWaiting: () => waiting.length > 0,
    release() {
      isHeld = false;
      for (const send of waiting.splice(0)) send();
    },
    close: closeServers,
  };
}
