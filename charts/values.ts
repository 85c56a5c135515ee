// Every value of the charts drop and drop-crds. values.yaml, values.schema.json, the rules for the templates and the
// tables of the READMEs are generated from these shapes.
import { z } from 'zod';
import { pullPolicySpec } from '../crds/pull-policy.ts';
import { DEFAULT_INVENTORIES, INVENTORIES_LIMIT } from '../hooks/settings.ts';
import {
  DIGEST_LIMIT_CHARACTERS,
  digestPattern,
  TAG_LIMIT_CHARACTERS,
  tagPattern,
} from '../kubernetes/image-reference.ts';
import { configMapKeyPattern } from '../kubernetes/object-name.ts';
import { monitoringValues } from './monitoring-values.ts';
import { originalValues, replicas } from './original-values.ts';
import { pullPods } from './pull-pod-values.ts';
import {
  ABOUT_CONTEXTS,
  kubernetesPart,
  optionalName,
  optionalText,
  resources,
  section,
  textMap,
} from './value-shapes.ts';

const MEBIBYTE = 1024 * 1024;
const LEAST_BODY_LIMIT_BYTES = 1024;
/** The user of the image. The files of its Secrets belong to its group. */
const SERVICE_USER = 65532;

const image = section({
  repository: z
    .string()
    .regex(/^[^\s@]+$/, 'must be an image name without spaces, tag and digest')
    .default('ghcr.io/drop-on-metacontroller/drop')
    .describe('Image of the service, without tag and digest.'),
  tag: optionalText(tagPattern, TAG_LIMIT_CHARACTERS, 'must be an image tag')
    .default('')
    .describe('Tag. Empty: the appVersion of the chart.'),
  digest: optionalText(digestPattern, DIGEST_LIMIT_CHARACTERS, 'must be a digest: sha256: and 64 hex digits')
    .default('')
    .describe('Digest. When set, the tag is ignored.'),
  pullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).default('IfNotPresent').describe('imagePullPolicy.'),
}).describe('Image of the service.');

const token = section({
  existingSecret: optionalName
    .default('')
    .describe(
      'Existing Secret in the namespace of the release. Empty: the chart generates a token and keeps it over upgrades.',
    ),
  key: z
    .string()
    .regex(configMapKeyPattern, 'must be a key of a Secret')
    .default('token')
    .describe('Key of the Secret that holds the token.'),
}).describe('Bearer token that Metacontroller sends with every hook request.');

const tls = section({
  enabled: z.boolean().default(false).describe('Serve the hooks over TLS.'),
  existingSecret: optionalName
    .default('')
    .describe(
      'Existing Secret with tls.crt, tls.key and ca.crt. Empty: the chart generates a certificate authority and a ' +
        'certificate, valid for ten years, and keeps them over upgrades.',
    ),
}).describe('TLS between Metacontroller and the hooks.');

const hooks = section({
  url: z
    .string()
    .regex(/^(|https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?)$/, 'must be an http or https URL without credentials and query')
    .default('')
    .describe('Base URL of the hooks, for a service that runs outside the release. Empty: the Service of the chart.'),
}).describe('Where Metacontroller finds the hooks.');

const networkPolicy = section({
  enabled: z.boolean().default(true).describe('Allow only Metacontroller to reach the hooks.'),
  metacontroller: section({
    namespaceSelector: kubernetesPart
      .default({ matchLabels: { 'kubernetes.io/metadata.name': 'metacontroller' } })
      .describe('Label selector of the namespace of Metacontroller.'),
    podSelector: kubernetesPart
      .default({ matchLabels: { 'app.kubernetes.io/name': 'metacontroller-helm' } })
      .describe('Label selector of the Pods of Metacontroller.'),
  }).describe('Where Metacontroller runs.'),
  metrics: section({
    from: z
      .array(kubernetesPart)
      .default([])
      .describe('Who may reach the admin port with the metrics, as a list of NetworkPolicyPeers. Empty: every Pod.'),
  }).describe('Access to the metrics.'),
}).describe('NetworkPolicy of the service.');

const defaultPullPolicy = section({
  create: z
    .boolean()
    .default(true)
    .describe(
      'Create the PullPolicy `default`. Requires createControllers. Setting it to false later deletes the PullPolicy.',
    ),
  spec: pullPolicySpec
    // zod returns this default as it is, without the defaults of the other fields: the API server adds those.
    .default({ maxConcurrentNodes: 1, minDelayBetweenPulls: '10s' } as z.output<typeof pullPolicySpec>)
    .describe(
      'Spec of that PullPolicy. Any field of a PullPolicy can be set. An edit of such a field in the cluster is ' +
        'reverted.',
    ),
}).describe('The PullPolicy `default`, which paces images without a policyRef.');

const keepDefinitions = z
  .boolean()
  .default(true)
  .describe(
    'Keep the CustomResourceDefinitions on uninstall. False: `helm uninstall` deletes them and every CachedImage, ' +
      'CachedImageSet, PullPolicy and DiscoveryPolicy of the cluster.',
  );

