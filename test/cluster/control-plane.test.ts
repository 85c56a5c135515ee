// Shows that the control plane of the other tests behaves like that of a real cluster.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../waiting.ts';
import { connect } from './client.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { describeWith } from './requirements.ts';

const NAMESPACE = 'control-plane-test';

describeWith(['controlPlane'], 'the control plane', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = theCluster();
    await cluster.createNamespace(NAMESPACE, { 'pod-security.kubernetes.io/enforce': 'restricted' });
  });
  afterAll(() => cluster.deleteNamespace(NAMESPACE));

  it('reports the version that it is built from', async () => {
    expect(JSON.parse(await cluster.kubectl(['version', '-o', 'json']))).toMatchObject({
      serverVersion: { major: '1', minor: '36', gitVersion: expect.stringMatching(/^v1\.36\.\d+$/) },
    });
  });

  it('allows a service account only what its roles allow', async () => {
    const token = (await cluster.kubectl(['create', 'token', 'default', '-n', NAMESPACE])).trim();
    const asServiceAccount = connect({ ...cluster, token });
    await expect(asServiceAccount.list(`/api/v1/namespaces/${NAMESPACE}/secrets`)).rejects.toMatchObject({
      status: 403,
    });
    await cluster.kubectl(['create', 'role', 'reader', '-n', NAMESPACE, '--verb=list', '--resource=secrets']);
    const subject = `--serviceaccount=${NAMESPACE}:default`;
    await cluster.kubectl(['create', 'rolebinding', 'reader', '-n', NAMESPACE, '--role=reader', subject]);
    await eventually(() => asServiceAccount.list(`/api/v1/namespaces/${NAMESPACE}/secrets`));
  });

  it('refuses a Pod that Pod Security "restricted" forbids', async () => {
    const pod = { metadata: { name: 'bold' }, spec: { containers: [{ name: 'it', image: 'any' }] } };
    await expect(cluster.create(`/api/v1/namespaces/${NAMESPACE}/pods`, pod)).rejects.toMatchObject({
      status: 403,
      message: expect.stringMatching(/violates PodSecurity "restricted:latest"/),
    });
  });

  it('deletes an object whose owner is deleted', async () => {
    const path = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
    const owner = await cluster.create(path, { metadata: { name: 'owner' } });
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid }];
    await cluster.create(path, { metadata: { name: 'owned', ownerReferences } });
    await cluster.remove(`${path}/owner`);
    await eventually(() => expect(cluster.get(`${path}/owned`)).rejects.toMatchObject({ status: 404 }));
  });

  it('accepts every field in the minimal definitions of the Metacontroller kinds', async () => {
    await cluster.defineMetacontrollerKinds();
    const spec = { parentResource: { apiVersion: 'v1', resource: 'configmaps' }, hooks: { sync: { any: ['field'] } } };
    const kind = 'CompositeController';
    await cluster.apply([{ apiVersion: 'metacontroller.k8s.io/v1alpha1', kind, metadata: { name: 'one' }, spec }]);
    const path = '/apis/metacontroller.k8s.io/v1alpha1/compositecontrollers/one';
    expect(await cluster.get(path)).toMatchObject({ spec });
    await cluster.remove(path);
  });
});
