// The log: one line of JSON per entry, without characters that a terminal interprets.
import { type DestinationStream, type Logger, pino } from 'pino';

/** Longest text of a field. Names in Kubernetes are far shorter. */
const TEXT_LIMIT_CHARACTERS = 1_024;

/**
 * Characters that JSON does not escape: DEL, the C1 controls (U+009B starts a terminal command), line separators and
 * marks that change the direction of text.
 */
const controls = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Logs to standard output unless a destination is given. */
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

/** Cuts long texts and marks the cut with an ellipsis. */
export function withShortTexts(fields: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, cutValue(value)]));
}
