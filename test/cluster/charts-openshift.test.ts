// On OpenShift, which refuses Pods with a fixed user, the chart and the pull Pods work with the default values.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildPullPod, type PullPodInput } from '../../hooks/pull-pod/build.ts';
import { readConfig } from '../../service/config.ts';
import { NAMESPACE, prepareReleases, type Releases, type Values } from './charts-releases.ts';
import { ApiError } from './client.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { describeWith } from './requirements.ts';

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'securitycontextconstraints.security.openshift.io' },
  spec: {
    group: 'security.openshift.io',
    scope: 'Cluster',
    names: {
      kind: 'SecurityContextConstraints',
      listKind: 'SecurityContextConstraintsList',
      plural: 'securitycontextconstraints',
      singular: 'securitycontextconstraints',
    },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

const contexts = '[object.spec.?securityContext] + object.spec.containers.map(c, c.?securityContext)';
const policyName = 'no-fixed-user.drop.test';

/** Refuses what the SecurityContextConstraints `restricted-v2` refuse: every fixed user and group. */
const admission = [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: policyName },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
      },
      validations: ['runAsUser', 'runAsGroup', 'fsGroup'].map((field) => ({
        expression: `(${contexts}).all(context, !context.?${field}.hasValue())`,
        message: `${field} is fixed`,
      })),
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: policyName },
    spec: {
      policyName,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NAMESPACE } } },
    },
  },
];

const pull = {
  policyName: 'default',
  slot: 0,
  image: { name: 'x', uid: 'u', reference: 'registry.example.com/x:v1', spec: { imagePullPolicy: 'Always' } },
  node: { name: 'a', key: '000000000000' },
  tolerations: [],
  deadlineMilliseconds: 0,
  lossStamp: 0,
} as unknown as PullPodInput;

interface Variable {
  readonly name: string;
  readonly value: string;
}

describeWith(['controlPlane', 'helm'], 'a cluster that refuses fixed users, like OpenShift', () => {
  let cluster: Cluster;
  let releases: Releases;

  /** Whether the API server admits the Pod, or its refusal. */
  async function admit(pod: object): Promise<string> {
    try {
      await cluster.create(`/api/v1/namespaces/${NAMESPACE}/pods?dryRun=All`, pod);
      return 'admitted';
    } catch (error) {
      if (error instanceof ApiError) return error.message;
      throw error;
    }
  }

  async function podsOf(values: Values): Promise<readonly object[]> {
    const { objects } = await releases.render(values);
    const template = objects.find(({ kind }) => kind === 'Deployment')?.spec.template;
    const variables = template.spec.containers[0].env as readonly Variable[];
    const environment = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
    const { settings } = readConfig({ ...environment, DROP_TOKEN_FILE: '', DROP_ALLOW_ANONYMOUS: 'true' });
    const spec = { ...template.spec, serviceAccountName: 'default' };
    return [{ metadata: { name: 'service', ...template.metadata }, spec }, buildPullPod(pull, settings)];
  }

  beforeAll(async () => {
    cluster = theCluster();
    releases = await prepareReleases(cluster);
    await cluster.define([definition]);
    await cluster.apply(admission);
  });
  afterAll(async () => {
    await cluster.kubectl(
      ['delete', '-f', '-', '--ignore-not-found'],
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: [...admission, definition],
      }),
    );
    await releases.cleanUp();
    await cluster.deleteNamespace(NAMESPACE);
  });

  it('a Pod with a fixed user is refused', async () => {
    const containers = [{ name: 'a', image: 'a', securityContext: { runAsUser: 1 } }];
    await expect
      .poll(() => admit({ metadata: { name: 'fixed' }, spec: { containers } }), { timeout: 30_000 })
      .toMatch(/runAsUser is fixed/);
  });

  it('the service and the pull Pods are admitted with the default values', async () => {
    for (const pod of await podsOf({})) expect(await admit(pod)).toBe('admitted');
  });

  it('IDs that the user sets are used', async () => {
    const [service = {}, pullPod = {}] = await podsOf({
      podSecurityContext: { fsGroup: 1_000_680_000 },
      pullPods: { podSecurityContext: { runAsUser: 1_000_680_000 } },
    });
    expect(await admit(service)).toMatch(/fsGroup is fixed/);
    expect(await admit(pullPod)).toMatch(/runAsUser is fixed/);
  });
});
