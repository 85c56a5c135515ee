// Makes an offending request smaller as long as it offends, so that what is left is what is wrong.
import { containersOf } from './mutations.ts';

/** Each try is a request. */
const TRIES_LIMIT = 2_000;

function withoutEntry(value: unknown, place: number, key: string): unknown {
  const copy: unknown = structuredClone(value);
  const container = containersOf(copy)[place];
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else if (container !== undefined) delete container[key];
  return copy;
}

/** Every way to leave one thing out, the largest things first. */
function* smaller(value: unknown): Generator<unknown> {
  const places = containersOf(value);
  for (let place = 0; place < places.length; place += 1) {
    for (const key of Object.keys(places[place] ?? {})) yield withoutEntry(value, place, key);
  }
}

/** Takes a value of JSON and whether one offends; gives one that offends and from which nothing can be left out, or the smallest found. */
export async function shrink(value: unknown, offends: (candidate: unknown) => Promise<boolean>): Promise<unknown> {
  let smallest = value;
  let tries = 0;
  let isSmaller = true;
  while (isSmaller) {
    isSmaller = false;
    for (const candidate of smaller(smallest)) {
      tries += 1;
      if (tries > TRIES_LIMIT) return smallest;
      if (!(await offends(candidate))) continue;
      smallest = candidate;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}
