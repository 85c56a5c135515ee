// Specs of DiscoveryPolicies with queries, signals and a ranking. The API server accepts mistakes that only running the
// policy shows, as the definitions of the original Drop do.
import type { SpecRow } from './spec-reading.ts';

type Fields = Readonly<Record<string, unknown>>;

const kind = 'DiscoveryPolicy';
const defaults = { syncInterval: '30m', maxImages: 50 };
const prometheus = { endpoint: 'https://mimir.example.com', query: 'up' };
const usage = { name: 'usage', type: 'prometheus', prometheus };
const loki = { endpoint: 'https://loki.example.com', query: '{job="events"}' };
const registry = { url: 'https://registry.example.com', repositories: ['team/app'] };
const signal = { name: 'total', query: 'usage', type: 'aggregate', aggregate: { method: 'sum' } };
const ranking = { strategy: 'signal', signal: 'total' };
const requirement = { key: 'node-role.kubernetes.io/control-plane', operator: 'DoesNotExist' };
const exposure = { preWindowUsageSignal: 'a', targetWindowUsageSignal: 'b', pullTimeSignal: 'c' };

const everyQuery = [
  {
    ...usage,
    prometheus: { ...prometheus, queryType: 'instant', lookback: '168h', step: '500ms' },
    secretRef: { name: 'creds' },
  },
  {
    name: 'pulls',
    type: 'loki',
    loki: {
      ...loki,
      queryType: 'range',
      lookback: '168h',
      parser: {
        type: 'kubernetesEvents',
        podField: 'name',
        reasonField: 'reason',
        messageField: 'msg',
        imageField: 'msg',
      },
    },
  },
  {
    name: 'tags',
    type: 'registry',
    registry: {
      ...registry,
      tagFilter: '^v',
      tagSeek: 'v1',
      topX: 3,
      maxScan: 200_000,
      versionPattern: 'v(.+)',
      imageTemplate: '{{ .Registry }}/{{ .Repository }}:{{ .Tag }}',
    },
  },
];

const window = { startHour: 0, endHour: 24, weight: '700m' };
const hours = { method: 'max', timezone: 'Europe/Berlin', defaultWeight: 1, windows: [window] };

const everySignal = [
  signal,
  { name: 'hours', query: 'usage', type: 'timeWeightedAggregate', timeWeightedAggregate: hours },
  {
    name: 'morning',
    query: 'usage',
    type: 'windowAggregate',
    windowAggregate: { method: 'avg', timezone: 'UTC', window: { start: '00:00', end: '23:59' } },
  },
  {
    name: 'recent',
    query: 'usage',
    type: 'windowAggregate',
    windowAggregate: { method: 'min', relativeWindow: '2h' },
  },
  {
    name: 'slow',
    query: 'pulls',
    type: 'eventPullTime',
    eventPullTime: { metric: 'imageSize', statistic: 'p95' },
  },
];

const weighted = (fields: Fields) => ({
  strategy: 'weightedSum',
  weightedSum: { normalize: 'minMax', missingSignal: 'drop', ...fields },
});

/** A spec that keeps its fields and gets the defaults of the others. */
const valid = (content: string, spec: Fields): SpecRow => [kind, content, spec, { ...defaults, ...spec }];
const completed = (content: string, spec: Fields, expected: Fields): SpecRow => [
  kind,
  content,
  spec,
  { ...defaults, ...expected },
];

const ranked = (content: string, fields: Fields) =>
  valid(content, { queries: [{ ...usage, prometheus: { ...prometheus, queryType: 'range' } }], ranking: fields });

