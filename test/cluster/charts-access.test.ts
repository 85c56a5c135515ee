// The ServiceAccount of the service has the rights that the service uses, and no others.
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSnapshot } from '../../cli/cluster/read-snapshot.ts';
import { SNAPSHOT_RESOURCES } from '../../cli/cluster/snapshot.ts';
import { settingsOf } from '../../cli/command-context.ts';
import { eventually } from '../waiting.ts';
import { NAMESPACE, prepareReleases, type Releases } from './charts-releases.ts';
import { type Client, connect } from './client.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { describeWith } from './requirements.ts';

const OTHER = 'drop-charts-other';
const PULLS = 'drop-charts-pulls';
const account = `system:serviceaccount:${NAMESPACE}:drop`;

/** One permission. */
type Permission = readonly [verb: string, resource: string, namespace: string, name?: string];

const DISCOVERY_POLICIES = 'discoverypolicies.drop.corewire.io';
/** Kinds whose objects the metrics describe. */
const measured = [DISCOVERY_POLICIES, 'cachedimages.drop.corewire.io', 'pullpolicies.drop.corewire.io'];

/** Kinds that only the command `kubectl drop` lists. */
const explained = ['cachedimagesets', 'fleets', 'inventories', 'policyviews'].map(
  (plural) => `${plural}.drop.corewire.io`,
);
const listed = [...measured, ...explained];

const allowed: readonly Permission[] = [
  ['get', 'secrets', NAMESPACE, 'prometheus-creds'],
  ['create', 'events', 'default'],
  ['get', DISCOVERY_POLICIES, ''],
  ...listed.map((resource): Permission => ['list', resource, '']),
  ...['get', 'list'].map((verb): Permission => [verb, 'pods', PULLS]),
];

const refused: readonly Permission[] = [
  // Secrets can only be read by name, and only in this namespace.
  ...['list', 'watch', 'create', 'update', 'patch', 'delete'].map((verb): Permission => [verb, 'secrets', NAMESPACE]),
  ...[OTHER, 'default', 'kube-system', ''].map((namespace): Permission => ['get', 'secrets', namespace, 'any']),
  // Events can only be created, and only in the namespace of cluster-scoped objects.
  ...['get', 'list', 'update', 'delete'].map((verb): Permission => [verb, 'events', 'default']),
  ...[NAMESPACE, OTHER, 'kube-system', ''].map((namespace): Permission => ['create', 'events', namespace]),
  // Metacontroller reads and writes the kinds of Drop.
  ...listed.flatMap((resource) =>
    ['watch', 'create', 'update', 'patch', 'delete'].map((verb): Permission => [verb, resource, '']),
  ),
  ...listed.slice(1).map((resource): Permission => ['get', resource, '']),
  ...['get', 'list'].map((verb): Permission => [verb, 'nodecaches.drop.corewire.io', '']),
  ['update', `${DISCOVERY_POLICIES}/status`, ''],
  // Pull Pods can only be read, and only in their namespace.
  ...['watch', 'create', 'update', 'patch', 'delete'].map((verb): Permission => [verb, 'pods', PULLS]),
  ...['pods/exec', 'pods/log', 'secrets'].map((resource): Permission => ['get', resource, PULLS]),
  ...[NAMESPACE, OTHER, 'kube-system', ''].map((namespace): Permission => ['list', 'pods', namespace]),
  // The objects that its decisions are about.
  ...['pods', 'pods/exec', 'pods/log', 'configmaps', 'serviceaccounts', 'serviceaccounts/token'].flatMap((resource) =>
    ['get', 'create'].map((verb): Permission => [verb, resource, NAMESPACE]),
  ),
  ...['nodes', 'nodes/proxy', 'namespaces', 'persistentvolumes'].flatMap((resource) =>
    ['get', 'list', 'update'].map((verb): Permission => [verb, resource, '']),
  ),
  ['create', 'clusterrolebindings.rbac.authorization.k8s.io', ''],
  ['bind', 'clusterroles.rbac.authorization.k8s.io', '', 'cluster-admin'],
  ['escalate', 'clusterroles.rbac.authorization.k8s.io', ''],
  ['update', 'customresourcedefinitions.apiextensions.k8s.io', ''],
  ['get', 'compositecontrollers.metacontroller.k8s.io', ''],
  ['impersonate', 'users', ''],
  ['*', '*', ''],
];

function attributesOf([verb, what, namespace, name]: Permission): object {
  const [path = '', subresource = ''] = what.split('/');
  const [resource = '', ...group] = path.split('.');
  return { verb, resource, subresource, group: group.join('.'), namespace, ...(name === undefined ? {} : { name }) };
}

const titled = (permissions: readonly Permission[]) =>
  permissions.map((permission): [string, Permission] => [
    `${permission[0]} ${permission[1]} ${permission[2] === '' ? '' : `in ${permission[2]}`}`,
    permission,
  ]);

