// Runs the real service on a loopback port and calls its hooks over HTTP, as Metacontroller does.
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { createCredentialSource } from '../service/discovery/kubernetes-credentials.ts';
import { startService } from '../service/server.ts';
import { SIMULATED_SETTINGS } from '../simulator/installed-cluster.ts';
import type { CallHook } from '../simulator/metacontroller/hook-client.ts';

const BODY_LIMIT_BYTES = 64 * 1024 * 1024;

export interface DemoService {
  readonly url: string;
  readonly callHook: CallHook;
  stop(): Promise<void>;
}

/** The clock returns milliseconds since the epoch. */
export async function startDemoService(clock: () => number): Promise<DemoService> {
  const token = randomBytes(24).toString('hex');
  const service = await startService(
    {
      token,
      host: '127.0.0.1',
      port: 0,
      adminPort: 0,
      bodyLimitBytes: BODY_LIMIT_BYTES,
      logLevel: 'silent',
      tls: undefined,
      secretsNamespace: SIMULATED_SETTINGS.namespace,
      writesEvents: false,
      settings: SIMULATED_SETTINGS,
    },
    pino({ level: 'silent' }),
    // Without a kubeconfig the demo cannot reach a real cluster that this machine may know.
    { clock, credentials: createCredentialSource({ namespace: SIMULATED_SETTINGS.namespace, kubeConfig: undefined }) },
  );
  const url = `http://127.0.0.1:${service.port}`;
  return {
    url,
    stop: service.stop,
    async callHook(path, body) {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
      const retryAfter = response.headers.get('retry-after') ?? undefined;
      return { statusCode: response.status, headers: { 'retry-after': retryAfter }, body: await response.json() };
    },
  };
}