export const validQuerySpecs: readonly SpecRow[] = [
  valid('an empty spec', {}),
  valid('empty lists of queries and signals', { queries: [], signals: [] }),
  valid('every field of a query', { queries: everyQuery }),
  valid('every field of a signal', { queries: everyQuery, signals: everySignal }),
  completed(
    'the required fields of every query',
    {
      queries: [
        usage,
        { name: 'pulls', type: 'loki', loki: { ...loki, parser: { type: 'kubernetesEvents' } } },
        { name: 'tags', type: 'registry', registry },
      ],
    },
    {
      queries: [
        { ...usage, prometheus: { ...prometheus, queryType: 'range' } },
        {
          name: 'pulls',
          type: 'loki',
          loki: {
            ...loki,
            queryType: 'range',
            parser: {
              type: 'kubernetesEvents',
              podField: 'involvedObject_name',
              reasonField: 'reason',
              messageField: 'message',
              imageField: 'message',
            },
          },
        },
        { name: 'tags', type: 'registry', registry: { ...registry, maxScan: 1000 } },
      ],
    },
  ),
  completed(
    'a signal of pull times without a metric',
    { signals: [{ name: 'slow', query: 'pulls', type: 'eventPullTime', eventPullTime: { statistic: 'count' } }] },
    {
      signals: [
        {
          name: 'slow',
          query: 'pulls',
          type: 'eventPullTime',
          eventPullTime: { metric: 'pullTime', statistic: 'count' },
        },
      ],
    },
  ),
  ranked('a ranking by one signal', ranking),
  ...['0.7', '700m', 1, 0, -1, '1.0', '1e3', '1Ki', '-1', '+.5', '1E-3'].map((weight) =>
    ranked(`the weight ${JSON.stringify(weight)}`, weighted({ terms: [{ signal: 'total', weight }] })),
  ),
  completed(
    'a weighted sum without options',
    { ranking: { strategy: 'weightedSum', weightedSum: {} } },
    { ranking: { strategy: 'weightedSum', weightedSum: { normalize: 'minMax', missingSignal: 'zero' } } },
  ),
  ranked('an exposure without nodes', { strategy: 'modelExposure', modelExposure: exposure }),
  ranked('an exposure over counted nodes', {
    strategy: 'modelExposure',
    modelExposure: { ...exposure, nodes: { count: 99 } },
  }),
  ranked('an exposure over selected nodes', {
    strategy: 'modelExposure',
    modelExposure: {
      ...exposure,
      nodes: {
        selector: {
          nodeSelectorTerms: [
            { matchExpressions: [requirement, { key: 'pool', operator: 'In', values: ['build', ''] }] },
            { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] },
            {},
          ],
        },
      },
    },
  }),

  valid('a query without the block of its type', { queries: [{ name: 'usage', type: 'prometheus' }] }),
  valid('a query with the block of another type', {
    queries: [{ name: 'tags', type: 'registry', prometheus: { ...prometheus, queryType: 'range' } }],
  }),
  valid('two queries of one name', {
    queries: [
      { name: 'a', type: 'loki' },
      { name: 'a', type: 'loki' },
    ],
  }),
  valid('a signal of an unknown query', { signals: [{ ...signal, query: 'absent' }] }),
  valid('a signal without the block of its type', { signals: [{ name: 'a', query: 'b', type: 'eventPullTime' }] }),
  valid('two signals of one name', { signals: [signal, signal] }),
  valid('a window without a time zone and with a relative window', {
    signals: [
      {
        name: 'a',
        query: 'b',
        type: 'windowAggregate',
        windowAggregate: { method: 'sum', relativeWindow: '0s', window: { start: '09:00', end: '09:00' } },
      },
    ],
  }),
  valid('a window aggregate without a window', {
    signals: [{ name: 'a', query: 'b', type: 'windowAggregate', windowAggregate: { method: 'sum' } }],
  }),
  valid('an unknown time zone', {
    signals: [{ ...signal, type: 'timeWeightedAggregate', timeWeightedAggregate: { ...hours, timezone: 'Nowhere' } }],
  }),
  valid('a ranking without the block of its strategy', { ranking: { strategy: 'modelExposure' } }),
  valid('a ranking of an unknown signal', { queries: [], ranking: { strategy: 'signal', signal: 'absent' } }),
  valid('an unknown operator in a selector', {
    ranking: {
      strategy: 'modelExposure',
      modelExposure: {
        ...exposure,
        nodes: { selector: { nodeSelectorTerms: [{ matchExpressions: [{ key: '?', operator: 'Like' }] }] } },
      },
    },
  }),
  valid('an endpoint and durations that are not checked', {
    queries: [
      {
        name: 'usage',
        type: 'prometheus',
        prometheus: { endpoint: 'mimir', query: '(', queryType: 'range', lookback: '1d', step: '-5s' },
      },
    ],
  }),
  valid('sources and queries', {
    sources: [{ type: 'registry', registry }],
    queries: [{ name: 'a', type: 'loki' }],
  }),
  valid('as many numbers as its status can hold', {
    maxImages: 500,
    queries: Array(8).fill({ name: 'a', type: 'loki' }),
    signals: Array(8).fill(signal),
  }),
];

