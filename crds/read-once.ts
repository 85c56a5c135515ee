// What nobody can change need not be read again, in whichever request it comes.

/**
 * Takes how an object is read; gives the same, which reads a frozen object only once. What comes over HTTP is new with every request;
 * a simulated cluster sends the same frozen objects again and again.
 */
export function readOnce<Result extends object>(read: (value: unknown) => Result): (value: unknown) => Result {
  const results = new WeakMap<object, Result>();
  return (value) => {
    if (typeof value !== 'object' || value === null || !Object.isFrozen(value)) return read(value);
    const known = results.get(value);
    if (known !== undefined) return known;
    const result = read(value);
    results.set(value, result);
    return result;
  };
}
