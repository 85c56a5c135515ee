// Makes the short names that labels, Pods and ledgers use of long ones, always the same short name of the same long one.
import { createHash } from 'node:crypto';

/** Kubernetes' limit of a label value (k8s.io/apimachinery `pkg/util/validation/validation.go`). */
const LABEL_VALUE_LIMIT_CHARACTERS = 63;
const LABEL_VALUE_KEPT_CHARACTERS = 54;
const SHORT_HASH_HEX_DIGITS = 8;
const NODE_KEY_HEX_DIGITS = 12;
const ATTEMPT_CHARACTERS = 8;

const leadingHexPattern = new RegExp(`^[0-9a-f]{${NODE_KEY_HEX_DIGITS}}`);

/** Takes any text, gives the first 8 hexadecimal digits of its SHA-256 (of its UTF-8 bytes). */
export function shortHash(text: string): string {
  return sha256Hex(text).slice(0, SHORT_HASH_HEX_DIGITS);
}

/**
 * Takes an object's name, gives the label value that stands for it: a name of at most 63 characters as it is, a longer one
 * as its first 54 characters, a dash and the short hash of the whole name.
 */
export function labelValueOf(name: string): string {
  return name.length <= LABEL_VALUE_LIMIT_CHARACTERS
    ? name
    : `${name.slice(0, LABEL_VALUE_KEPT_CHARACTERS)}-${shortHash(name)}`;
}

/**
 * Takes a Node's UID, gives the 12 hexadecimal digits that name this incarnation of the node: the first of the UID in lower
 * case, dashes left out. A UID that does not begin with 12 such digits is no UUID; the first 12 of its SHA-256 stand for it.
 */
export function nodeKeyOf(uid: string): string {
  const digits = uid.replaceAll('-', '').toLowerCase();
  return (leadingHexPattern.test(digits) ? digits : sha256Hex(uid)).slice(0, NODE_KEY_HEX_DIGITS);
}

/** Takes a pull Pod's UID, gives its first 8 characters, by which a ledger names the attempt. */
export function attemptOf(podUid: string): string {
  return podUid.slice(0, ATTEMPT_CHARACTERS);
}

/**
 * Takes any text, gives it as a part of a DNS name: in lower case, each run of other characters than a-z and 0-9 as one
 * dash, none at the ends. Of a text without any letter or digit nothing is left.
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