const tooSmall = (what: string) => `Too small: expected ${what}`;
const tooBig = (what: string) => `Too big: expected ${what}`;
const typeError = (expected: string, received: string) => `Invalid input: expected ${expected}, received ${received}`;
const option = (...values: readonly string[]) =>
  `Invalid option: expected one of ${values.map((value) => `"${value}"`).join('|')}`;
const noQuantity = 'Invalid input: expected a whole number or a quantity such as "0.7" or "700m"';

const invalid = (content: string, spec: Fields, error: string): SpecRow => [kind, content, spec, `spec${error}`];
const query = (content: string, fields: Fields, error: string) =>
  invalid(content, { queries: [{ ...usage, ...fields }] }, `.queries.0${error}`);
const inSignal = (content: string, fields: Fields, error: string) =>
  invalid(content, { signals: [{ ...signal, ...fields }] }, `.signals.0${error}`);
const inRanking = (content: string, fields: Fields, error: string) =>
  invalid(content, { ranking: fields }, `.ranking${error}`);
const term = (content: string, fields: Fields, error: string) =>
  inRanking(content, weighted({ terms: [{ signal: 'a', weight: 1, ...fields }] }), `.weightedSum.terms.0${error}`);

export const invalidQuerySpecs: readonly SpecRow[] = [
  invalid('17 queries', { queries: Array(17).fill(usage) }, `.queries: ${tooBig('array to have <=16 items')}`),
  query('a query without a name', { name: undefined }, `.name: ${typeError('string', 'undefined')}`),
  query('an empty name of a query', { name: '' }, `.name: ${tooSmall('string to have >=1 characters')}`),
  query('a name of 64 characters', { name: 'q'.repeat(64) }, `.name: ${tooBig('string to have <=63 characters')}`),
  query('an unknown type of a query', { type: 'graphite' }, `.type: ${option('prometheus', 'loki', 'registry')}`),
  query(
    'an empty endpoint',
    { prometheus: { ...prometheus, endpoint: '' } },
    `.prometheus.endpoint: ${tooSmall('string to have >=1 characters')}`,
  ),
  query(
    'an unknown type of a Prometheus query',
    { prometheus: { ...prometheus, queryType: '' } },
    `.prometheus.queryType: ${option('range', 'instant')}`,
  ),
  query(
    'an instant query to Loki',
    { loki: { ...loki, queryType: 'instant' } },
    '.loki.queryType: Invalid input: expected "range"',
  ),
  query(
    'an empty list of repositories',
    { registry: { ...registry, repositories: [] } },
    `.registry.repositories: ${tooSmall('array to have >=1 items')}`,
  ),
  query(
    'maxScan of 200,001',
    { registry: { ...registry, maxScan: 200_001 } },
    `.registry.maxScan: ${tooBig('number to be <=200000')}`,
  ),
  query('topX of zero', { registry: { ...registry, topX: 0 } }, `.registry.topX: ${tooSmall('number to be >=1')}`),
  invalid('33 signals', { signals: Array(33).fill(signal) }, `.signals: ${tooBig('array to have <=32 items')}`),
  inSignal(
    'an unknown method of a signal',
    { aggregate: { method: 'median' } },
    `.aggregate.method: ${option('sum', 'count', 'avg', 'max', 'min')}`,
  ),
  inSignal(
    'no windows with weights',
    { timeWeightedAggregate: { ...hours, windows: [] } },
    `.timeWeightedAggregate.windows: ${tooSmall('array to have >=1 items')}`,
  ),
  inSignal(
    'a start hour of 24',
    { timeWeightedAggregate: { ...hours, windows: [{ ...window, startHour: 24 }] } },
    `.timeWeightedAggregate.windows.0.startHour: ${tooBig('number to be <=23')}`,
  ),
  inSignal(
    'an empty time zone of weights',
    { timeWeightedAggregate: { ...hours, timezone: '' } },
    `.timeWeightedAggregate.timezone: ${tooSmall('string to have >=1 characters')}`,
  ),
  inSignal(
    'a start at 24:00',
    { windowAggregate: { method: 'sum', window: { start: '24:00', end: '09:00' } } },
    '.windowAggregate.window.start: must be a time of day such as 07:30',
  ),
  inSignal(
    'an end without minutes',
    { windowAggregate: { method: 'sum', window: { start: '08:00', end: '9' } } },
    '.windowAggregate.window.end: must be a time of day such as 07:30',
  ),
  inSignal(
    'an unknown statistic',
    { eventPullTime: { statistic: 'p99' } },
    `.eventPullTime.statistic: ${option('p50', 'p90', 'p95', 'avg', 'max', 'count')}`,
  ),
  inRanking('an empty strategy', { strategy: '' }, `.strategy: ${option('signal', 'weightedSum', 'modelExposure')}`),
  inRanking('no terms', weighted({ terms: [] }), `.weightedSum.terms: ${tooSmall('array to have >=1 items')}`),
  inRanking(
    '33 terms',
    weighted({ terms: Array(33).fill({ signal: 'a', weight: 1 }) }),
    `.weightedSum.terms: ${tooBig('array to have <=32 items')}`,
  ),
  term('a weight that is a fraction and not text', { weight: 0.7 }, `.weight: ${noQuantity}`),
  term('a weight that is no quantity', { weight: 'much' }, `.weight: ${noQuantity}`),
  term('an empty weight', { weight: '' }, `.weight: ${noQuantity}`),
  term('a term without a weight', { weight: undefined }, `.weight: ${noQuantity}`),
  term('an empty signal in a term', { signal: '' }, `.signal: ${tooSmall('string to have >=1 characters')}`),
  inRanking(
    'a count of zero nodes',
    { strategy: 'modelExposure', modelExposure: { ...exposure, nodes: { count: 0 } } },
    `.modelExposure.nodes.count: ${tooSmall('number to be >=1')}`,
  ),
  inRanking(
    'a selector without terms',
    { strategy: 'modelExposure', modelExposure: { ...exposure, nodes: { selector: {} } } },
    `.modelExposure.nodes.selector.nodeSelectorTerms: ${typeError('array', 'undefined')}`,
  ),
  invalid(
    'more numbers than its status can hold',
    { maxImages: 500, queries: [usage], signals: Array(16).fill(signal) },
    ': maxImages times the number of queries and signals must be at most 8000',
  ),
];