describeWith(['controlPlane', 'helm'], 'access of the service', () => {
  let cluster: Cluster;
  let releases: Releases;
  let token = '';
  let asService: Client;

  beforeAll(async () => {
    cluster = theCluster();
    releases = await prepareReleases(cluster);
    await Promise.all([OTHER, PULLS].map((name) => cluster.createNamespace(name)));
    await releases.installDefinitions();
    await releases.install({ crds: { install: false }, pullPods: { namespace: PULLS } });
    token = (await cluster.kubectl(['create', 'token', 'drop', '-n', NAMESPACE])).trim();
    asService = connect({ ...cluster, token });
    for (const namespace of [NAMESPACE, OTHER]) {
      const secret = { metadata: { name: 'prometheus-creds' }, stringData: { token: 'x' } };
      await cluster.create(`/api/v1/namespaces/${namespace}/secrets`, secret);
    }
  });
  afterAll(async () => {
    await releases.cleanUp();
    await Promise.all([NAMESPACE, OTHER, PULLS].map((name) => cluster.deleteNamespace(name)));
  });

  async function isAllowed(permission: Permission): Promise<boolean> {
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${NAMESPACE}`, 'system:authenticated'];
    const review = await cluster.create('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      spec: { user: account, groups, resourceAttributes: attributesOf(permission) },
    });
    return review.status.allowed === true;
  }

  it.each(titled(allowed))('the service may %s', async (_title, permission) => {
    expect(await isAllowed(permission)).toBe(true);
  });

  it.each(titled(refused))('the service may not %s', async (_title, permission) => {
    expect(await isAllowed(permission)).toBe(false);
  });

  const ofCluster = [
    { apiGroups: ['drop.corewire.io'], resources: ['discoverypolicies'], verbs: ['get', 'list'] },
    {
      apiGroups: ['drop.corewire.io'],
      resources: ['cachedimages', 'cachedimagesets', 'fleets', 'inventories', 'policyviews', 'pullpolicies'],
      verbs: ['list'],
    },
  ];

  it.each([
    [NAMESPACE, [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]],
    ['default', [{ apiGroups: [''], resources: ['events'], verbs: ['create'] }]],
    [PULLS, [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }]],
    [OTHER, []],
    ['kube-system', []],
  ])('the rules of the service in %s are exactly these', async (namespace, rules) => {
    const review = await asService.create('/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
      spec: { namespace },
    });
    // Kubernetes allows every account to review itself.
    const ofEveryone = ['authorization.k8s.io', 'authentication.k8s.io'];
    const rest = (review.status.resourceRules as typeof ofCluster).filter(
      ({ apiGroups }) => !apiGroups.every((group) => ofEveryone.includes(group)),
    );
    expect(rest).toHaveLength(rules.length + ofCluster.length);
    expect(rest).toEqual(expect.arrayContaining([...ofCluster, ...rules]));
  });

  it.each(listed)('the token of the service lists %s', async (resource) => {
    const [plural = ''] = resource.split('.');
    // A definition is not served at once.
    const listed = await eventually(() => asService.list(`/apis/drop.corewire.io/v1alpha1/${plural}`));
    expect(listed).toEqual([]);
  });

  it('the token of the service is enough for a snapshot of the command, without a Secret', async () => {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromClusterAndUser(
      { name: 'test', server: cluster.server, caFile: cluster.certificateAuthority, skipTLSVerify: false },
      { name: 'test', token },
    );
    const snapshot = await readSnapshot(kubeConfig, settingsOf({ namespace: PULLS, defaultPolicy: 'default' }));
    expect(snapshot.unread).toEqual([]);
    expect([...snapshot.lists.keys()].sort()).toEqual([...SNAPSHOT_RESOURCES].sort());
    const elsewhere = await readSnapshot(kubeConfig, settingsOf({ namespace: OTHER, defaultPolicy: 'default' }));
    expect(elsewhere.unread).toEqual([
      { resource: 'pods', problem: expect.stringMatching(new RegExp(`^forbidden: pods in ${OTHER}: `)) },
    ]);
  });

  it('the token of the service reads a Secret of its namespace, and none of another', async () => {
    const path = (namespace: string) => `/api/v1/namespaces/${namespace}/secrets/prometheus-creds`;
    expect(await asService.get(path(NAMESPACE))).toMatchObject({ data: { token: 'eA==' } });
    await expect(asService.get(path(OTHER))).rejects.toMatchObject({ status: 403 });
  });

  it('the token of the service creates an Event about a cluster-scoped object', async () => {
    const involvedObject = { apiVersion: 'drop.corewire.io/v1alpha1', kind: 'PullPolicy', name: 'default', uid: 'x' };
    const event = {
      metadata: { name: 'drop-charts-test' },
      involvedObject,
      reason: 'Tried',
      message: 'm',
      type: 'Normal',
    };
    await asService.create('/api/v1/namespaces/default/events', event);
    await cluster.remove('/api/v1/namespaces/default/events/drop-charts-test');
  });
});
