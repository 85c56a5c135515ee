// `NodeSelector` of k8s.io/api `core/v1/types.go`, which node affinity also uses.
import { z } from 'zod';
import {
  NODE_SELECTOR_KEY_LIMIT_CHARACTERS,
  NODE_SELECTOR_OPERATOR_LIMIT_CHARACTERS,
  NODE_SELECTOR_REQUIREMENTS_LIMIT,
  NODE_SELECTOR_TERMS_LIMIT,
  NODE_SELECTOR_VALUE_LIMIT_CHARACTERS,
  NODE_SELECTOR_VALUES_LIMIT,
} from './limits.ts';

const requirement = z
  .object({
    key: z.string().max(NODE_SELECTOR_KEY_LIMIT_CHARACTERS).describe('Key of a label, or name of a field.'),
    operator: z
      .string()
      .max(NODE_SELECTOR_OPERATOR_LIMIT_CHARACTERS)
      .describe('In, NotIn, Exists, DoesNotExist, Gt or Lt.'),
    values: z
      .array(z.string().max(NODE_SELECTOR_VALUE_LIMIT_CHARACTERS))
      .max(NODE_SELECTOR_VALUES_LIMIT)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .optional()
      .describe('Values for the operator. Exists and DoesNotExist have none; Gt and Lt have one whole number.'),
  })
  .describe('A requirement on one label or field.');

const requirements = z
  .array(requirement)
  .max(NODE_SELECTOR_REQUIREMENTS_LIMIT)
  .meta({ 'x-kubernetes-list-type': 'atomic' });

const term = z
  .object({
    matchExpressions: requirements.optional().describe('Requirements on labels of the node. All must hold.'),
    matchFields: requirements.optional().describe('Requirements on fields of the node. All must hold.'),
  })
  .describe('A term. An empty one selects no node.');

export const nodeAffinitySelector = z
  .object({
    nodeSelectorTerms: z
      .array(term)
      .max(NODE_SELECTOR_TERMS_LIMIT)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Terms. At least one must match.'),
  })
  .describe('Selects the nodes that are counted.');