const unsetIn = (content: string, fields: Fields, absent: Fields): SpecRow => [kind, content, fields, absent];

export const unsetQuerySpecs: readonly SpecRow[] = [
  unsetIn(
    'a lookback of zero and a step of zero in a query',
    { queries: [{ ...usage, prometheus: { ...prometheus, lookback: '0s', step: '0s' } }] },
    { queries: [usage] },
  ),
  unsetIn(
    'empty texts in a registry query',
    {
      queries: [
        {
          name: 'tags',
          type: 'registry',
          registry: { ...registry, tagFilter: '', tagSeek: '', versionPattern: '', imageTemplate: '' },
          secretRef: { name: '' },
        },
      ],
    },
    { queries: [{ name: 'tags', type: 'registry', registry }] },
  ),
  unsetIn(
    'empty names of fields in a parser',
    {
      queries: [
        {
          name: 'pulls',
          type: 'loki',
          loki: { ...loki, parser: { type: 'kubernetesEvents', podField: '', reasonField: '', imageField: '' } },
        },
      ],
    },
    { queries: [{ name: 'pulls', type: 'loki', loki: { ...loki, parser: { type: 'kubernetesEvents' } } }] },
  ),
  unsetIn(
    'an empty time zone and an empty relative window',
    {
      signals: [
        { ...signal, type: 'windowAggregate', windowAggregate: { method: 'sum', timezone: '', relativeWindow: '' } },
      ],
    },
    { signals: [{ ...signal, type: 'windowAggregate', windowAggregate: { method: 'sum' } }] },
  ),
  unsetIn(
    'an empty signal in a ranking',
    { ranking: { strategy: 'signal', signal: '' } },
    { ranking: { strategy: 'signal' } },
  ),
];
