// The ServiceAccount of the chart can do what the service does, and is refused everything else.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kinds } from '../../crds/kinds.ts';
import { NAMESPACE, prepareReleases, type Releases } from './charts-releases.ts';
import { type Client, connect } from './client.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { describeWith } from './requirements.ts';

const OTHER = 'drop-charts-other';
const account = `system:serviceaccount:${NAMESPACE}:drop`;

/** One question to the API server: may the account do this? */
type Deed = readonly [verb: string, resource: string, namespace: string, name?: string];

const everyVerb = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const ours = kinds.map(({ plural }) => `${plural}.drop.corewire.io`);

const allowed: readonly Deed[] = [
  ['get', 'secrets', NAMESPACE, 'prometheus-creds'],
  ['create', 'events', 'default'],
  ...ours.flatMap((kind) => ['get', 'list', 'watch'].map((verb): Deed => [verb, kind, ''])),
];

const refused: readonly Deed[] = [
  // Secrets: one by name in this namespace, no more.
  ...['list', 'watch', 'create', 'update', 'patch', 'delete'].map((verb): Deed => [verb, 'secrets', NAMESPACE]),
  ...[OTHER, 'default', 'kube-system', ''].map((namespace): Deed => ['get', 'secrets', namespace, 'any']),
  // Events: written, where those of cluster-scoped objects are, and not changed.
  ...['get', 'list', 'update', 'delete'].map((verb): Deed => [verb, 'events', 'default']),
  ...[NAMESPACE, OTHER, 'kube-system', ''].map((namespace): Deed => ['create', 'events', namespace]),
  // Its own kinds: Metacontroller writes them.
  ...ours.flatMap((kind) => everyVerb.slice(3).map((verb): Deed => [verb, kind, ''])),
  ...ours.map((kind): Deed => ['update', `${kind}/status`, '']),
  // What it decides about, it never touches.
  ...['pods', 'pods/exec', 'pods/log', 'configmaps', 'serviceaccounts', 'serviceaccounts/token'].flatMap((resource) =>
    ['get', 'create'].map((verb): Deed => [verb, resource, NAMESPACE]),
  ),
  ...['nodes', 'nodes/proxy', 'namespaces', 'persistentvolumes'].flatMap((resource) =>
    ['get', 'list', 'update'].map((verb): Deed => [verb, resource, '']),
  ),
  ['create', 'clusterrolebindings.rbac.authorization.k8s.io', ''],
  ['bind', 'clusterroles.rbac.authorization.k8s.io', '', 'cluster-admin'],
  ['escalate', 'clusterroles.rbac.authorization.k8s.io', ''],
  ['update', 'customresourcedefinitions.apiextensions.k8s.io', ''],
  ['get', 'compositecontrollers.metacontroller.k8s.io', ''],
  ['impersonate', 'users', ''],
  ['*', '*', ''],
];

function attributesOf([verb, what, namespace, name]: Deed): object {
  const [path = '', subresource = ''] = what.split('/');
  const [resource = '', ...group] = path.split('.');
  return { verb, resource, subresource, group: group.join('.'), namespace, ...(name === undefined ? {} : { name }) };
}

const titled = (deeds: readonly Deed[]) =>
  deeds.map((deed): [string, Deed] => [`${deed[0]} ${deed[1]} ${deed[2] === '' ? '' : `in ${deed[2]}`}`, deed]);

describeWith(['controlPlane', 'helm'], 'access of the service', () => {
  let cluster: Cluster;
  let releases: Releases;
  let asService: Client;

  beforeAll(async () => {
    cluster = theCluster();
    releases = await prepareReleases(cluster);
    await cluster.createNamespace(OTHER);
    await releases.installDefinitions();
    await releases.install({ crds: { install: false } });
    const token = (await cluster.kubectl(['create', 'token', 'drop', '-n', NAMESPACE])).trim();
    asService = connect({ ...cluster, token });
    for (const namespace of [NAMESPACE, OTHER]) {
      const secret = { metadata: { name: 'prometheus-creds' }, stringData: { token: 'x' } };
      await cluster.create(`/api/v1/namespaces/${namespace}/secrets`, secret);
    }
  });
  afterAll(async () => {
    await releases.cleanUp();
    await Promise.all([NAMESPACE, OTHER].map((name) => cluster.deleteNamespace(name)));
  });

  async function isAllowed(deed: Deed): Promise<boolean> {
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${NAMESPACE}`, 'system:authenticated'];
    const review = await cluster.create('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      spec: { user: account, groups, resourceAttributes: attributesOf(deed) },
    });
    return review.status.allowed === true;
  }

  it.each(titled(allowed))('may %s', async (_title, deed) => {
    expect(await isAllowed(deed)).toBe(true);
  });

  it.each(titled(refused))('may not %s', async (_title, deed) => {
    expect(await isAllowed(deed)).toBe(false);
  });

  const own = {
    apiGroups: ['drop.corewire.io'],
    resources: kinds.map(({ plural }) => plural).sort(),
    verbs: ['get', 'list', 'watch'],
  };

  it.each([
    [NAMESPACE, [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]],
    ['default', [{ apiGroups: [''], resources: ['events'], verbs: ['create'] }]],
    [OTHER, []],
    ['kube-system', []],
  ])('has, in %s, no rule but these', async (namespace, rules) => {
    const review = await asService.create('/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
      spec: { namespace },
    });
    const asked = (review.status.resourceRules as (typeof own)[]).map((rule) => ({
      ...rule,
      resources: [...rule.resources].sort(),
    }));
    // What Kubernetes lets everyone do: ask about oneself.
    const everyones = ['authorization.k8s.io', 'authentication.k8s.io'];
    const rest = asked.filter(({ apiGroups }) => !apiGroups.every((group) => everyones.includes(group)));
    expect(rest).toHaveLength(rules.length + 1);
    expect(rest).toEqual(expect.arrayContaining([own, ...rules]));
  });

  it('reads a Secret of its namespace and none of another, with its own token', async () => {
    const path = (namespace: string) => `/api/v1/namespaces/${namespace}/secrets/prometheus-creds`;
    expect(await asService.get(path(NAMESPACE))).toMatchObject({ data: { token: 'eA==' } });
    await expect(asService.get(path(OTHER))).rejects.toMatchObject({ status: 403 });
  });

  it('writes an Event about a cluster-scoped object', async () => {
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
