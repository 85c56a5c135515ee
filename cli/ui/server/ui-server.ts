// Serves the page on the loopback interface.
import type { AddressInfo } from 'node:net';
import { UsageError } from '../../usage-error.ts';
import type { SnapshotSource } from '../follow/snapshot-source.ts';
import { createSecrets } from './access.ts';
import type { StreamTimes } from './event-streams.ts';
import { createUiApp } from './ui-app.ts';
import type { FeedTimes } from './view-feed.ts';

const HOST = '127.0.0.1';

export interface UiServerOptions {
  readonly source: SnapshotSource;
  /** What the page shows, for example the context of the kubeconfig. */
  readonly title: string;
  /** 0, the default: any free port. */
  readonly port?: number | undefined;
  readonly feedTimes?: FeedTimes | undefined;
  readonly streamTimes?: StreamTimes | undefined;
}

export interface UiServer {
  readonly port: number;
  /** The link with the token, which works once. */
  readonly url: string;
  /** Ends open streams, too. */
  readonly close: () => Promise<void>;
}

/** Throws a UsageError if the port cannot be used. */
export async function startUiServer({ port: wanted = 0, ...options }: UiServerOptions): Promise<UiServer> {
  const secrets = createSecrets();
  let port = wanted;
  const app = createUiApp({ ...options, secrets, port: () => port });
  try {
    await app.listen({ host: HOST, port: wanted });
  } catch (error) {
    await app.close();
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new UsageError(`port ${wanted} of ${HOST} cannot be used (${code}): choose another one with --port`);
  }
  ({ port } = app.server.address() as AddressInfo);
  return { port, url: `http://${HOST}:${port}/?token=${secrets.token}`, close: () => app.close() };
}
