// The log: JSON, one line each, and nothing in it that a terminal would act on.
import { type DestinationStream, type Logger, pino } from 'pino';

/** Longest text of one field; names are far shorter, and what is longer was not written by Kubernetes. */
const TEXT_LIMIT_CHARACTERS = 1_024;

/** What JSON leaves as it is: DEL, the C1 controls (U+009B begins a command in a terminal), line ends, marks that turn the direction of text. */
const controls = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Takes a level and where lines go (standard output by default); gives the logger. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = { name: 'drop', level, hooks: { streamWrite: (line: string) => line.replace(controls, escaped) } };
  return destination === undefined ? pino(options) : pino(options, destination);
}

const cut = (text: string) => (text.length > TEXT_LIMIT_CHARACTERS ? `${text.slice(0, TEXT_LIMIT_CHARACTERS)}…` : text);

type Value = string | number | readonly string[] | undefined;

function cutValue(value: Value): Value {
  if (typeof value === 'string') return cut(value);
  return Array.isArray(value) ? value.map(cut) : value;
}

/** Takes the fields of a line; gives them with long texts cut, the cut shown by an ellipsis. */
export function withShortTexts(fields: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, cutValue(value)]));
}
