// What makes no sense, fails with a sentence before anything is created.
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  complaintOf,
  expectNothing,
  NAMESPACE,
  prepareReleases,
  type Releases,
  type Values,
} from './charts-releases.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { describeWith } from './requirements.ts';

const policy = (spec: object): Values => ({ defaultPullPolicy: { spec } });
const pulls = (requests: object, limits: object): Values => ({ pullPods: { resources: { requests, limits } } });

/** Without what Helm puts before it, and with the one word that differs from version to version left out. */
const valuesRows: readonly (readonly [title: string, values: Values, sentence: RegExp])[] = [
  ['fewer than no replicas', { replicas: -1 }, /at '\/replicas': minimum: got -1, want 0/],
  ['replicas as text', { replicas: 'two' }, /at '\/replicas': got string, want integer/],
  ['half a replica', { replicas: 1.5 }, /at '\/replicas': got number, want integer/],
  ['a typing error', { replica: 3 }, /additional properties 'replica' not allowed/],
  ['one further in', { tls: { enable: true } }, /at '\/tls': additional properties 'enable' not allowed/],
  [
    'a field that PullPolicy lacks',
    policy({ maxConcurrentNode: 2 }),
    /at '\/defaultPullPolicy\/spec': additional properties 'maxConcurrentNode' not allowed/,
  ],
  [
    'an unknown log level',
    { logLevel: 'loud' },
    /at '\/logLevel': value must be one of 'fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'/,
  ],
  ['no log level', { logLevel: '' }, /at '\/logLevel': value must be one of/],
  ['a body limit of nothing', { bodyLimitBytes: 0 }, /at '\/bodyLimitBytes': minimum: got 0, want 1,?024/],
  [
    'an unknown pull policy',
    { image: { pullPolicy: 'Sometimes' } },
    /at '\/image\/pullPolicy': value must be one of 'Always', 'IfNotPresent', 'Never'/,
  ],
  [
    'half a digest',
    { image: { digest: 'sha256:abc' } },
    /image\.digest: "sha256:abc" must be a digest: sha256: and 64 hex digits/,
  ],
  ['a tag with a blank', { image: { tag: 'v 1' } }, /image\.tag: "v 1" must be an image tag/],
  [
    'an image with its digest in the name',
    { image: { repository: 'drop@sha256:abc' } },
    /image\.repository: "drop@sha256:abc" must be an image name without spaces, tag and digest/,
  ],
  ['no image', { image: { repository: '' } }, /image\.repository: "" must be an image name/],
  [
    'TLS off with a certificate',
    { tls: { existingSecret: 'mine' } },
    /tls\.existingSecret is set, but tls\.enabled is false: set tls\.enabled=true, or leave the Secret out/,
  ],
  [
    'a certificate that is not there',
    { tls: { enabled: true, existingSecret: 'mine' } },
    /tls\.existingSecret: there is no Secret mine in namespace drop-charts/,
  ],
  [
    'a certificate without authority',
    { tls: { enabled: true, existingSecret: 'charts-half' } },
    /tls\.existingSecret: Secret charts-half has no key ca\.crt/,
  ],
  [
    'a token that is not there',
    { token: { existingSecret: 'mine' } },
    /token\.existingSecret: there is no Secret mine in namespace drop-charts/,
  ],
  [
    'a token under another key',
    { token: { existingSecret: 'charts-half' } },
    /token\.existingSecret: Secret charts-half has no key token/,
  ],
  [
    'a name that no Secret has',
    { token: { existingSecret: 'My_Secret' } },
    /token\.existingSecret: "My_Secret" must be a name of lower case letters, digits, dashes and dots/,
  ],
  [
    'a URL without protocol',
    { hooks: { url: 'drop.example.com' } },
    /hooks\.url: "drop\.example\.com" must be an http or https URL/,
  ],
  [
    'a URL of another kind',
    { hooks: { url: 'ftp://drop' } },
    /hooks\.url: "ftp:\/\/drop" must be an http or https URL/,
  ],
  [
    'a URL with a password',
    { hooks: { url: 'http://me:secret@drop' } },
    /hooks\.url: .* must be an http or https URL without credentials and query/,
  ],
  [
    'TLS on a URL without',
    { hooks: { url: 'http://drop' }, tls: { enabled: true } },
    /hooks\.url begins with http:\/\/, but tls\.enabled is true/,
  ],
  [
    'to create the namespace of the release',
    { pullPods: { createNamespace: true } },
    /pullPods\.createNamespace: the pull Pods would run in drop-charts, the namespace of the release/,
  ],
  [
    'the same by its name',
    { pullPods: { createNamespace: true, namespace: NAMESPACE } },
    /pullPods\.createNamespace: the pull Pods would run in drop-charts, the namespace of the release/,
  ],
  [
    'a namespace that is not there',
    { pullPods: { namespace: 'charts-nowhere' } },
    /pullPods\.namespace: there is no namespace charts-nowhere; create it, or set pullPods\.createNamespace=true/,
  ],
  [
    'a name that no namespace has',
    { pullPods: { namespace: 'a.b' } },
    /pullPods\.namespace: "a\.b" must be a name of lower case/,
  ],
  ['no limits', { pullPods: { resources: { limits: null } } }, /at '\/pullPods\/resources': missing property 'limits'/],
  ['no requests', { resources: { requests: null } }, /at '\/resources': missing property 'requests'/],
  [
    'what is no quantity',
    pulls({ memory: '16 MB' }, {}),
    /pullPods\.resources\.requests\.memory: "16 MB" must be a quantity such as 100m, 2 or 128Mi/,
  ],
  [
    'a request above its limit',
    pulls({ memory: '1Gi' }, { memory: '512Mi' }),
    /pullPods\.resources: the request of memory 1Gi is above its limit 512Mi/,
  ],
  [
    'the same of the service, over units',
    { resources: { requests: { cpu: '1500m' }, limits: { cpu: 1 } } },
    /resources: the request of cpu 1500m is above its limit 1/,
  ],
  [
    'a quota of nothing',
    { pullPods: { resourceQuota: { enabled: true, hard: { pods: null } } } },
    /pullPods\.resourceQuota: enabled without anything in hard/,
  ],
  [
    'a PriorityClass that is not there',
    { priorityClassName: 'charts-none' },
    /priorityClassName: there is no PriorityClass charts-none/,
  ],
  [
    'one of the pull Pods that is not there',
    { pullPods: { priorityClassName: 'charts-none' } },
    /pullPods\.priorityClassName: there is no PriorityClass charts-none/,
  ],
  [
    'a ServiceAccount that is not there',
    { serviceAccount: { create: false, name: 'charts-none' } },
    /serviceAccount\.name: there is no ServiceAccount charts-none in namespace drop-charts/,
  ],
  [
    'a percentage that is none',
    { podDisruptionBudget: { maxUnavailable: 'half' } },
    /podDisruptionBudget\.maxUnavailable: "half" must be a number of Pods or a percentage such as 50%/,
  ],
  [
    "a label of the chart's own",
    { podLabels: { 'app.kubernetes.io/name': 'mine' } },
    /podLabels: app\.kubernetes\.io\/name is the chart's own/,
  ],
  [
    'a NetworkPolicy that lets everyone in',
    {
      networkPolicy: {
        metacontroller: { namespaceSelector: { matchLabels: null }, podSelector: { matchLabels: null } },
      },
    },
    /networkPolicy: two empty selectors let every Pod reach the hooks/,
  ],
  [
    'no pulls at all',
    policy({ maxConcurrentNodes: 0 }),
    /at '\/defaultPullPolicy\/spec\/maxConcurrentNodes': minimum: got 0, want 1/,
  ],
  [
    'a delay in words',
    policy({ minDelayBetweenPulls: '10 seconds' }),
    /defaultPullPolicy\.spec\.minDelayBetweenPulls: "10 seconds" must be a duration such as 30s, 5m or 1h30m/,
  ],
  [
    'a delay without unit',
    policy({ minDelayBetweenPulls: 10 }),
    /at '\/defaultPullPolicy\/spec\/minDelayBetweenPulls': got number, want string/,
  ],
  [
    'a timeout of nothing',
    policy({ pullTimeout: '0s' }),
    /defaultPullPolicy\.spec\.pullTimeout: "0s" must be longer than zero/,
  ],
  [
    'a delay of years',
    policy({ minDelayBetweenPulls: '9000h' }),
    /defaultPullPolicy\.spec\.minDelayBetweenPulls: "9000h" must be a duration of at most a year \(8760h\)/,
  ],
  [
    'a delay of ages',
    policy({ repullInterval: '99999999999h' }),
    /defaultPullPolicy\.spec\.repullInterval: "99999999999h" must be a duration of at most a year \(8760h\)/,
  ],
  [
    'a label key that no node has',
    policy({ nodeSelector: { 'no label': 'x' } }),
    /defaultPullPolicy\.spec\.nodeSelector: keys must be label keys such as kubernetes\.io\/arch; "no label" is none/,
  ],
];

describeWith(['controlPlane', 'helm'], 'values that make no sense', () => {
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

  it.each(valuesRows)('%s', async (_title, values, sentence) => {
    const failure = await complaintOf(releases.install({ crds: { install: false }, ...values }));
    expect(failure).toMatch(sentence);
    // A sentence, not a page.
    expect(failure.trim().split('\n').length).toBeLessThan(6);
  });

  it('and after all of them nothing was created', () => expectNothing(cluster));

  it('a value that drop-crds does not know', async () => {
    const failure = await complaintOf(releases.upgradeDefinitions({ kep: true }));
    expect(failure).toMatch(/additional properties 'kep' not allowed/);
  });
});
