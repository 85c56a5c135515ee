// The panels of the Grafana dashboard and their queries. Every replica reports the same gauges of the cluster, so their
// maximum over the replicas is taken before any sum. Counters are summed.

export interface Query {
  readonly expr: string;
  /** Grafana replaces a label in double braces. */
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  readonly description: string;
  readonly type: 'timeseries' | 'heatmap' | 'state-timeline' | 'table';
  /** A unit of Grafana. */
  readonly unit: string;
  readonly queries: readonly Query[];
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const gauge = (selector: string) => `max without (instance, pod) (${selector})`;
const rate = (counter: string) => `rate(${counter}[$__rate_interval])`;
const perMinute = (counter: string, by = '') => `60 * sum${by}(${rate(counter)})`;
const quantile = (share: number, histogram: string, by = '') =>
  `histogram_quantile(${share}, sum by (le${by}) (${rate(`${histogram}_bucket`)}))`;
/** A metric that each replica has of itself. */
const ofReplica = (metric: string) => `max by (instance) (${metric}{job=~"$job"})`;

const images: Row = {
  title: 'Images',
  panels: [
    {
      title: 'Images on nodes',
      description: 'Pairs of image and node: those that hold the image, and those that should.',
      type: 'timeseries',
      unit: 'short',
      queries: [
        { expr: `sum(${gauge('drop_nodes_cached')})`, legend: 'cached' },
        { expr: `sum(${gauge('drop_nodes_targeted')})`, legend: 'targeted' },
      ],
    },
    {
      title: 'CachedImages by reason',
      description: 'Reason of the condition Ready.',
      type: 'timeseries',
      unit: 'short',
      queries: [{ expr: `sum by (reason) (${gauge('drop_cachedimages')})`, legend: '{{reason}}' }],
    },
    {
      title: 'Failing images',
      description: 'Failed pulls since the last success. No data means that no image fails.',
      type: 'table',
      unit: 'short',
      queries: [
        {
          expr: `topk(20, sum by (cachedimage, image) (${gauge('drop_consecutive_failures')}) > 0)`,
          legend: '{{cachedimage}}',
        },
      ],
    },
  ],
};

const pulls: Row = {
  title: 'Pulls',
  panels: [
    {
      title: 'Queue by policy',
      description: 'Pulls that wait for their turn, that are in progress, and that wait after a failure.',
      type: 'timeseries',
      unit: 'short',
      queries: [
        { expr: `sum by (policy) (${gauge('drop_queued_pulls')})`, legend: '{{policy}} queued' },
        { expr: `sum by (policy) (${gauge('drop_active_pulls')})`, legend: '{{policy}} active' },
        { expr: `sum by (policy) (${gauge('drop_backing_off_pulls')})`, legend: '{{policy}} backing off' },
      ],
    },
    {
      title: 'Time to completion by policy',
      description: 'Time until all images are on all nodes. No data while nothing waits or the policy is paused.',
      type: 'timeseries',
      unit: 's',
      queries: [{ expr: `${gauge('drop_estimated_completion_timestamp_seconds')} - time()`, legend: '{{policy}}' }],
    },
    {
      title: 'Pulls per minute',
      description: 'Pulls by outcome.',
      type: 'timeseries',
      unit: 'short',
      queries: [
        { expr: perMinute('drop_pulls_started_total'), legend: 'started' },
        { expr: perMinute('drop_pulls_finished_total', ' by (outcome) '), legend: '{{outcome}}' },
      ],
    },
    {
      title: 'Failed pulls per minute by image',
      description: 'The ten images that fail most often. The first failure on a node is not part of a rate.',
      type: 'timeseries',
      unit: 'short',
      queries: [{ expr: `topk(10, ${perMinute('drop_pull_errors_total', ' by (image) ')})`, legend: '{{image}}' }],
    },
    {
      title: 'Duration of pulls',
      description: 'Successful pulls, from the creation of the Pod.',
      type: 'heatmap',
      unit: 's',
      queries: [{ expr: `sum by (le) (${rate('drop_pull_duration_seconds_bucket')})`, legend: '{{le}}' }],
    },
    {
      title: 'Percentiles of the duration of pulls',
      description: 'Successful pulls, from the creation of the Pod.',
      type: 'timeseries',
      unit: 's',
      queries: [0.5, 0.9, 0.99].map((share) => ({
        expr: quantile(share, 'drop_pull_duration_seconds'),
        legend: `p${share * 100}`,
      })),
    },
  ],
};

const discovery: Row = {
  title: 'Discovery',
  panels: [
    {
      title: 'Health of sources',
      description: '1 if the last query of every source at the endpoint succeeded.',
      type: 'state-timeline',
      unit: 'short',
      queries: [
        {
          expr: `min by (policy, source_type, endpoint) (${gauge('drop_discovery_source_health')})`,
          legend: '{{policy}} {{source_type}} {{endpoint}}',
        },
      ],
    },
    {
      title: 'Latency of sources',
      description: 'Time in which nine of ten queries end.',
      type: 'timeseries',
      unit: 's',
      queries: [
        {
          expr: quantile(0.9, 'drop_discovery_source_latency_seconds', ', policy, source_type'),
          legend: '{{policy}} {{source_type}}',
        },
      ],
    },
    {
      title: 'Images found',
      description: 'Images that the sources of a policy found.',
      type: 'timeseries',
      unit: 'short',
      queries: [
        {
          expr: `sum by (policy, source_type) (${gauge('drop_discovery_images_found')})`,
          legend: '{{policy}} {{source_type}}',
        },
      ],
    },
  ],
};

const service: Row = {
  title: 'Service',
  panels: [
    {
      title: 'Latency of hooks',
      description: 'Time in which 99 of 100 calls end.',
      type: 'timeseries',
      unit: 's',
      queries: [{ expr: quantile(0.99, 'drop_hook_duration_seconds', ', hook'), legend: '{{hook}}' }],
    },
    {
      title: 'Hook calls per minute',
      description: 'Calls by the code of the response. Codes above 399 are failures.',
      type: 'timeseries',
      unit: 'short',
      queries: [{ expr: perMinute('drop_hook_duration_seconds_count', ' by (code) '), legend: '{{code}}' }],
    },
    {
      title: 'Failed hook calls per minute',
      description: 'No data means that no call failed since the start of the service.',
      type: 'timeseries',
      unit: 'short',
      queries: [
        {
          expr: perMinute('drop_hook_duration_seconds_count{code=~"4..|5.."}', ' by (hook, code) '),
          legend: '{{hook}} {{code}}',
        },
      ],
    },
    {
      title: 'Status writes per minute',
      description: 'Statuses that Metacontroller had to write.',
      type: 'timeseries',
      unit: 'short',
      queries: [{ expr: perMinute('drop_status_writes_requested_total', ' by (kind) '), legend: '{{kind}}' }],
    },
    {
      title: 'Event loop lag',
      description: '99th percentile by replica. A high value delays every response.',
      type: 'timeseries',
      unit: 's',
      queries: [{ expr: ofReplica('nodejs_eventloop_lag_p99_seconds'), legend: '{{instance}}' }],
    },
    {
      title: 'Memory',
      description: 'Resident memory by replica.',
      type: 'timeseries',
      unit: 'bytes',
      queries: [{ expr: ofReplica('process_resident_memory_bytes'), legend: '{{instance}}' }],
    },
  ],
};

export const rows: readonly Row[] = [images, pulls, discovery, service];
