// The values of the chart drop about the pull Pods.
import { z } from 'zod';
import {
  additionalAnnotations,
  additionalLabels,
  containerSecurityContext,
  OUR_KEYS,
  podSecurityContext,
} from '../hooks/pull-pod/settings-shape.ts';
import { DEFAULT_PULL_POD_SETTINGS } from '../hooks/settings.ts';
import {
  ABOUT_CONTEXTS,
  optionalName,
  optionalNamespace,
  partWithFields,
  quantities,
  resources,
  section,
  textMap,
} from './value-shapes.ts';

export const pullPods = section({
  namespace: optionalNamespace
    .default('')
    .describe(
      'Namespace of the pull Pods and of the Secrets that imagePullSecrets name. Empty: the namespace of the release.',
    ),
  createNamespace: z
    .boolean()
    .default(false)
    .describe('Create that namespace, and delete it on uninstall. Requires pullPods.namespace.'),
  namespaceLabels: textMap
    .default({
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/warn': 'restricted',
      'pod-security.kubernetes.io/audit': 'restricted',
    })
    .describe('Labels of the created namespace.'),
  priorityClassName: optionalName.default('').describe('PriorityClass of the pull Pods.'),
  labels: additionalLabels.default({}).describe(`Additional labels of the pull Pods. ${OUR_KEYS} are refused.`),
  annotations: additionalAnnotations
    .default({})
    .describe(`Additional annotations of the pull Pods. ${OUR_KEYS} are refused.`),
  podSecurityContext: partWithFields(podSecurityContext, 'fields of the securityContext of a Linux Pod')
    .default(structuredClone(DEFAULT_PULL_POD_SETTINGS.podSecurityContext))
    .describe(
      `securityContext of the pull Pods. ${ABOUT_CONTEXTS} Without runAsUser, an image that runs as root counts as ` +
        'pulled, but its digest is not known.',
    ),
  securityContext: partWithFields(containerSecurityContext, 'fields of the securityContext of a Linux container')
    .default(structuredClone(DEFAULT_PULL_POD_SETTINGS.securityContext))
    .describe('securityContext of the container of a pull Pod. Merged over these defaults; null removes a field.'),
  resources: resources
    .default(structuredClone(DEFAULT_PULL_POD_SETTINGS.resources))
    .describe('Resources of a pull Pod. Its only process is `true`.'),
  resourceQuota: section({
    enabled: z
      .boolean()
      .default(false)
      .describe('Create the quota. In the namespace of the release it also limits the Pods of the service.'),
    hard: quantities.default({ pods: '100' }).describe('spec.hard of the ResourceQuota.'),
  }).describe('ResourceQuota for the namespace of the pull Pods.'),
}).describe('Pull Pods.');
