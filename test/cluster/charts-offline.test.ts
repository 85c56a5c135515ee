// Where Helm cannot look into the cluster, as in Argo CD, each rendering is the same, or fails with one sentence.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kinds } from '../../crds/kinds.ts';
import { commandBlocks } from '../docs/command-blocks.ts';
import {
  chartFolder,
  failureOf,
  NAMESPACE,
  objectsOf,
  prepareReleases,
  type Releases,
  type Values,
} from './charts-releases.ts';
import type { ClusterObject } from './client.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { describeWith } from './requirements.ts';
import { documentedCommands } from './whole-system/documented-commands.ts';

const DOCUMENTED_NAMESPACE = 'drop-system';
const openShift = ['--api-versions', 'security.openshift.io/v1'];
const token: Values = { token: { existingSecret: 'mine' } };
const tls: Values = { tls: { enabled: true, existingSecret: 'certificate' } };

const problem = 'Helm cannot look into a cluster here, so it would generate other secrets with each rendering:';
const remedy = '(or use --dry-run=server)';

const refusals: readonly (readonly [title: string, values: Values, sentence: string])[] = [
  ['default values', {}, `${problem} set token.existingSecret to a Secret that you create ${remedy}`],
  [
    'TLS without a Secret for the certificate',
    { ...token, tls: { enabled: true } },
    `${problem} set tls.existingSecret to a Secret that you create ${remedy}`,
  ],
  [
    'TLS without any Secret',
    { tls: { enabled: true } },
    `${problem} set token.existingSecret and tls.existingSecret to Secrets that you create ${remedy}`,
  ],
];

