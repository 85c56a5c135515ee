// A mutating admission webhook on loopback, as a service mesh, a registry mirror or a policy engine installs one.
import { createAuthority } from '../../service/discovery/certificates.ts';
import { json, serveTls } from '../../service/discovery/servers.ts';
import type { Cluster } from '../cluster.ts';

export interface Container {
  readonly name: string;
  readonly image: string;
  /** `Always` makes an init container a native sidecar. */
  readonly restartPolicy?: 'Always';
}

/** The parts of a new Pod that webhooks change. */
export interface AdmittedPod {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly containers: readonly Container[]; readonly initContainers?: readonly Container[] };
}

/** Returns the Pod as it is stored. */
type ChangePod = (pod: AdmittedPod) => AdmittedPod;

export interface AdmissionWebhook {
  /** Changes every Pod that is created in the namespace from now on; replaces the change before. */
  use(change: ChangePod): void;
}

const PATH = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
const NAME = 'test-webhook';

function configuration(url: string, caBundle: string, namespace: string): object {
  return {
    metadata: { name: NAME },
    webhooks: [
      {
        name: 'pods.test.example.com',
        clientConfig: { url, caBundle: Buffer.from(caBundle).toString('base64') },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
      },
    ],
  };
}

function patchOf(before: AdmittedPod, after: AdmittedPod): string {
  const paths = [
    { path: '/metadata/annotations', value: after.metadata.annotations ?? {} },
    { path: '/spec', value: after.spec },
  ];
  const operations = paths.map((each) => ({ op: 'replace', ...each }));
  const hasAnnotations = before.metadata.annotations !== undefined;
  return Buffer.from(JSON.stringify(hasAnnotations ? operations : operations.slice(1))).toString('base64');
}

/** The webhook ends with closeServers, and its configuration with `removeAdmissionWebhook`. */
export async function startAdmissionWebhook(cluster: Cluster, namespace: string): Promise<AdmissionWebhook> {
  let change: ChangePod = (pod) => pod;
  const authority = createAuthority('admission');
  const certificate = authority.issue('127.0.0.1', 'IP:127.0.0.1');
  authority.remove();
  const { url } = await serveTls(certificate, ({ body }, response) => {
    const { request } = JSON.parse(body) as { request: { uid: string; object: AdmittedPod } };
    const patch = patchOf(request.object, change(request.object));
    json(response, {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: request.uid, allowed: true, patchType: 'JSONPatch', patch },
    });
  });
  await cluster.create(PATH, configuration(url, authority.cert, namespace));
  return {
    use(next) {
      change = next;
    },
  };
}

export async function removeAdmissionWebhook(cluster: Cluster): Promise<void> {
  await cluster.kubectl(['delete', 'mutatingwebhookconfiguration', NAME, '--ignore-not-found']);
}
