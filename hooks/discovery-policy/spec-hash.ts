// Identifies parts of a spec, so that what was found for a part outlives edits of the others.
import { createHash } from 'node:crypto';

const HASH_CHARACTERS = 16;

/** JSON with sorted keys. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}

/** The order of fields does not matter. */
export function specHash(part: unknown): string {
  return createHash('sha256').update(canonicalJson(part)).digest('hex').slice(0, HASH_CHARACTERS);
}
