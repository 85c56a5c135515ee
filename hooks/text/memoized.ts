// Caches for pure functions: every request repeats the same few texts, and a simulated cluster the same objects.

/** Most results that one function keeps. When they are used up, all are cleared. */
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

/** Like memoized, for a function of an object; a result is kept as long as its object. */
export function memoizedByObject<Subject extends object, Result extends object>(
  read: (subject: Subject) => Result,
): (subject: Subject) => Result {
  const results = new WeakMap<Subject, Result>();
  return (subject) => {
    const result = results.get(subject) ?? read(subject);
    results.set(subject, result);
    return result;
  };
}
