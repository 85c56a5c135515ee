// Derives short names from names and UIDs, for labels, Pod names and the ledger. The same input always has the same
// short name.
import { createHash } from 'node:crypto';
import { LABEL_LIMIT_CHARACTERS } from './object-name.ts';

const LABEL_VALUE_KEPT_CHARACTERS = 54;
const SHORT_HASH_HEX_DIGITS = 8;

/** The first 8 hexadecimal digits of the SHA-256 of the text in UTF-8. */
export function shortHash(text: string): string {
  return sha256Hex(text).slice(0, SHORT_HASH_HEX_DIGITS);
}

/**
 * The label value for an object name. A name of more than 63 characters becomes its first 54 characters, a dash and the
 * short hash of the whole name.
 */
export function labelValueOf(name: string): string {
  return name.length <= LABEL_LIMIT_CHARACTERS
    ? name
    : `${name.slice(0, LABEL_VALUE_KEPT_CHARACTERS)}-${shortHash(name)}`;
}

/**
 * Turns text into a part of a DNS name: lower case, with a dash for every sequence of characters other than a-z and
 * 0-9, and no dash at either end. Returns the empty string for text without letters and digits.
 */
export function dnsSafePart(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

function sha256Hex(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
