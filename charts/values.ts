// Every value of the two charts: values.yaml, values.schema.json, the rules and the tables of the READMEs are generated from here.
import { z } from 'zod';
import { pullPolicySpec } from '../crds/pull-policy.ts';
import { DEFAULT_PULL_POD_RESOURCES } from '../hooks/settings.ts';
import { optionalName, optionalNamespace, passedOn, quantities, resources, section, textMap } from './value-shapes.ts';

const MEBIBYTE = 1024 * 1024;
const MOST_REPLICAS = 50;
const SMALLEST_BODY_LIMIT_BYTES = 1024;

const image = section({
  repository: z
    .string()
    .regex(/^[^\s@]+$/, 'must be an image name without spaces, tag and digest')
    .default('ghcr.io/drop-on-metacontroller/drop')
    .describe('Image of the service, without tag and digest.'),
  tag: z
    .string()
    .regex(/^(|[A-Za-z0-9_][A-Za-z0-9._-]{0,127})$/, 'must be an image tag')
    .default('')
    .describe("Tag. Empty: the version of the chart's app."),
  digest: z
    .string()
    .regex(/^(|sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/, 'must be a digest: sha256: and 64 hex digits')
    .default('')
    .describe('Digest; where it is set, the tag does not count.'),
  pullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).default('IfNotPresent').describe('When the image is pulled.'),
}).describe('The image of the service.');

const token = section({
  existingSecret: optionalName
    .default('')
    .describe(
      'Secret of yours in the namespace of the release. Empty: the chart generates a token and keeps it over upgrades.',
    ),
  key: z
    .string()
    .regex(/^[-._a-zA-Z0-9]+$/, 'must be a key of a Secret')
    .default('token')
    .describe('Key of the Secret that holds the token.'),
}).describe('The bearer token with which Metacontroller calls the hooks.');

const tls = section({
  enabled: z.boolean().default(false).describe('Serve the hooks with TLS.'),
  existingSecret: optionalName
    .default('')
    .describe(
      'Secret of yours with tls.crt, tls.key and ca.crt. Empty: the chart makes an authority and a certificate for ten years, kept over upgrades.',
    ),
}).describe('TLS between Metacontroller and the hooks.');

const hooks = section({
  url: z
    .string()
    .regex(/^(|https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?)$/, 'must be an http or https URL without credentials and query')
    .default('')
    .describe(
      'Where Metacontroller finds the hooks, for a service that runs elsewhere. Empty: the Service of the chart.',
    ),
}).describe('Where the hooks are.');

const networkPolicy = section({
  enabled: z.boolean().default(true).describe('Let only Metacontroller reach the hooks. The admin port stays open.'),
  metacontroller: section({
    namespaceSelector: passedOn
      .default({ matchLabels: { 'kubernetes.io/metadata.name': 'metacontroller' } })
      .describe('Label selector of the namespace that Metacontroller runs in.'),
    podSelector: passedOn
      .default({ matchLabels: { 'app.kubernetes.io/name': 'metacontroller-helm' } })
      .describe('Label selector of its Pods.'),
  }).describe('Where Metacontroller runs.'),
}).describe('Who may reach the hooks.');

const pullPods = section({
  namespace: optionalNamespace
    .default('')
    .describe(
      'Where the pull Pods run, and where the Secrets live that imagePullSecrets name. Empty: the namespace of the release.',
    ),
  createNamespace: z
    .boolean()
    .default(false)
    .describe('Create that namespace, and delete it on uninstall. Needs pullPods.namespace.'),
  namespaceLabels: textMap
    .default({
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/warn': 'restricted',
      'pod-security.kubernetes.io/audit': 'restricted',
    })
    .describe('Labels of the namespace that is created.'),
  priorityClassName: optionalName.default('').describe('PriorityClass of the pull Pods.'),
  resources: resources
    .default({
      requests: { ...DEFAULT_PULL_POD_RESOURCES.requests },
      limits: { ...DEFAULT_PULL_POD_RESOURCES.limits },
    })
    .describe('Resources of a pull Pod. It runs `true`, which needs next to nothing.'),
  resourceQuota: section({
    enabled: z
      .boolean()
      .default(false)
      .describe('Limit the namespace. In the namespace of the release the service counts too.'),
    hard: quantities.default({ pods: '100' }).describe('The limits, as in a ResourceQuota.'),
  }).describe('A ResourceQuota for the namespace of the pull Pods.'),
}).describe('The Pods that pull.');

