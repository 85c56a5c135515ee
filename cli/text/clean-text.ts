// Removes credentials, terminal control sequences and control characters from text of a cluster.
import { redactMessage } from '../../hooks/text/redact.ts';

/** Longer text of a cluster is cut. */
const CLEAN_TEXT_LIMIT_CHARACTERS = 1024;

/** The sequences of ECMA-48, each in its form of 7 and of 8 bits. */
const sequences = [
  // Control sequences, for example colours and cursor movements.
  String.raw`(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?`,
  // Command strings, for example window titles and links.
  String.raw`(?:\u001b[\]P^_X]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?`,
  // Any other escape sequence.
  String.raw`\u001b[ -~]?`,
];
const terminalSequences = new RegExp(sequences.join('|'), 'g');

/** Returns the text on one line, without credentials and control characters. */
export function cleanText(text: string): string {
  return redactMessage(text.replace(terminalSequences, ''), CLEAN_TEXT_LIMIT_CHARACTERS);
}

/** Returns plain data with every text in it cleaned. Keys stay as they are. */
export function cleaned<Value>(value: Value): Value {
  return cleanedValue(value) as Value;
}

function cleanedValue(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(cleanedValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, cleanedValue(entry)]));
}
