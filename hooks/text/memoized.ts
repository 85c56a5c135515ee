// Remembers what a pure function gave, because every request brings the same few texts again.

/** Most texts that one function remembers; where they are used up, it begins anew. */
export const MEMOIZED_LIMIT = 4096;
/** Longer texts are not kept; real ones are shorter. */
export const MEMOIZED_LIMIT_CHARACTERS = 512;

/** Takes a pure function of a text; gives one that gives the same, worked out once per text. Nobody may change what it gives. */
export function memoized<Result>(read: (text: string) => Result): (text: string) => Result {
  const results = new Map<string, Result>();
  return (text) => {
    const known = results.get(text);
    if (known !== undefined) return known;
    const result = read(text);
    if (text.length > MEMOIZED_LIMIT_CHARACTERS) return result;
    if (results.size >= MEMOIZED_LIMIT) results.clear();
    results.set(text, result);
    return result;
  };
}
