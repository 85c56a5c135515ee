// The small shapes that chart values are made of, each with the sentence that a wrong value gets.
import { z } from 'zod';

/** A group of values; what is not written has its default, what is not known is a typing error. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape).prefault({} as never);
}

/** Any map with text in it: labels, annotations. */
export const textMap = z.record(z.string(), z.string());

/** Part of a Kubernetes object that the chart passes on as it is. */
export const passedOn = z.record(z.string(), z.unknown());

/** A name of a Kubernetes object, or nothing. */
export const optionalName = z
  .string()
  .regex(/^(|[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)$/, 'must be a name of lower case letters, digits, dashes and dots');

/** A name of a namespace, or nothing. */
export const optionalNamespace = z
  .string()
  .regex(/^(|[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)$/, 'must be a name of lower case letters, digits and dashes');

/** A quantity as text or, where it is a plain number, as YAML reads it. */
const quantity = z.union([
  z
    .string()
    .regex(
      /^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei|[eE][0-9]+)?$/,
      'must be a quantity such as 100m, 2 or 128Mi',
    ),
  z.number(),
]);

export const quantities = z.record(z.string(), quantity);

/** Requests and limits of a container, both written, so that a quota cannot refuse it by surprise. */
export const resources = z.strictObject({
  requests: quantities.describe('What is reserved.'),
  limits: quantities.describe('What is not exceeded.'),
});
