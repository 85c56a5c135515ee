// When each alert fires, with two replicas. The series have a sample a minute, in the notation of promtool.

type Series = readonly [selector: string, values: string];

interface FiredAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
}

export interface AlertRow {
  readonly what: string;
  readonly alert: string;
  readonly series: readonly Series[];
  readonly minute: number;
  readonly fired?: FiredAlert;
}

const replicas = ['a', 'b'] as const;

function seriesOf(replica: string, metric: string, labels: string, values: string): Series {
  const ofMetric = labels === '' ? '' : `, ${labels}`;
  return [`${metric}{job="drop-admin", instance="10.0.0.1:9090/${replica}", pod="drop-${replica}"${ofMetric}}`, values];
}

/** The same series of both replicas, or another one of the second. */
const both = (metric: string, labels: string, first: string, second = first): readonly Series[] =>
  replicas.map((replica, index) => seriesOf(replica, metric, labels, index === 0 ? first : second));

const failures = (first: string, second = first) =>
  both('drop_consecutive_failures', 'cachedimage="redis", image="docker.io/library/redis"', first, second);
const source = 'policy="popular", source_type="prometheus", endpoint="https://mimir.example.com"';
const health = (first: string, second = first) => both('drop_discovery_source_health', source, first, second);
const queue = (values: string) => both('drop_queued_pulls', 'policy="default"', values);
const calls = (code: string, first: string, second: string) =>
  both('drop_hook_duration_seconds_count', `hook="/hooks/nodes/sync", code="${code}"`, first, second);
const lastRequest = (first: string, second = first) =>
  both('drop_hook_last_request_timestamp_seconds', '', first, second);

const job = { job: 'drop-admin' };

const imageFails = (count: number): FiredAlert => ({
  labels: { ...job, cachedimage: 'redis', image: 'docker.io/library/redis', severity: 'warning' },
  summary: 'The image of CachedImage redis cannot be pulled.',
  description:
    `The last ${count} pulls of docker.io/library/redis failed. ` +
    'The Events of the CachedImage redis have the cause.',
});

const sourceFails: FiredAlert = {
  labels: {
    ...job,
    policy: 'popular',
    source_type: 'prometheus',
    endpoint: 'https://mimir.example.com',
    severity: 'warning',
  },
  summary: 'A prometheus source of DiscoveryPolicy popular fails.',
  description: 'The queries of https://mimir.example.com fail. Its images stay as they were when it last succeeded.',
};

const queueStays = (count: number): FiredAlert => ({
  labels: { ...job, policy: 'default', severity: 'warning' },
  summary: 'The queue of PullPolicy default does not shrink.',
  description:
    `${count} pulls wait, and the queue did not shrink for at least half an hour. ` +
    'The condition Progressing of the PullPolicy default names what they wait for.',
});

const hooksFail = (percentage: string): FiredAlert => ({
  labels: { hook: '/hooks/nodes/sync', severity: 'critical' },
  summary: 'Calls of the hook /hooks/nodes/sync fail.',
  description: `${percentage} of the calls of the hook /hooks/nodes/sync fail.`,
});

const noRequests = (labels: Readonly<Record<string, string>>): FiredAlert => ({
  labels: { ...labels, severity: 'critical' },
  summary: 'Metacontroller does not call Drop.',
  description: 'No replica received a hook request for 15 minutes, or Prometheus finds no replica. No image is pulled.',
});

const imageRows: readonly AlertRow[] = [
  { what: 'fires once for both replicas', series: failures('3x30'), minute: 11, fired: imageFails(3) },
  {
    what: 'fires if only one replica lists the last failure',
    series: failures('4x30', '3x30'),
    minute: 11,
    fired: imageFails(4),
  },
  { what: 'waits for ten minutes', series: failures('3x30'), minute: 9 },
  { what: 'does not fire after two failures', series: failures('2x30'), minute: 30 },
  { what: 'ends with a success', series: failures('3x20 0x10'), minute: 22 },
].map((row) => ({ alert: 'DropImageFailing', ...row }));