/** Helm adds it to the values of every chart with a dependency. */
const unusedGlobal = kubernetesPart.default({}).describe('Not used.');

export const dropValues = z.strictObject({
  replicas: replicas.default(2).describe('Replicas of the service.'),
  image,
  imagePullSecrets: z
    .array(z.strictObject({ name: z.string().min(1) }))
    .default([])
    .describe('Pull secrets for the image of the service.'),
  resources: resources
    .default({ requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '1Gi' } })
    .describe('Resources of a service Pod. There is no CPU limit, because throttling would delay hook responses.'),
  nodeSelector: textMap.default({}).describe('Node selector of the service Pods.'),
  tolerations: z.array(kubernetesPart).default([]).describe('Tolerations of the service Pods.'),
  affinity: kubernetesPart.default({}).describe('Affinity of the service Pods, in addition to the spread over nodes.'),
  priorityClassName: optionalName.default('').describe('PriorityClass of the service Pods.'),
  podSecurityContext: kubernetesPart
    .default({
      runAsNonRoot: true,
      runAsUser: SERVICE_USER,
      runAsGroup: SERVICE_USER,
      fsGroup: SERVICE_USER,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    .describe(`securityContext of the service Pods. ${ABOUT_CONTEXTS}`),
  securityContext: kubernetesPart
    .default({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } })
    .describe('securityContext of the container of the service. Merged over these defaults; null removes a field.'),
  extraEnv: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        value: z.string().nullable().optional(),
        valueFrom: kubernetesPart.optional(),
      }),
    )
    .default([])
    .describe(
      'Additional environment variables of the service: a list of name and value or valueFrom. Variables that the ' +
        'chart sets are refused.',
    ),
  extraVolumes: z.array(kubernetesPart).default([]).describe('Additional volumes of the service Pods.'),
  extraVolumeMounts: z.array(kubernetesPart).default([]).describe('Where the container of the service mounts them.'),
  podAnnotations: textMap.default({}).describe('Additional annotations of the service Pods.'),
  podLabels: textMap.default({}).describe('Additional labels of the service Pods.'),
  podDisruptionBudget: section({
    enabled: z.boolean().default(true).describe('Create a PodDisruptionBudget.'),
    maxUnavailable: z
      .union([
        z.int().min(0),
        z.string().regex(/^([0-9]+|[0-9]{1,3}%)$/, 'must be a number of Pods or a percentage such as 50%'),
      ])
      .default(1)
      .describe('Number or percentage of service Pods that a drain may evict at once.'),
  }).describe('PodDisruptionBudget of the service Pods.'),
  serviceAccount: section({
    create: z.boolean().default(true).describe('Create the ServiceAccount.'),
    name: optionalName
      .default('')
      .describe('Its name. Empty: the name of the release, or `default` when create is false.'),
    annotations: textMap.default({}).describe('Its annotations.'),
  }).describe('ServiceAccount of the service.'),
  logLevel: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Log level. Each sync is one line at info, node heartbeats are at debug.'),
  bodyLimitBytes: z
    .int()
    .min(LEAST_BODY_LIMIT_BYTES)
    .max(1024 * MEBIBYTE)
    .default(64 * MEBIBYTE)
    .describe('Largest accepted hook request, in bytes.'),
  token,
  tls,
  hooks,
  networkPolicy,
  pullPods,
  defaultPullPolicy,
  fleet: section({
    create: z
      .boolean()
      .default(true)
      .describe('Create the Fleet `default`. Without it nothing is pulled. Requires createControllers.'),
  }).describe('The Fleet `default`, the table of all nodes.'),
  inventory: section({
    count: z
      .int()
      .min(0)
      .max(INVENTORIES_LIMIT)
      .default(DEFAULT_INVENTORIES)
      .describe(
        'Number of Inventories. Each one reads the image lists of a share of the nodes: one for every 250 nodes. ' +
          '0: what kubelets report is not read, so images that nodes already hold are pulled once more, and removals ' +
          'stay unnoticed.',
      ),
  }).describe('What the kubelets report about the images that their nodes hold.'),
  createControllers: z
    .boolean()
    .default(true)
    .describe(
      'Register the controllers with Metacontroller. Without them nothing calls the service, and the Fleet, the ' +
        'PullPolicy `default` and the Inventories are not created.',
    ),
  crds: section({
    install: z
      .boolean()
      .default(true)
      .describe('Install and upgrade the CustomResourceDefinitions. Set false if a release of drop-crds does so.'),
    keep: keepDefinitions,
    global: unusedGlobal,
  }).describe('Values of the chart drop-crds, which contains the CustomResourceDefinitions.'),
  ...monitoringValues,
  ...originalValues,
  global: unusedGlobal,
});

export const dropCrdsValues = z.strictObject({
  install: z
    .boolean()
    .default(true)
    .describe('Condition of the dependency in the chart drop. No effect in a release of drop-crds.'),
  keep: keepDefinitions,
  global: unusedGlobal,
});
