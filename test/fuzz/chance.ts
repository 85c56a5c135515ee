// What generated requests are made of: chance, times before now, and objects with the metadata that Kubernetes gives them.
import { API_VERSION } from '../../crds/kind.ts';
import { type Random, randomUid } from '../../simulator/random.ts';

/** What one request is made from. */
export interface Chance {
  readonly random: Random;
  readonly nowMilliseconds: number;
}

export interface NamedObject {
  readonly metadata: { readonly name: string };
}

export const names = [
  'default',
  'alpine',
  'nginx',
  'golang-1.22',
  'a-very-long-name-that-no-label-can-hold-because-it-ends-far-too-late',
];
export const nodeNames = ['node-a', 'node-b', 'node-c', 'node-d', 'ip-10-0-0-1.eu-central-1.compute.internal'];
const LONGEST_AGE_MILLISECONDS = 3_600_000;

/** Gives a time in the last hour. */
export function timeBefore({ random, nowMilliseconds }: Chance): string {
  return new Date(nowMilliseconds - random.integer(0, LONGEST_AGE_MILLISECONDS)).toISOString();
}

/** Some of the items, none twice. */
export function some<Item>({ random }: Chance, items: readonly Item[]): Item[] {
  return random.shuffle(items).slice(0, random.integer(0, items.length));
}

/** The value with the probability given, else nothing. */
export function maybe<Value>({ random }: Chance, probability: number, value: Value): Value | undefined {
  return random.chance(probability) ? value : undefined;
}

/** Gives metadata as the API server completes it. */
export function metadataOf(chance: Chance, name: string, more: object = {}) {
  return {
    name,
    uid: randomUid(chance.random),
    generation: chance.random.integer(1, 9),
    resourceVersion: String(chance.random.integer(1, 99_999)),
    creationTimestamp: timeBefore(chance),
    ...more,
  };
}

/** Gives an object of ours. */
export function ourObject(kind: string, metadata: ReturnType<typeof metadataOf>, rest: object) {
  return { apiVersion: API_VERSION, kind, metadata, ...rest };
}

/** Gives a group of a request: objects by name. */
export function byName(objects: readonly NamedObject[]): Readonly<Record<string, object>> {
  return Object.fromEntries(objects.map((each) => [each.metadata.name, each]));
}
