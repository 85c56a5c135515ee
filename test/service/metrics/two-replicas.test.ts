// Two replicas behind one Prometheus: the totals are right, and every panel of the dashboard has data.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CachedImageStatus } from '../../../crds/cached-image.ts';
import { alertExpressions, panelExpressions } from '../../charts/shipped-expressions.ts';
import { eventually } from '../../waiting.ts';
import { isInstalled } from '../discovery/programs.ts';
import { closeServers } from '../discovery/servers.ts';
import { type ScrapingPrometheus, startScrapingPrometheus } from './scraping-prometheus.ts';
import { startTwoReplicas, type TwoReplicas } from './two-replicas.ts';

const rulesFile = resolve(import.meta.dirname, '../../../charts/drop/files/alerts.yaml');
const canRun = isInstalled('prometheus') && isInstalled('promtool');

/** As Grafana replaces its variables. */
const completed = (expr: string) => expr.replaceAll('$__rate_interval', '10s').replaceAll('$job', 'drop-admin');

describe.skipIf(!canRun)(canRun ? 'two replicas' : 'prometheus or promtool is not installed', () => {
  let replicas: TwoReplicas;
  let prometheus: ScrapingPrometheus;

  const statuses = () =>
    replicas.cluster.store.list('CachedImage').map(({ status }) => (status ?? {}) as Partial<CachedImageStatus>);
  const total = (field: 'nodesReady' | 'nodesTargeted' | 'consecutiveFailures') =>
    statuses().reduce((sum, status) => sum + (status[field] ?? 0), 0);

  beforeAll(async () => {
    replicas = await startTwoReplicas();
    const ports = replicas.services.map(({ adminPort }) => adminPort);
    prometheus = await startScrapingPrometheus(ports, rulesFile);
    await replicas.run();
    const endSeconds = Date.now() / 1000;
    await eventually(async () => {
      expect(await prometheus.value('min(timestamp(drop_queued_pulls))')).toBeGreaterThan(endSeconds);
    });
  }, 120_000);
  afterAll(async () => {
    await prometheus?.stop();
    await replicas?.stop();
    await closeServers();
  });

  it('count each pull once, also after the second replica replaced the first', async () => {
    const cached = total('nodesReady');
    expect(cached).toBeGreaterThan(10);
    expect(await prometheus.value('sum(drop_images_cached_total)')).toBe(cached);
    expect(await prometheus.value('sum(drop_pull_duration_seconds_count)')).toBe(cached);
    expect(await prometheus.value('count(sum by (instance) (drop_images_cached_total) > 0)')).toBe(2);
    expect(await prometheus.value('sum(drop_pulls_finished_total{outcome="succeeded"})')).toBe(cached);
    const failed = total('consecutiveFailures');
    expect(failed).toBeGreaterThan(3);
    expect(await prometheus.value('sum(drop_pull_errors_total)')).toBe(failed);
    expect(await prometheus.value('sum(drop_pulls_finished_total{outcome="failed"})')).toBe(failed);
  });

  it('report equal gauges, whose maximum is the truth and whose sum is not', async () => {
    const cached = total('nodesReady');
    expect(await prometheus.value('sum(max without (instance, pod) (drop_nodes_cached))')).toBe(cached);
    expect(await prometheus.value('sum(drop_nodes_cached)')).toBe(2 * cached);
    const targeted = await prometheus.value('sum(max without (instance, pod) (drop_nodes_targeted))');
    expect(targeted).toBe(total('nodesTargeted'));
  });

  it.each(panelExpressions)('$what has data above zero', async ({ expr }) => {
    const values = (await prometheus.lastMinute(completed(expr))).flatMap((series) => series.values);
    const numbers = values.map(([, value]) => Number(value));
    expect(numbers.filter((value) => Number.isFinite(value) && value > 0).length).toBeGreaterThan(0);
  });

  it.each(alertExpressions)('$what is evaluated without an error', async ({ expr, what }) => {
    await prometheus.lastMinute(expr);
    const rule = (await prometheus.rules()).find(({ name }) => what.endsWith(name));
    expect(rule?.health).toBe('ok');
  });

  it('the alerts about what is wrong in this cluster are pending, and the one about hook requests is not', async () => {
    const states = (await prometheus.rules()).filter(({ state }) => state === 'pending').map(({ name }) => name);
    expect(states).toEqual(expect.arrayContaining(['DropImageFailing', 'DropSourceFailing', 'DropPolicyMissing']));
    expect(states).not.toContain('DropNoHookRequests');
  });

  it('keep the endpoint of a source, although the target has a label of that name', async () => {
    const selector = `{policy="popular", endpoint="${replicas.endpoint}"}`;
    expect(await prometheus.value(`max without (instance, pod) (drop_discovery_source_health${selector})`)).toBe(1);
  });

  it.each([0, 1])('promtool has no finding about the metrics of replica %i', async (index) => {
    const metrics = await fetch(`http://127.0.0.1:${replicas.services[index]?.adminPort}/metrics`);
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: await metrics.text(),
      encoding: 'utf8',
    });
    expect([status, stdout, stderr]).toEqual([0, '', '']);
  });
});
