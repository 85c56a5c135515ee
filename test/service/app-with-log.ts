// The app with a log that tests can read. Options that a test does not set are as in an installation.
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { DEFAULT_PULL_POD_SETTINGS, type HookSettings } from '../../hooks/settings.ts';
import { type AppOptions, buildApp } from '../../service/app.ts';
import { createMetrics, type Metrics } from '../../service/metrics/metrics.ts';

export const TOKEN = 'correct-horse-battery-staple';
export const BODY_LIMIT_BYTES = 64 * 1024;
export const NOW = Date.parse('2026-11-21T23:16:20Z');

const settings: HookSettings = {
  namespace: 'drop-system',
  defaultPolicyName: 'default',
  inventoryCount: 0,
  pullPods: DEFAULT_PULL_POD_SETTINGS,
};

export interface AppWithLog {
  readonly app: FastifyInstance;
  readonly metrics: Metrics;
  /** Lines of the log. */
  readonly lines: readonly string[];
  /** The parsed lines. */
  readonly entries: () => Readonly<Record<string, unknown>>[];
}

export function appWithLog(options: Partial<AppOptions> & { readonly level?: string } = {}): AppWithLog {
  const lines: string[] = [];
  const { level = 'info', ...others } = options;
  const logger = pino({ level, base: null }, { write: (line: string) => lines.push(line) });
  const metrics = createMetrics();
  const app = buildApp({
    token: TOKEN,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    settings,
    clock: () => NOW,
    logger,
    metrics,
    runDiscovery: async () => new Map(),
    ...others,
  });
  return { app, metrics, lines, entries: () => lines.map((line) => JSON.parse(line)) };
}

export const authorized = { authorization: `Bearer ${TOKEN}` };
export const jsonHeaders = { ...authorized, 'content-type': 'application/json' };

/** A valid CachedImage of a request. */
export const alpine = {
  apiVersion: 'drop.corewire.io/v1alpha1',
  kind: 'CachedImage',
  metadata: { name: 'alpine', uid: '0b6a5e0e-53a7-4a7e-9c1d-6a0b8f1f2a3b', generation: 1 },
  spec: { image: 'docker.io/library/alpine', tag: '3.20' },
};
