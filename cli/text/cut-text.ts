// Texts from a cluster in a limited number of columns.
import { redactMessage } from '../../hooks/text/redact.ts';
import { linesOf } from './wrapped-text.ts';

/** Longest name that Kubernetes accepts. */
const NAME_CHARACTERS = 253;

/** The name without credentials and control characters. Kubernetes accepts no name that this changes. */
export const safeName = (name: string) => redactMessage(name, NAME_CHARACTERS);

/** Cuts the middle of the text, because names of generated objects differ at both ends. */
export function cutMiddle(text: string, columns: number): string {
  if (text.length <= columns) return text;
  const start = Math.ceil((columns - 1) / 2);
  return `${text.slice(0, start)}…${text.slice(text.length - (columns - 1 - start))}`;
}

/** Breaks the text between words into lines after an indent. A word that is longer than a line is cut. */
export function wrapText(text: string, columns: number, indent = ''): string {
  const width = columns - indent.length;
  const words = text.split(' ').map((word) => cutMiddle(word, width));
  return linesOf(words, width)
    .map((line) => `${indent}${line}\n`)
    .join('');
}