const defaultPullPolicy = section({
  create: z.boolean().default(true).describe('Install the PullPolicy `default`, which paces images that name none.'),
  spec: pullPolicySpec
    // A default is taken as it is; the API server adds the others.
    .default({ maxConcurrentNodes: 1, minDelayBetweenPulls: '10s' } as z.output<typeof pullPolicySpec>)
    .describe('Its spec; every field of a PullPolicy may be set.'),
}).describe('The pace of images that name no PullPolicy.');

/** The values of charts/drop. */
export const dropValues = z.strictObject({
  replicas: z.int().min(0).max(MOST_REPLICAS).default(2).describe('Pods of the service.'),
  image,
  imagePullSecrets: z
    .array(z.strictObject({ name: z.string().min(1) }))
    .default([])
    .describe('Pull secrets of the service image.'),
  resources: resources
    .default({ requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '1Gi' } })
    .describe('Resources of a service Pod. A CPU limit would only make answers late.'),
  nodeSelector: textMap.default({}).describe('Node labels that service Pods need.'),
  tolerations: z.array(passedOn).default([]).describe('Tolerations of the service Pods.'),
  affinity: passedOn.default({}).describe('Affinity of the service Pods, beside the spread over nodes.'),
  priorityClassName: optionalName.default('').describe('PriorityClass of the service Pods.'),
  podAnnotations: textMap.default({}).describe('More annotations of the service Pods.'),
  podLabels: textMap.default({}).describe('More labels of the service Pods.'),
  podDisruptionBudget: section({
    enabled: z.boolean().default(true).describe('Keep a drain from stopping all service Pods at once.'),
    maxUnavailable: z
      .union([
        z.int().min(0),
        z.string().regex(/^([0-9]+|[0-9]{1,3}%)$/, 'must be a number of Pods or a percentage such as 50%'),
      ])
      .default(1)
      .describe('Pods that may be missing, or a percentage.'),
  }).describe('How many service Pods a drain may stop.'),
  serviceAccount: section({
    create: z.boolean().default(true).describe('Create the ServiceAccount.'),
    name: optionalName
      .default('')
      .describe('Its name. Empty: the name of the release, or `default` where none is created.'),
    annotations: textMap.default({}).describe('Its annotations.'),
  }).describe('Who the service is towards the API server.'),
  logLevel: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('One line a sync at info; node heartbeats at debug.'),
  bodyLimitBytes: z
    .int()
    .min(SMALLEST_BODY_LIMIT_BYTES)
    .max(1024 * MEBIBYTE)
    .default(64 * MEBIBYTE)
    .describe('Larger requests are refused.'),
  token,
  tls,
  hooks,
  networkPolicy,
  pullPods,
  defaultPullPolicy,
  fleet: section({
    create: z.boolean().default(true).describe('Install the Fleet `default`, without which nothing is pulled.'),
  }).describe('The table of all nodes.'),
  createControllers: z
    .boolean()
    .default(true)
    .describe('Register with Metacontroller. Without it nothing calls the service.'),
  crds: section({
    install: z
      .boolean()
      .default(true)
      .describe('Install and upgrade the CustomResourceDefinitions. False where the chart drop-crds does.'),
    keep: z.boolean().default(false).describe('Keep them on uninstall, and with them every object of these kinds.'),
  }).describe('The CustomResourceDefinitions.'),
  global: passedOn.default({}).describe('Not used; Helm passes it to charts that are part of another.'),
});

/** The values of charts/drop-crds. */
export const dropCrdsValues = z.strictObject({
  keep: z
    .boolean()
    .default(false)
    .describe('Keep the CustomResourceDefinitions on uninstall, and with them every object of these kinds.'),
  global: passedOn.default({}).describe('Not used; Helm passes it to charts that are part of another.'),
});
