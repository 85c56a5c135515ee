// Gauges of what the objects of the cluster report. Every replica lists the same objects, so queries take the maximum.
import { Counter, Gauge, type Registry } from 'prom-client';
import { cachedImageKind } from '../../crds/cached-image.ts';
import { discoveryPolicyKind } from '../../crds/discovery-policy.ts';
import { pullPolicyKind } from '../../crds/pull-policy.ts';
import { cachedImageGauges, discoveryPolicyGauges, type GaugeDefinition, pullPolicyGauges } from './object-gauges.ts';
import type { ObjectList } from './object-list.ts';

/** Scrapes within this time share one list of each kind. */
const LIST_INTERVAL_MILLISECONDS = 15_000;

export interface ObjectMetricsOptions {
  readonly registry: Registry;
  /** Absent without a cluster: then the gauges have no samples. */
  readonly objects: ObjectList | undefined;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Returns a function that lists at most once in an interval. Without a list it returns undefined. */
function shared<Item>(
  list: (() => Promise<readonly Item[]>) | undefined,
  clock: () => number,
  onError: () => void,
): () => Promise<readonly Item[] | undefined> {
  let listedAt = Number.NEGATIVE_INFINITY;
  let latest: Promise<readonly Item[] | undefined> = Promise.resolve(undefined);
  return () => {
    if (list === undefined || clock() < listedAt + LIST_INTERVAL_MILLISECONDS) return latest;
    listedAt = clock();
    latest = list().catch(() => {
      onError();
      return undefined;
    });
    return latest;
  };
}

export function createObjectMetrics({ registry, objects, clock }: ObjectMetricsOptions): void {
  const failures = new Counter({
    name: 'drop_object_list_errors_total',
    help: 'Failed lists of objects. The gauges of their kind then have no samples.',
    labelNames: ['kind'],
    registers: [registry],
  });

  function addGauges<Item>(
    kind: string,
    gauges: readonly GaugeDefinition<Item>[],
    list: (() => Promise<readonly Item[]>) | undefined,
  ): void {
    const items = shared(list, clock, () => failures.inc({ kind }));
    for (const { name, help, labelNames, samplesOf } of gauges) {
      new Gauge({
        name,
        help,
        labelNames,
        registers: [registry],
        async collect() {
          const found = (await items()) ?? [];
          // Series of deleted objects disappear.
          this.reset();
          for (const { labels, value } of samplesOf(found)) this.set(labels, value);
        },
      });
    }
  }

  const rows = (plural: string) => objects && (() => objects.rows(plural));
  addGauges(cachedImageKind.kind, cachedImageGauges, rows(cachedImageKind.plural));
  addGauges(pullPolicyKind.kind, pullPolicyGauges, rows(pullPolicyKind.plural));
  const discoveryPolicies = objects && (() => objects.objects(discoveryPolicyKind.plural));
  addGauges(discoveryPolicyKind.kind, discoveryPolicyGauges, discoveryPolicies);
}
