// A simulated cluster sends the same frozen objects again and again, so each of them is parsed once.
import type { z } from 'zod';
import type { ReadObject } from '../metacontroller/hook-request.ts';

/** Returns a reader that remembers the result of each frozen object, one for each schema. */
export function createFrozenObjectReader(): ReadObject {
  const resultsBySchema = new WeakMap<z.ZodType, WeakMap<object, unknown>>();

  function resultsOf(schema: z.ZodType): WeakMap<object, unknown> {
    const known = resultsBySchema.get(schema);
    if (known !== undefined) return known;
    const results = new WeakMap<object, unknown>();
    resultsBySchema.set(schema, results);
    return results;
  }

  return <Item>(schema: z.ZodType<Item>, value: unknown) => {
    if (typeof value !== 'object' || value === null || !Object.isFrozen(value)) return schema.safeParse(value);
    const results = resultsOf(schema);
    const known = results.get(value) as z.ZodSafeParseResult<Item> | undefined;
    if (known !== undefined) return known;
    const result = schema.safeParse(value);
    results.set(value, result);
    return result;
  };
}
