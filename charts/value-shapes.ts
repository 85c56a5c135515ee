// The shapes that chart values are made of, each with the error message of an invalid value. Helm reads a pattern as a
// regular expression of Go.
import { z } from 'zod';
import { withRule } from '../crds/rule.ts';
import {
  LABEL_LIMIT_CHARACTERS,
  namespacePattern,
  OBJECT_NAME_LIMIT_CHARACTERS,
  objectNamePattern,
} from '../kubernetes/object-name.ts';
import { quantityPattern } from '../kubernetes/quantity.ts';

/** A group of values: an absent one gets its default, an unknown one is refused as a typing error. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape).prefault({} as never);
}

/** Labels or annotations. */
export const textMap = z.record(z.string(), z.string());

/** Part of a Kubernetes object that the chart copies into a manifest without reading it. */
export const kubernetesPart = z.record(z.string(), z.unknown());

/**
 * Part of a Kubernetes object that has only the fields of the shape. Helm checks their names. What reads the part
 * checks their values, because a table row for every field would hide the other values.
 */
export function partWithFields({ shape }: z.ZodObject, fields: string) {
  const names = Object.keys(shape);
  return withRule(kubernetesPart, {
    cel: `self.all(key, key.matches('^(${names.join('|')})$'))`,
    message: `keys must be ${fields}`,
    holds: (part) => Object.keys(part).every((name) => names.includes(name)),
  });
}

/** Part of the description of a securityContext of a Pod. */
export const ABOUT_CONTEXTS =
  'Merged over these defaults; null removes a field. On OpenShift, the default runAsUser, runAsGroup and fsGroup are ' +
  'left out.';

/** Text that matches the pattern, or the empty text: values.yaml writes an unset value as "". */
export function optionalText(pattern: RegExp, limitCharacters: number, sentence: string) {
  return z
    .string()
    .max(limitCharacters)
    .regex(new RegExp(`^$|${pattern.source}`), sentence);
}

export const optionalName = optionalText(
  objectNamePattern,
  OBJECT_NAME_LIMIT_CHARACTERS,
  'must be a name of lower-case letters, digits, dashes and dots',
);

export const optionalNamespace = optionalText(
  namespacePattern,
  LABEL_LIMIT_CHARACTERS,
  'must be a name of lower-case letters, digits and dashes',
);

/** A quantity as text or, where it is a plain number, as YAML reads it. */
const quantity = z.union([
  z.string().regex(quantityPattern, 'must be a quantity such as 100m, 2 or 128Mi'),
  z.number(),
]);

export const quantities = z.record(z.string(), quantity);

/** Requests and limits of a container. Both are required, so that no LimitRange adds its own defaults. */
export const resources = z.strictObject({
  requests: quantities.describe('Resource requests.'),
  limits: quantities.describe('Resource limits.'),
});
