// Spoils requests: a value that should not be there, a part that is missing, a key that other programs trip over, bytes that are no JSON.
import type { Random } from '../../simulator/random.ts';

/** Keys that mean something to JavaScript. */
export const PROTOTYPE_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
];

/** Ends a line, a header, a text, a colour, a word of a shell, and turns the direction of what follows. */
export const FORGED_TEXT = 'a"\r\n{"level":60,"msg":"forged"}\u2028\u001b[31m\u009b2J\u007f\u202e\0$(id)';

const strangeValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  1e308,
  Number.MAX_SAFE_INTEGER - 1,
  Number.MAX_SAFE_INTEGER,
  2 ** 53,
  -(2 ** 53),
  '',
  ' ',
  'null',
  '99999999999h',
  '2026-13-45T99:99:99Z',
  '+275760-09-13T00:00:00Z',
  'a'.repeat(10_000),
  FORGED_TEXT,
  '\ud800',
  '(a+)+$',
  '{{ .Nothing }}',
  [],
  [[]],
  {},
  [null],
  { polluted: 'yes' },
  Array(300).fill('a'),
];

type Container = Record<string, unknown> | unknown[];
const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/** Gives every list and object in a value, itself included, parents first. */
export function containersOf(value: unknown): Container[] {
  const found: Container[] = isContainer(value) ? [value] : [];
  for (let index = 0; index < found.length; index += 1) {
    for (const entry of Object.values(found[index] ?? {})) if (isContainer(entry)) found.push(entry);
  }
  return found;
}

/** Sets an own property, whatever its name. */
export function setOwn(container: Container, key: string, value: unknown): void {
  Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
}

type Spoil = (container: Container, key: string, random: Random) => void;

const spoils: readonly Spoil[] = [
  (container, key, random) => setOwn(container, key, structuredClone(random.pick(strangeValues))),
  (container, key) => {
    if (Array.isArray(container)) container.splice(Number(key), 1);
    else delete container[key];
  },
  (container, key, random) => {
    const name = random.pick([...PROTOTYPE_KEYS, FORGED_TEXT, 'a'.repeat(300), '']);
    if (!Array.isArray(container))
      setOwn(container, name, random.pick([{ polluted: 'yes' }, 'polluted', container[key]]));
  },
  (container, key) => {
    if (Array.isArray(container)) container.push(container[Number(key)]);
    else setOwn(container, `${key}-again`, container[key]);
  },
  (container, key, random) => {
    const other = random.pick(Object.keys(container));
    const values = container as Record<string, unknown>;
    const value = values[key];
    setOwn(container, key, values[other]);
    setOwn(container, other, value);
  },
];

/** Takes a value of JSON; gives a copy with a few things wrong. */
export function spoilValue(value: unknown, random: Random): unknown {
  const copy: unknown = structuredClone(value);
  const times = random.integer(1, 4);
  for (let time = 0; time < times; time += 1) {
    const places = containersOf(copy).filter((container) => Object.keys(container).length > 0);
    if (places.length === 0) return copy;
    const container = random.pick(places);
    random.pick(spoils)(container, random.pick(Object.keys(container)), random);
  }
  return copy;
}

type SpoilText = (text: string, at: number, random: Random) => string;

const spoilTexts: readonly SpoilText[] = [
  (text, at) => text.slice(0, at),
  (text, at, random) => text.slice(0, at) + String.fromCharCode(random.integer(0, 255)) + text.slice(at + 1),
  (text, at, random) =>
    text.slice(0, at) +
    random.pick(['"', '\\', '{', '}', '[', ',', '\0', '\u2028', '1e999', '__proto__']) +
    text.slice(at),
  (text, at) => text.slice(at),
  (text) => text + text,
  (text, at) => text.slice(0, at) + '['.repeat(2_000) + text.slice(at),
];

/** Takes a text of JSON; gives one that most often is none. */
export function spoilText(text: string, random: Random): string {
  return random.pick(spoilTexts)(text, random.integer(0, text.length), random);
}
