// What the objects of the cluster report, as gauges: from the printer columns where a kind can have many objects.
import { z } from 'zod';
import type { Row } from './object-list.ts';

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface GaugeDefinition<Item> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Objects that do not report the value yet have no sample. */
  readonly samplesOf: (items: readonly Item[]) => readonly Sample[];
}

const textIn = (row: Row, column: string): string => {
  const cell = row.get(column);
  return typeof cell === 'string' ? cell : '';
};

const numberIn = (row: Row, column: string): number | undefined => {
  const cell = row.get(column);
  return typeof cell === 'number' ? cell : undefined;
};

/** A gauge of one value for each row, with the name of the object as label. */
function byName(
  label: string,
  gauge: Pick<GaugeDefinition<Row>, 'name' | 'help'>,
  valueIn: (row: Row) => number | undefined,
): GaugeDefinition<Row> {
  return {
    ...gauge,
    labelNames: [label],
    samplesOf: (rows) =>
      rows.flatMap((row) => {
        const value = valueIn(row);
        return value === undefined ? [] : [{ labels: { [label]: textIn(row, 'Name') }, value }];
      }),
  };
}

/** A number of the column READY, for example 1 and 2 of `1/2`. */
function nodesIn(row: Row, index: 0 | 1): number | undefined {
  const parts = /^(\d+)\/(\d+)$/.exec(textIn(row, 'Ready'));
  return parts === null ? undefined : Number(parts[index + 1]);
}

function countByReason(rows: readonly Row[]): Sample[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const reason = textIn(row, 'Status');
    if (reason !== '') counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, value]) => ({ labels: { reason }, value }));
}

export const cachedImageGauges: readonly GaugeDefinition<Row>[] = [
  byName('cachedimage', { name: 'drop_nodes_targeted', help: 'Nodes that should hold the image.' }, (row) =>
    nodesIn(row, 1),
  ),
  byName('cachedimage', { name: 'drop_nodes_cached', help: 'Targeted nodes that hold the image.' }, (row) =>
    nodesIn(row, 0),
  ),
  {
    name: 'drop_consecutive_failures',
    help: 'Failed pulls of the image since its last success, over all nodes.',
    labelNames: ['cachedimage', 'image'],
    samplesOf: (rows) =>
      rows.map((row) => ({
        labels: { cachedimage: textIn(row, 'Name'), image: textIn(row, 'Image') },
        value: numberIn(row, 'Failures') ?? 0,
      })),
  },
  {
    name: 'drop_cachedimages',
    help: 'CachedImages by the reason of their condition Ready.',
    labelNames: ['reason'],
    samplesOf: countByReason,
  },
];

function secondsOf(text: string): number | undefined {
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

export const pullPolicyGauges: readonly GaugeDefinition<Row>[] = [
  byName('policy', { name: 'drop_active_pulls', help: 'Pulls in progress.' }, (row) => numberIn(row, 'Active')),
  byName('policy', { name: 'drop_queued_pulls', help: 'Pulls that wait for their turn.' }, (row) =>
    numberIn(row, 'Queued'),
  ),
  byName(
    'policy',
    { name: 'drop_backing_off_pulls', help: 'Failed pulls that wait for the end of their backoff.' },
    (row) => numberIn(row, 'BackingOff'),
  ),
  byName(
    'policy',
    {
      name: 'drop_estimated_completion_timestamp_seconds',
      help: 'Estimated time at which all images are on all nodes, in seconds since the epoch.',
    },
    (row) => secondsOf(textIn(row, 'ETA')),
  ),
];

const discoveryPolicy = z.object({
  metadata: z.object({ name: z.string() }),
  status: z
    .object({
      sources: z
        .array(z.object({ type: z.string(), target: z.string(), healthy: z.boolean(), imageCount: z.number() }))
        .catch([]),
      queryResults: z
        .array(z.object({ type: z.string(), name: z.string(), status: z.string(), imageCount: z.number().catch(0) }))
        .catch([]),
    })
    .catch({ sources: [], queryResults: [] }),
});

interface DiscoverySource {
  readonly policy: string;
  readonly source_type: string;
  /** URL of a source, or name of a query. */
  readonly endpoint: string;
  readonly healthy: boolean;
  readonly imageCount: number;
}

function sourcesOf(objects: readonly unknown[]): DiscoverySource[] {
  return objects.flatMap((object) => {
    const parsed = discoveryPolicy.safeParse(object);
    if (!parsed.success) return [];
    const { metadata, status } = parsed.data;
    const policy = metadata.name;
    const queries = status.queryResults.map(({ name, status: result, ...query }) => {
      return { ...query, target: name, healthy: result === 'success' };
    });
    return [...status.sources, ...queries].map(({ type, target, ...source }) => {
      return { policy, source_type: type, endpoint: target, ...source };
    });
  });
}

/** One sample for each set of labels; `combine` joins the values of sources with the same labels. */
function combined(samples: readonly Sample[], combine: (left: number, right: number) => number): Sample[] {
  const byLabels = new Map<string, Sample>();
  for (const sample of samples) {
    const key = JSON.stringify(sample.labels);
    const before = byLabels.get(key);
    byLabels.set(key, before === undefined ? sample : { ...sample, value: combine(before.value, sample.value) });
  }
  return [...byLabels.values()];
}

export const discoveryPolicyGauges: readonly GaugeDefinition<unknown>[] = [
  {
    name: 'drop_discovery_images_found',
    help: 'Images that the sources or queries of a type found.',
    labelNames: ['policy', 'source_type'],
    samplesOf: (objects) =>
      combined(
        sourcesOf(objects).map(({ policy, source_type, imageCount }) => ({
          labels: { policy, source_type },
          value: imageCount,
        })),
        (left, right) => left + right,
      ),
  },
  {
    name: 'drop_discovery_source_health',
    help: '1 if the last query of every source at the endpoint, or of the named query, succeeded, otherwise 0.',
    labelNames: ['policy', 'source_type', 'endpoint'],
    samplesOf: (objects) =>
      combined(
        sourcesOf(objects).map(({ policy, source_type, endpoint, healthy }) => ({
          labels: { policy, source_type, endpoint },
          value: healthy ? 1 : 0,
        })),
        Math.min,
      ),
  },
];
