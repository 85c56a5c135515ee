// The fields that several kinds share, each written once.
import { z } from 'zod';
import {
  DIGEST_LIMIT_CHARACTERS,
  digestPattern,
  IMAGE_NAME_LIMIT_CHARACTERS,
  TAG_LIMIT_CHARACTERS,
  tagPattern,
} from '../kubernetes/image-reference.ts';
import { labelKeyPattern, OBJECT_NAME_LIMIT_CHARACTERS } from '../kubernetes/object-name.ts';
import { MESSAGE_LIMIT_CHARACTERS, NODE_SELECTOR_LIMIT, PULL_SECRETS_LIMIT, TOLERATIONS_LIMIT } from './limits.ts';
import { celSource, withPattern, withRule } from './rule.ts';

export const objectName = z.string().min(1).max(OBJECT_NAME_LIMIT_CHARACTERS);

export const localReference = z.object({
  name: objectName.describe('Name of the referenced object.'),
});

export const nodeSelector = withRule(
  z
    .record(z.string(), z.string())
    .meta({ maxProperties: NODE_SELECTOR_LIMIT })
    .describe('Labels a node must have, all of them. Empty selects every Linux node.'),
  {
    cel: `self.all(key, key.matches('${celSource(labelKeyPattern)}'))`,
    message: 'keys must be label keys such as kubernetes.io/arch',
    // A key named __proto__ would also make every request that carries the object be refused.
    holds: (labels) => Object.keys(labels).every((key) => labelKeyPattern.test(key)),
  },
);

export const toleration = z
  .object({
    key: z.string().optional().describe('Taint key; empty with operator Exists tolerates every taint.'),
    operator: z.enum(['Exists', 'Equal']).optional().describe('Exists or Equal (the default).'),
    value: z.string().optional().describe('Taint value, with operator Equal.'),
    effect: z
      .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
      .optional()
      .describe('Taint effect; empty tolerates every effect.'),
    tolerationSeconds: z.int().optional().describe('For NoExecute: how long the taint is tolerated, in seconds.'),
  })
  .describe('A taint that a pull Pod tolerates.');

export const tolerations = z
  .array(toleration)
  .max(TOLERATIONS_LIMIT)
  .meta({ 'x-kubernetes-list-type': 'atomic' })
  .describe('Taints that the pull Pods tolerate.');

export const imagePullPolicy = z
  .enum(['Always', 'IfNotPresent', 'Never'])
  .describe('Always asks the registry for a newer digest even if the tag is on the node; IfNotPresent does not.');

export const imagePullSecrets = z
  .array(localReference)
  .max(PULL_SECRETS_LIMIT)
  .meta({ 'x-kubernetes-list-type': 'atomic' })
  .describe('Pull secrets, in the namespace where the pull Pods run.');

export const policyReference = localReference.describe(
  'The PullPolicy that paces the pulls. Without it the policy named `default` does.',
);

export const priority = z
  .int()
  .min(-2147483648)
  .max(2147483647)
  .describe('Which image goes first within a policy: lower first.');

const imageField = withRule(
  withPattern(
    z.string().min(1).max(IMAGE_NAME_LIMIT_CHARACTERS),
    /^[^\s@]+$/,
    'must be an image name without spaces and without a digest',
  ).describe('Image reference without tag and digest, for example docker.io/library/alpine.'),
  {
    cel: `!self.matches(':[^/]*$')`,
    message: 'must not have a tag: use the field tag',
    holds: (text) => !/:[^/]*$/.test(text),
  },
);

const tagField = withPattern(
  z.string().max(TAG_LIMIT_CHARACTERS),
  tagPattern,
  'must be an image tag such as v1.2 or 3.20-alpine',
).describe('Tag to pull. Excludes digest; without both, latest.');

const digestField = withPattern(
  z.string().max(DIGEST_LIMIT_CHARACTERS),
  digestPattern,
  'must be a digest such as sha256: and 64 hex digits',
).describe('Digest to pull. Excludes tag.');

/** The three fields that name an image; the shape that has them also takes the rule `tagExcludesDigest`. */
export const imageFields = {
  image: imageField,
  tag: tagField.optional(),
  digest: digestField.optional(),
};

/** The rule that a tag and a digest exclude each other. */
export const tagExcludesDigest = {
  cel: '!(has(self.tag) && has(self.digest))',
  message: 'tag and digest exclude each other',
  holds: (value: { readonly tag?: string | undefined; readonly digest?: string | undefined }) =>
    value.tag === undefined || value.digest === undefined,
};

/** A point in time as Kubernetes writes it. */
export const timestamp = z.string().meta({ format: 'date-time' });

/** Grows by one with every change of a status, so that an older status is known as such. */
export const revision = z.int().min(0).describe('Grows by one with every change of this status.');

export const observedGeneration = z.int().min(0).describe('Generation of the spec that this status speaks of.');

export const condition = z.object({
  type: z.string().describe('What the condition is about.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('True, False or Unknown.'),
  reason: z.string().describe('Why, in one word.'),
  message: z.string().max(MESSAGE_LIMIT_CHARACTERS).describe('Why, for a person.'),
  lastTransitionTime: timestamp.describe('When the status of the condition last changed.'),
});

export const conditions = z
  .array(condition)
  .meta({ 'x-kubernetes-list-type': 'atomic' })
  .describe('The latest observations.');

export type Condition = Readonly<z.infer<typeof condition>>;
export type TolerationField = z.infer<typeof toleration>;