describeWith(['controlPlane', 'helm'], 'a rendering without access to the cluster', () => {
  let cluster: Cluster;
  let releases: Releases;

  beforeAll(async () => {
    cluster = theCluster();
    releases = await prepareReleases(cluster);
  });
  afterAll(async () => {
    await cluster.kubectl(['delete', 'compositecontrollers,decoratorcontrollers', '--all']);
    await cluster.kubectl(['delete', 'clusterroles,clusterrolebindings', '-l', 'app.kubernetes.io/name=drop']);
    await cluster.kubectl(['delete', 'roles,rolebindings', '-n', 'default', '-l', 'app.kubernetes.io/name=drop']);
    await releases.cleanUp();
    await Promise.all([NAMESPACE, DOCUMENTED_NAMESPACE].map((name) => cluster.deleteNamespace(name)));
  });

  const template = (values: Values, options: readonly string[] = []) =>
    cluster.helm(
      ['template', 'drop', chartFolder('drop'), '--kube-version', '1.36.0', ...options, '-f', '-'],
      JSON.stringify(values),
    );
  const objectOf = async (values: Values, kind: string, options: readonly string[] = []): Promise<ClusterObject> => {
    const found = objectsOf(await template({ ...token, ...values }, options)).find((object) => object.kind === kind);
    if (found === undefined) throw new Error(`there is no ${kind}`);
    return found;
  };

  it.each(refusals)('fails with one sentence for %s', async (_title, values, sentence) => {
    expect(await failureOf(template(values))).toContain(sentence);
  });

  it('fails in the same way for `helm install --dry-run=client`', async () => {
    const dryRun = cluster.helm(['install', 'drop', chartFolder('drop'), '--dry-run=client']);
    expect(await failureOf(dryRun)).toContain('set token.existingSecret to a Secret');
  });

  it.each<[string, Values]>([
    ['a Secret for the token', token],
    ['Secrets for the token and the certificate', { ...token, ...tls }],
  ])('is the same each time with %s', async (_title, values) => {
    const first = await template(values);
    expect(await template(values)).toBe(first);
    expect(objectsOf(first).filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });

  describe('of monitoring objects', () => {
    const monitoring = { prometheusRule: { enabled: true }, podMonitor: { enabled: true } };

    it('fails with one sentence without their API', async () => {
      expect(await failureOf(template({ ...token, ...monitoring }))).toContain(
        'podMonitor.enabled: the API monitoring.coreos.com/v1 is not in this cluster; install the Prometheus ' +
          'Operator first, or pass --api-versions monitoring.coreos.com/v1 where Helm cannot look into the cluster',
      );
    });

    it('works with --api-versions', async () => {
      const options = ['--api-versions', 'monitoring.coreos.com/v1'];
      expect(await objectOf(monitoring, 'PodMonitor', options)).toMatchObject({ metadata: { name: 'drop' } });
      expect(await objectOf(monitoring, 'PrometheusRule', options)).toMatchObject({ metadata: { name: 'drop' } });
    });

    it('needs no API for the dashboard', async () => {
      const { data } = await objectOf({ dashboard: { enabled: true } }, 'ConfigMap');
      expect(JSON.parse(data['drop.json'])).toMatchObject({ uid: 'drop-on-metacontroller' });
    });
  });

  it('with access to the cluster, default values need no Secret', async () => {
    expect((await releases.render({})).objects.some(({ kind }) => kind === 'Secret')).toBe(true);
  });

  describe('security contexts', () => {
    const fixed = { runAsUser: 65_532, runAsGroup: 65_532, fsGroup: 65_532 };
    const always = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };

    interface Row {
      readonly what: string;
      readonly values?: Values;
      readonly options?: readonly string[];
      readonly service: object;
      readonly pullPods: object;
    }
    const rows: readonly Row[] = [
      {
        what: 'have fixed IDs by default',
        service: { ...always, ...fixed },
        pullPods: { ...always, runAsUser: 65_534 },
      },
      { what: 'have no IDs on OpenShift', options: openShift, service: always, pullPods: always },
      {
        what: 'have the IDs of the user on OpenShift',
        values: {
          podSecurityContext: { fsGroup: 7 },
          pullPods: { podSecurityContext: { runAsUser: 8, runAsGroup: 9 } },
        },
        options: openShift,
        service: { ...always, fsGroup: 7 },
        pullPods: { ...always, runAsUser: 8, runAsGroup: 9 },
      },
      {
        what: 'lose what a file of values sets to null',
        values: {
          podSecurityContext: { runAsUser: null, runAsGroup: null, fsGroup: null, supplementalGroups: null },
          pullPods: { podSecurityContext: { runAsUser: null, runAsGroup: null, seccompProfile: { type: null } } },
        },
        service: always,
        pullPods: { runAsNonRoot: true, seccompProfile: {} },
      },
      {
        what: 'lose what --set sets to null',
        options: [
          ...['--set', 'podSecurityContext.fsGroup=null,podSecurityContext.seccompProfile=null'],
          ...['--set', 'pullPods.podSecurityContext.runAsUser=null,pullPods.podSecurityContext.fsGroup=null'],
        ],
        service: { runAsNonRoot: true, runAsUser: 65_532, runAsGroup: 65_532 },
        pullPods: always,
      },
      {
        what: 'are empty if they are null as a whole',
        values: { podSecurityContext: null, pullPods: { podSecurityContext: null } },
        service: {},
        pullPods: {},
      },
    ];

    it.each(rows)('$what', async ({ values = {}, options, service, pullPods }) => {
      const { spec } = (await objectOf(values, 'Deployment', options)).spec.template;
      expect(spec.securityContext).toEqual(service);
      const variables = spec.containers[0].env as readonly { readonly name: string; readonly value: string }[];
      const context = variables.find(({ name }) => name === 'DROP_PULL_POD_SECURITY_CONTEXT')?.value ?? '';
      expect(JSON.parse(context)).toEqual(pullPods);
    });
  });

  it('the commands of the guide create every object', async () => {
    const commands = documentedCommands(cluster);
    const [block] = commandBlocks.filter(({ runner }) => runner === 'test/cluster/charts-offline.test.ts');
    const output = await commands.run(block?.file ?? '', block?.heading ?? '');
    commands.close();
    expect(await releases.definitions()).toHaveLength(kinds.length);
    expect(output).toContain('deployment.apps/drop created');
    expect(output).toContain('decoratorcontroller.metacontroller.k8s.io/drop-defaults created');
  });
});
