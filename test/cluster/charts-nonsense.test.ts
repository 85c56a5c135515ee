// Invalid values fail with an explanation before anything is created.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectNothing, failureOf, NAMESPACE, prepareReleases, type Releases, type Values } from './charts-releases.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { describeWith } from './requirements.ts';

const policy = (spec: object): Values => ({ defaultPullPolicy: { spec } });
const pulls = (requests: object, limits: object): Values => ({ pullPods: { resources: { requests, limits } } });

type Row = readonly [title: string, values: Values, sentence: RegExp];

/** The expected error is a pattern, because Helm adds text of its own before it. */
const valuesRows: readonly Row[] = [
  ['a negative number of replicas', { replicas: -1 }, /at '\/replicas': minimum: got -1, want 0/],
  ['replicas as text', { replicas: 'two' }, /at '\/replicas': got string, want integer/],
  ['a fraction of a replica', { replicas: 1.5 }, /at '\/replicas': got number, want integer/],
  [
    'a negative number of Inventories',
    { inventory: { count: -1 } },
    /at '\/inventory\/count': minimum: got -1, want 0/,
  ],
  ['more than 64 Inventories', { inventory: { count: 65 } }, /at '\/inventory\/count': maximum: got 65, want 64/],
  ['a fraction of an Inventory', { inventory: { count: 1.5 } }, /at '\/inventory\/count': got number, want integer/],
  ['a misspelled value', { replica: 3 }, /additional properties 'replica' not allowed/],
  [
    'a misspelled value in a group',
    { tls: { enable: true } },
    /at '\/tls': additional properties 'enable' not allowed/,
  ],
  [
    'an unknown field of the PullPolicy',
    policy({ maxConcurrentNode: 2 }),
    /at '\/defaultPullPolicy\/spec': additional properties 'maxConcurrentNode' not allowed/,
  ],
  [
    'an unknown log level',
    { logLevel: 'loud' },
    /at '\/logLevel': value must be one of 'fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'/,
  ],
  ['an empty log level', { logLevel: '' }, /at '\/logLevel': value must be one of/],
  ['a body limit of zero', { bodyLimitBytes: 0 }, /at '\/bodyLimitBytes': minimum: got 0, want 1,?024/],
  [
    'an unknown pull policy',
    { image: { pullPolicy: 'Sometimes' } },
    /at '\/image\/pullPolicy': value must be one of 'Always', 'IfNotPresent', 'Never'/,
  ],
  [
    'an incomplete digest',
    { image: { digest: 'sha256:abc' } },
    /image\.digest: "sha256:abc" must be a digest: sha256: and 64 hex digits/,
  ],
  ['a tag with a space', { image: { tag: 'v 1' } }, /image\.tag: "v 1" must be an image tag/],
  [
    'an image name with a digest',
    { image: { repository: 'drop@sha256:abc' } },
    /image\.repository: "drop@sha256:abc" must be an image name without spaces, tag and digest/,
  ],
  ['an empty image name', { image: { repository: '' } }, /image\.repository: "" must be an image name/],
  [
    'a certificate without TLS',
    { tls: { existingSecret: 'mine' } },
    /tls\.existingSecret is set, but tls\.enabled is false: set tls\.enabled=true, or remove tls\.existingSecret/,
  ],
  [
    'a missing certificate Secret',
    { tls: { enabled: true, existingSecret: 'mine' } },
    /tls\.existingSecret: there is no Secret mine in namespace drop-charts/,
  ],
  [
    'a certificate Secret without its authority',
    { tls: { enabled: true, existingSecret: 'charts-half' } },
    /tls\.existingSecret: Secret charts-half has no key ca\.crt/,
  ],
  [
    'a missing token Secret',
    { token: { existingSecret: 'mine' } },
    /token\.existingSecret: there is no Secret mine in namespace drop-charts/,
  ],
  [
    'a token Secret without the key',
    { token: { existingSecret: 'charts-half' } },
    /token\.existingSecret: Secret charts-half has no key token/,
  ],
  [
    'an invalid Secret name',
    { token: { existingSecret: 'My_Secret' } },
    /token\.existingSecret: "My_Secret" must be a name of lower-case letters, digits, dashes and dots/,
  ],
  [
    'a URL without a scheme',
    { hooks: { url: 'drop.example.com' } },
    /hooks\.url: "drop\.example\.com" must be an http or https URL/,
  ],
  [
    'a URL with another scheme',
    { hooks: { url: 'ftp://drop' } },
    /hooks\.url: "ftp:\/\/drop" must be an http or https URL/,
  ],
  [
    'a URL with a password',
    { hooks: { url: 'http://me:secret@drop' } },
    /hooks\.url: .* must be an http or https URL without credentials and query/,
  ],
  [
    'TLS with an http URL',
    { hooks: { url: 'http://drop' }, tls: { enabled: true } },
    /hooks\.url begins with http:\/\/, but tls\.enabled is true/,
  ],
  [
    'createNamespace without a namespace',
    { pullPods: { createNamespace: true } },
    /pullPods\.createNamespace: the chart cannot create drop-charts, the namespace of the release/,
  ],
  [
    'createNamespace with the namespace of the release',
    { pullPods: { createNamespace: true, namespace: NAMESPACE } },
    /pullPods\.createNamespace: the chart cannot create drop-charts, the namespace of the release/,
  ],
  [
    'a missing namespace of pull Pods',
    { pullPods: { namespace: 'charts-nowhere' } },
    /pullPods\.namespace: there is no namespace charts-nowhere; create it, or set pullPods\.createNamespace=true/,
  ],
  [
    'an invalid namespace name',
    { pullPods: { namespace: 'a.b' } },
    /pullPods\.namespace: "a\.b" must be a name of lower-case/,
  ],
  [
    'resources without limits',
    { pullPods: { resources: { limits: null } } },
    /at '\/pullPods\/resources': missing property 'limits'/,
  ],
  ['resources without requests', { resources: { requests: null } }, /at '\/resources': missing property 'requests'/],
  [
    'an invalid quantity',
    pulls({ memory: '16 MB' }, {}),
    /pullPods\.resources\.requests\.memory: "16 MB" must be a quantity such as 100m, 2 or 128Mi/,
  ],
  [
    'a request above its limit',
    pulls({ memory: '1Gi' }, { memory: '512Mi' }),
    /pullPods\.resources: the request of memory 1Gi is above its limit 512Mi/,
  ],
  [
    'a request above its limit in another unit',
    { resources: { requests: { cpu: '1500m' }, limits: { cpu: 1 } } },
    /resources: the request of cpu 1500m is above its limit 1/,
  ],
  [
    'an empty quota',
    { pullPods: { resourceQuota: { enabled: true, hard: { pods: null } } } },
    /pullPods\.resourceQuota\.enabled is true, but pullPods\.resourceQuota\.hard is empty/,
  ],
  [
    'a missing PriorityClass of the service',
    { priorityClassName: 'charts-none' },
    /priorityClassName: there is no PriorityClass charts-none/,
  ],
  [
    'a missing PriorityClass of pull Pods',
    { pullPods: { priorityClassName: 'charts-none' } },
    /pullPods\.priorityClassName: there is no PriorityClass charts-none/,
  ],
  [
    'a missing ServiceAccount',
    { serviceAccount: { create: false, name: 'charts-none' } },
    /serviceAccount\.name: there is no ServiceAccount charts-none in namespace drop-charts/,
  ],
  [
    'an invalid percentage',
    { podDisruptionBudget: { maxUnavailable: 'half' } },
    /podDisruptionBudget\.maxUnavailable: "half" must be a number of Pods or a percentage such as 50%/,
  ],
  [
    'a label that the chart sets',
    { podLabels: { 'app.kubernetes.io/name': 'mine' } },
    /podLabels: app\.kubernetes\.io\/name is set by the chart/,
  ],
  ...['drop.corewire.io/slot', 'drop.corewire.io/mine', 'app.kubernetes.io/managed-by'].flatMap((key) =>
    ['labels', 'annotations'].map(
      (value): Row => [
        `${key} in pullPods.${value}`,
        { pullPods: { [value]: { [key]: 'x' } } },
        new RegExp(`pullPods\\.${value}: ${key} is set by Drop and cannot be changed`),
      ],
    ),
  ),
  [
    'an invalid label value of pull Pods',
    { pullPods: { labels: { team: 'in fra' } } },
    /pullPods\.labels\.team: "in fra" must be a label value of letters, digits, dashes, underscores and dots/,
  ],
  [
    'an invalid annotation key of pull Pods',
    { pullPods: { annotations: { 'no key': 'x' } } },
    /pullPods\.annotations: keys must be label keys such as example\.com\/team, not "no key"/,
  ],
  [
    'a misspelled field of a security context',
    { pullPods: { podSecurityContext: { runAsUsr: 1 } } },
    /pullPods\.podSecurityContext: keys must be fields of the securityContext of a Linux Pod, not "runAsUsr"/,
  ],
  [
    'a field of a Pod in the security context of a container',
    { pullPods: { securityContext: { fsGroup: 1 } } },
    /pullPods\.securityContext: keys must be fields of the securityContext of a Linux container, not "fsGroup"/,
  ],
  [
    'an environment variable that the chart sets',
    { extraEnv: [{ name: 'DROP_PORT', value: '80' }] },
    /extraEnv: DROP_PORT is set by the chart: set the value of the chart for it instead/,
  ],
  [
    'an environment variable without a name',
    { extraEnv: [{ value: '1' }] },
    /at '\/extraEnv\/0': missing property 'name'/,
  ],
  ['an environment variable as a map', { extraEnv: { A: '1' } }, /at '\/extraEnv': got object, want array/],
  ['a negative replicaCount', { replicaCount: -1 }, /at '\/replicaCount': minimum: got -1, want 0/],
  [
    'a full name with upper case',
    { fullnameOverride: 'My Drop' },
    /fullnameOverride: "My Drop" must be a name of lower-case letters, digits and dashes that begins with a letter/,
  ],
  [
    'a name that begins with a digit',
    { nameOverride: '1drop' },
    /nameOverride: "1drop" must be a name of lower-case letters, digits and dashes that begins with a letter/,
  ],
  ['metrics as a switch', { metrics: true }, /at '\/metrics': got boolean, want object/],
  [
    'a NetworkPolicy that allows every Pod',
    {
      networkPolicy: {
        metacontroller: { namespaceSelector: { matchLabels: null }, podSelector: { matchLabels: null } },
      },
    },
    /networkPolicy: two empty selectors would allow every Pod to reach the hooks/,
  ],
  [
    'both monitors',
    { serviceMonitor: { enabled: true }, podMonitor: { enabled: true } },
    /serviceMonitor\.enabled and podMonitor\.enabled are both true: set one of them to false/,
  ],
  ...['serviceMonitor', 'podMonitor', 'prometheusRule'].map(
    (value): Row => [
      `${value} without the Prometheus Operator`,
      { [value]: { enabled: true } },
      new RegExp(`${value}\\.enabled: the API monitoring\\.coreos\\.com/v1 is not in this cluster; install .* first`),
    ],
  ),
  [
    'an interval in words',
    { serviceMonitor: { interval: '30 seconds' } },
    /serviceMonitor\.interval: "30 seconds" must be a duration such as 30s, 5m or 1h30m/,
  ],
  [
    'an unknown alert',
    { prometheusRule: { disabledAlerts: ['DropImageFails'] } },
    /at '\/prometheusRule\/disabledAlerts\/0': value must be one of 'DropImageFailing', /,
  ],
  [
    'a misspelled value of a monitor',
    { podMonitor: { intervall: '30s' } },
    /at '\/podMonitor': additional properties 'intervall' not allowed/,
  ],
  [
    'a peer that is not in a list',
    { networkPolicy: { metrics: { from: { podSelector: {} } } } },
    /at '\/networkPolicy\/metrics\/from': got object, want array/,
  ],
  [
    'zero concurrent pulls',
    policy({ maxConcurrentNodes: 0 }),
    /at '\/defaultPullPolicy\/spec\/maxConcurrentNodes': minimum: got 0, want 1/,
  ],
  [
    'a delay in words',
    policy({ minDelayBetweenPulls: '10 seconds' }),
    /defaultPullPolicy\.spec\.minDelayBetweenPulls: "10 seconds" must be a duration such as 30s, 5m or 1h30m/,
  ],
  [
    'a delay without a unit',
    policy({ minDelayBetweenPulls: 10 }),
    /at '\/defaultPullPolicy\/spec\/minDelayBetweenPulls': got number, want string/,
  ],
  [
    'a negative timeout',
    policy({ pullTimeout: '-1s' }),
    /defaultPullPolicy\.spec\.pullTimeout: "-1s" must be a duration such as 30s, 5m or 1h30m/,
  ],
  [
    'a delay of more than a year',
    policy({ minDelayBetweenPulls: '9000h' }),
    /defaultPullPolicy\.spec\.minDelayBetweenPulls: "9000h" must be a duration of at most a year \(8760h\)/,
  ],
  [
    'a delay that overflows',
    policy({ repullInterval: '99999999999h' }),
    /defaultPullPolicy\.spec\.repullInterval: "99999999999h" must be a duration of at most a year \(8760h\)/,
  ],
  [
    'an invalid label key',
    policy({ nodeSelector: { 'no label': 'x' } }),
    /defaultPullPolicy\.spec\.nodeSelector: keys must be label keys such as kubernetes\.io\/arch, not "no label"/,
  ],
];

describeWith(['controlPlane', 'helm'], 'invalid values', () => {
  let cluster: Cluster;
  let releases: Releases;

  beforeAll(async () => {
    cluster = theCluster();
    releases = await prepareReleases(cluster);
    await releases.installDefinitions();
    await cluster.create(`/api/v1/namespaces/${NAMESPACE}/secrets`, {
      metadata: { name: 'charts-half' },
      stringData: { 'tls.crt': 'a', 'tls.key': 'b' },
    });
  });
  afterAll(async () => {
    await releases.cleanUp();
    await cluster.deleteNamespace(NAMESPACE);
  });

  it.each(valuesRows)('Helm refuses %s', async (_title, values, sentence) => {
    const failure = await failureOf(releases.install({ crds: { install: false }, ...values }));
    expect(failure).toMatch(sentence);
    // Short enough to read.
    expect(failure.trim().split('\n').length).toBeLessThan(6);
  });

  it('refused values create nothing', () => expectNothing(cluster));

  it('Helm refuses an unknown value of drop-crds', async () => {
    const failure = await failureOf(releases.upgradeDefinitions({ kep: true }));
    expect(failure).toMatch(/additional properties 'kep' not allowed/);
  });
});
