// Remarks about the parts of a response that could not be used.
import { counted } from '../status/node-list.ts';

/** Returns one remark such as `2 results without an image label`, or none for a count of 0. */
export function remark(count: number, noun: string, details = ''): string[] {
  return count > 0 ? [counted(count, noun) + details] : [];
}
