// Numbers for people.
import { scoreText } from '../../hooks/discovery-policy/rankings/ranked-images.ts';

const DECIMALS = 10_000;
const DIGITS = 4;

/** All digits, without an exponent. */
export const exactText = (value: number) => scoreText(value + 0);

/** Whole numbers exactly, others with four digits after the point, or four digits if they are below 1. */
export function shortText(value: number): string {
  if (Number.isInteger(value)) return exactText(value);
  const rounded = Math.abs(value) < 1 ? Number(value.toPrecision(DIGITS)) : Math.round(value * DECIMALS) / DECIMALS;
  return exactText(rounded);
}

/** For an image without a value. */
export const valueText = (value: number | undefined | null, text: (value: number) => string = shortText) =>
  value === undefined || value === null ? 'none' : text(value);

/** A factor in a product: a negative one needs brackets. */
export const factorText = (value: number) => (value < 0 ? `(${exactText(value)})` : exactText(value));
