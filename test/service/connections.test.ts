// Both HTTP servers limit connections and the time of a request, with and without TLS.
import type { Server } from 'node:http';
import { expect, it } from 'vitest';
import { buildAdminApp } from '../../service/admin-app.ts';
import { createMetrics } from '../../service/metrics/metrics.ts';
import { appWithLog } from './app-with-log.ts';

it.each<[string, () => { readonly server: unknown }, number]>([
  ['the server of the hooks', () => appWithLog().app, 30_000],
  ['the server of the hooks with TLS', () => appWithLog({ certificate: { cert: '', key: '' } }).app, 30_000],
  ['the server of health and metrics', () => buildAdminApp(createMetrics(), () => true), 10_000],
])('%s has limits', (_title, build, requestTimeout) => {
  const server = build().server as Server;
  const { maxConnections, headersTimeout } = server;
  expect({ maxConnections, headersTimeout, requestTimeout: server.requestTimeout }).toEqual({
    maxConnections: 4_096,
    headersTimeout: 5_000,
    requestTimeout,
  });
});
