// Label values are never freed, and a caller may invent names. So only the first ones get series of their own.

/** Label value of names above a limit. */
const OTHER = '(other)';

export interface LabelLimit {
  /** Most values that are kept apart. */
  readonly values: number;
  /** Longest value that an object can have, in characters. */
  readonly characters: number;
}

/** Returns a function that replaces values above the limits by OTHER. */
export function limitedLabel({ values, characters }: LabelLimit): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= values || value.length > characters) return OTHER;
    known.add(value);
    return value;
  };
}
