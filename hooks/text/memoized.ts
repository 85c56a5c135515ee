// A cache for pure functions of a text: every request repeats the same few texts.

/** A function that keeps this many results clears all of them before it keeps another. */
export const MEMOIZED_LIMIT = 4096;
/** Results for longer texts are not kept; real references and durations are shorter. */
export const MEMOIZED_LIMIT_CHARACTERS = 512;

/** Returns `read` with a cache. Callers share the results and must not change them. An undefined result is not kept. */
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
