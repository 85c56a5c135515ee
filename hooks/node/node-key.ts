// The key of a node identifies one incarnation: a node that is replaced under the same name counts as a new node.
import { createHash } from 'node:crypto';
import type { ObservedNode } from '../../metacontroller/node.ts';

const NODE_KEY_HEX_DIGITS = 12;

const leadingHexPattern = new RegExp(`^[0-9a-f]{${NODE_KEY_HEX_DIGITS}}`);

/**
 * Returns the first 12 hex digits of a Node's UID: lower case, dashes removed. A UID that is not a UUID (it does not
 * begin with 12 hex digits) is replaced by its SHA-256.
 */
export function nodeKeyOf(uid: string): string {
  const digits = uid.replaceAll('-', '').toLowerCase();
  const source = leadingHexPattern.test(digits) ? digits : createHash('sha256').update(uid, 'utf8').digest('hex');
  return source.slice(0, NODE_KEY_HEX_DIGITS);
}

/** Whether the kubelet reports that the node can run Pods. */
export function isReady({ status }: ObservedNode): boolean {
  return status?.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}