const sourceRows: readonly AlertRow[] = [
  { what: 'fires once for both replicas', series: health('0x30'), minute: 16, fired: sourceFails },
  { what: 'does not fire for a healthy source', series: health('1x30'), minute: 30 },
  { what: 'waits for 15 minutes', series: health('0x30'), minute: 14 },
  { what: 'ends when a replica lists a success', series: health('0x30', '0x20 1x10'), minute: 22 },
].map((row) => ({ alert: 'DropSourceFailing', ...row }));

const queueRows: readonly AlertRow[] = [
  { what: 'fires once for both replicas', series: queue('5x100'), minute: 31, fired: queueStays(5) },
  { what: 'fires for a queue that only grows', series: queue('5+1x100'), minute: 31, fired: queueStays(36) },
  { what: 'does not fire while the queue shrinks slowly', series: queue('9x20 8x20 7x20 6x20 5x20'), minute: 90 },
  {
    what: 'does not fire if the queue shrinks and grows again',
    series: queue('9x20 8x2 9x20 8x2 9x20 8x2 9x20'),
    minute: 80,
  },
  { what: 'fires an hour after the last start', series: queue('9x20 8x100'), minute: 85, fired: queueStays(8) },
  { what: 'does not fire half an hour after the last start', series: queue('9x20 8x100'), minute: 60 },
  { what: 'does not fire for an empty queue', series: queue('0x100'), minute: 90 },
].map((row) => ({ alert: 'DropQueueNotShrinking', ...row }));

const hookRows: readonly AlertRow[] = [
  {
    what: 'fires if calls of one replica fail while the other is idle',
    series: [...calls('200', '0+45x30', '0x30'), ...calls('500', '0+15x30', '0x30')],
    minute: 20,
    fired: hooksFail('25%'),
  },
  {
    what: 'fires for the share of both replicas together',
    series: [...calls('200', '0+45x30', '0+45x30'), ...calls('401', '0+10x30', '0x30')],
    minute: 20,
    fired: hooksFail('10%'),
  },
  {
    what: 'does not fire for a few failures',
    series: [...calls('200', '0+100x30', '0x30'), ...calls('503', '0+2x30', '0x30')],
    minute: 20,
  },
  {
    what: 'does not fire for the refusals of a rollout',
    series: [...calls('200', '0+30x30', '0x30'), ...calls('429', '0x10 0+20x2 40x20', '0x30')],
    minute: 16,
  },
].map((row) => ({ alert: 'DropHooksFailing', ...row }));

const missing = (values: string) => both('drop_cachedimages', 'reason="PolicyNotFound"', values);
const policyRows: readonly AlertRow[] = [
  {
    what: 'fires once for both replicas',
    series: missing('2x30'),
    minute: 6,
    fired: {
      labels: { ...job, reason: 'PolicyNotFound', severity: 'warning' },
      summary: 'CachedImages refer to a PullPolicy that does not exist.',
      description: '2 CachedImages have the reason PolicyNotFound and are not pulled.',
    },
  },
  {
    what: 'does not fire for another reason',
    series: both('drop_cachedimages', 'reason="Pending"', '2x30'),
    minute: 20,
  },
].map((row) => ({ alert: 'DropPolicyMissing', ...row }));

const requestRows: readonly AlertRow[] = [
  { what: 'fires if no replica is called', series: lastRequest('0x40'), minute: 21, fired: noRequests(job) },
  { what: 'waits for 15 minutes and another five', series: lastRequest('0x40'), minute: 19 },
  { what: 'does not fire while one replica is called', series: lastRequest('0x40', '0+60x40'), minute: 40 },
  { what: 'fires if Prometheus finds no replica', series: queue('5x100'), minute: 6, fired: noRequests({}) },
].map((row) => ({ alert: 'DropNoHookRequests', ...row }));

export const alertRows: readonly AlertRow[] = [
  ...imageRows,
  ...sourceRows,
  ...queueRows,
  ...hookRows,
  ...policyRows,
  ...requestRows,
];
