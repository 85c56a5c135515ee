// Weights of signals and of windows: quantities such as 1, "0.7" and "700m".
import { parseQuantity } from '../../kubernetes/quantity.ts';
import { InvalidFieldError } from './compiled-field.ts';

/** Throws an InvalidFieldError. */
export function compileWeight(quantity: string | number, path: string): number {
  const weight = parseQuantity(String(quantity));
  if (weight !== undefined) return weight;
  throw new InvalidFieldError(`${path}: must be a quantity within the range of a number, such as 1, "0.7" or "700m"`);
}
