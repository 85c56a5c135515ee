// Fields that several kinds share.
import { z } from 'zod';
import {
  DIGEST_LIMIT_CHARACTERS,
  digestPattern,
  IMAGE_NAME_LIMIT_CHARACTERS,
  TAG_LIMIT_CHARACTERS,
  tagPattern,
} from '../kubernetes/image-reference.ts';
import { labelKeyPattern, OBJECT_NAME_LIMIT_CHARACTERS } from '../kubernetes/object-name.ts';
import {
  CONDITION_MESSAGE_LIMIT_CHARACTERS,
  NODE_SELECTOR_LIMIT,
  PULL_SECRETS_LIMIT,
  TOLERATIONS_LIMIT,
} from './limits.ts';
import { celSource, orEmpty, withPattern, withRule } from './rule.ts';
import { unsetIf, unsetIfEmpty } from './unset-values.ts';

/** Like the LocalObjectReference of Kubernetes. Without a name it refers to nothing. */
export const localReference = unsetIf(
  z.object({
    name: z
      .string()
      .max(OBJECT_NAME_LIMIT_CHARACTERS)
      .default('')
      .describe('Name of the referenced object. Empty: as if the reference were not set.'),
  }),
  ({ name }) => name === '',
);

export const nodeSelector = withRule(
  z
    .record(z.string(), z.string())
    .meta({ maxProperties: NODE_SELECTOR_LIMIT })
    .describe(
      'Labels that a node must have, all with these values. Empty or unset selects every Linux node. ' +
        'The selectors of a CachedImage and of its PullPolicy must both match.',
    ),
  {
    cel: `self.all(key, key.matches('${celSource(labelKeyPattern)}'))`,
    message: 'keys must be label keys such as kubernetes.io/arch',
    // The service refuses a request that contains a key named __proto__, so one such selector would block every sync.
    holds: (labels) => Object.keys(labels).every((key) => labelKeyPattern.test(key)),
  },
);

const toleration = z
  .object({
    key: unsetIfEmpty(z.string())
      .optional()
      .describe('Key of the taint. Empty, with operator Exists, tolerates every taint.'),
    operator: unsetIfEmpty(z.enum(['Exists', 'Equal', '']))
      .optional()
      .describe('Exists matches any value of the taint; Equal matches the same value. Empty or unset: Equal.'),
    value: unsetIfEmpty(z.string()).optional().describe('Value of the taint, for operator Equal.'),
    effect: unsetIfEmpty(z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute', '']))
      .optional()
      .describe('Effect of the taint. Empty or unset tolerates every effect.'),
    tolerationSeconds: z
      .int()
      .optional()
      .describe('For effect NoExecute: time in seconds for which a Pod tolerates the taint.'),
  })
  .describe('Tolerates the taints that match it.');

export const tolerations = z
  .array(toleration)
  .max(TOLERATIONS_LIMIT)
  .meta({ 'x-kubernetes-list-type': 'atomic' })
  .describe('Tolerations of the pull Pods. Those of a CachedImage and of its PullPolicy are combined.');

export const imagePullPolicy = z
  .enum(['Always', 'IfNotPresent', 'Never'])
  .describe(
    'Always checks the registry for a newer digest of the tag. IfNotPresent accepts the image that is on the node. ' +
      'Never contacts no registry and fails where the image is missing.',
  );

export const imagePullSecrets = z
  .array(localReference)
  .max(PULL_SECRETS_LIMIT)
  .meta({ 'x-kubernetes-list-type': 'atomic' })
  .describe(
    'Secrets with registry credentials, in the namespace of the pull Pods. Entries without a name are ignored.',
  );

export const policyReference = localReference.describe(
  'PullPolicy that paces the pulls. Defaults to the PullPolicy named default. ' +
    'Nothing is pulled while the PullPolicy does not exist.',
);

export const priority = z
  .int()
  .min(-2147483648)
  .max(2147483647)
  .describe(
    'Order of the images within a PullPolicy: lower values are pulled first. Images that keep failing go last.',
  );

const imageField = withRule(
  withPattern(
    z.string().min(1).max(IMAGE_NAME_LIMIT_CHARACTERS),
    /^[^\s@]+$/,
    'must be an image name without spaces and without a digest',
  ).describe('Image name without tag and digest, for example docker.io/library/alpine.'),
  {
    cel: `!self.matches(':[^/]*$')`,
    message: 'must not have a tag: use the field tag',
    holds: (text) => !/:[^/]*$/.test(text),
  },
);

const tagField = withPattern(
  unsetIfEmpty(z.string().max(TAG_LIMIT_CHARACTERS)),
  orEmpty(tagPattern),
  'must be an image tag such as v1.2 or 3.20-alpine',
).describe('Tag to pull. Cannot be combined with digest. Without tag and digest, latest is pulled.');

const digestField = withPattern(
  unsetIfEmpty(z.string().max(DIGEST_LIMIT_CHARACTERS)),
  orEmpty(digestPattern),
  'must be a digest: sha256: and 64, or sha512: and 128 lower-case hexadecimal digits',
).describe('Digest to pull, sha256 or sha512. Cannot be combined with tag.');

/** The three fields that name an image. Every schema that contains them needs the rule `tagExcludesDigest`. */
export const imageFields = {
  image: imageField,
  tag: tagField.optional(),
  digest: digestField.optional(),
};

export const tagExcludesDigest = {
  cel: `!(has(self.tag) && self.tag != '' && has(self.digest) && self.digest != '')`,
  message: 'tag and digest exclude each other',
  holds: ({ tag = '', digest = '' }: { readonly tag?: string | undefined; readonly digest?: string | undefined }) =>
    tag === '' || digest === '',
};

/** RFC 3339, as `metav1.Time` and `metav1.MicroTime` write it. */
export const timestamp = z.string().meta({ format: 'date-time' });

/** Distinguishes an older copy of a status from a newer one, because caches can return an older copy. */
export const revision = z.int().min(0).describe('Number of changes of this status so far.');

export const observedGeneration = z.int().min(0).describe('Generation of the spec that this status was computed for.');

const condition = z.object({
  type: z.string().describe('Type of the condition.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('True, False or Unknown.'),
  observedGeneration: observedGeneration
    .optional()
    .describe('Generation of the spec that this condition was computed for.'),
  reason: z.string().describe('Reason for the status of the condition, in PascalCase.'),
  message: z
    .string()
    .max(CONDITION_MESSAGE_LIMIT_CHARACTERS)
    .describe('Explanation of the reason. Drop writes at most 256 characters.'),
  lastTransitionTime: timestamp.describe('Time when the status of the condition last changed.'),
});

export const conditions = z
  .array(condition)
  .meta({ 'x-kubernetes-list-type': 'atomic' })
  .describe('Latest observations of the state of the object.');

export type Condition = Readonly<z.infer<typeof condition>>;
export type TolerationField = z.infer<typeof toleration>;
