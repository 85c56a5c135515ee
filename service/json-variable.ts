// An environment variable whose text is JSON.
import { z } from 'zod';

/** Longest JSON text of a variable. Every pull Pod carries most of it. */
const JSON_LIMIT_CHARACTERS = 16_384;

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('must be JSON');
    return z.NEVER;
  }
}

/** A variable whose text is the JSON of the shape. */
export function jsonVariable<Shape extends z.ZodType>(shape: Shape) {
  return z.string().max(JSON_LIMIT_CHARACTERS).transform(parseJson).pipe(shape);
}
