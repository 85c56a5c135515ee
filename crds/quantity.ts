// Quantity fields: a whole number, or text such as "0.7", "700m" or "1e3".
import { z } from 'zod';
import { signedQuantityPattern } from '../kubernetes/quantity.ts';
import { QUANTITY_LIMIT_CHARACTERS } from './limits.ts';

/** Marks a node of a structural schema that accepts numbers and text, and therefore has no type. */
export const INT_OR_STRING_KEY = 'x-kubernetes-int-or-string';

const NO_QUANTITY = 'Invalid input: expected a whole number or a quantity such as "0.7" or "700m"';

/** As in the definitions of the original Drop: a number with a fraction must be text. */
export const quantity = z
  .union([z.int(), z.string().max(QUANTITY_LIMIT_CHARACTERS).regex(signedQuantityPattern, NO_QUANTITY)], {
    error: NO_QUANTITY,
  })
  // meta() would mark a copy, but zod generates the schema of the union itself too.
  .register(z.globalRegistry, {
    [INT_OR_STRING_KEY]: true,
    pattern: signedQuantityPattern.source,
    maxLength: QUANTITY_LIMIT_CHARACTERS,
  });
