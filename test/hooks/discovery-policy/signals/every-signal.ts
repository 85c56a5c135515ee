// One signal of each type and method.
import type { DiscoverySignal, SignalTypeName } from '../../../../hooks/discovery-policy/signals/signal-type.ts';

export const blocks = {
  aggregate: { method: 'sum' },
  timeWeightedAggregate: {
    method: 'sum',
    timezone: 'Europe/Berlin',
    defaultWeight: '0.1',
    windows: [{ startHour: 22, endHour: 6, weight: '0.7' }],
  },
  windowAggregate: { method: 'avg', timezone: 'America/New_York', window: { start: '09:30', end: '17:15' } },
  eventPullTime: { metric: 'pullTime', statistic: 'p95' },
} as const satisfies Required<Pick<DiscoverySignal, SignalTypeName>>;

export const signalOf = (type: SignalTypeName): DiscoverySignal => ({
  name: 's',
  query: 'q',
  type,
  [type]: blocks[type],
});

const methods = ['sum', 'count', 'avg', 'max', 'min'] as const;
const statistics = ['p50', 'p90', 'p95', 'avg', 'max', 'count'] as const;

const named = (type: SignalTypeName, block: object): DiscoverySignal => ({
  name: 's',
  query: 'q',
  type,
  [type]: block,
});

export const everySignal: readonly DiscoverySignal[] = [
  ...(['aggregate', 'timeWeightedAggregate', 'windowAggregate'] as const).flatMap((type) =>
    methods.map((method) => named(type, { ...blocks[type], method })),
  ),
  named('windowAggregate', { method: 'sum', relativeWindow: '24h' }),
  ...statistics.flatMap((statistic) =>
    ['pullTime', 'imageSize'].map((metric) => named('eventPullTime', { metric, statistic })),
  ),
];
