// Says of a finished run what is wrong with it, so that this can be shown to happen without a run that goes wrong.
import type { FuzzResult } from './run.ts';

/** How much the heap may differ, as a part of what it was. */
export const HEAP_TOLERANCE = 0.1;

const MEBIBYTE = 1024 * 1024;
export const mebibytes = (bytes: number) => `${(bytes / MEBIBYTE).toFixed(1)} MiB`;

type Heap = Pick<FuzzResult, 'heapBeforeBytes' | 'heapAfterBytes'>;
const difference = ({ heapBeforeBytes, heapAfterBytes }: Heap) => heapAfterBytes / heapBeforeBytes - 1;

/** Gives the heap before and after, in a sentence. */
export function heapSentence(heap: Heap): string {
  const { heapBeforeBytes, heapAfterBytes } = heap;
  const percent = (difference(heap) * 100).toFixed(1);
  return `heap before ${mebibytes(heapBeforeBytes)}, after ${mebibytes(heapAfterBytes)} (${percent} %)`;
}

/** Takes a result; gives what is wrong with it, nothing if all is well. A run that ended early says nothing of the heap. */
export function failureOf(result: Heap & Pick<FuzzResult, 'violation'>): string | undefined {
  if (result.violation !== undefined) return `${result.violation.path}: ${result.violation.problem}`;
  const grew = Math.abs(difference(result)) > HEAP_TOLERANCE;
  return grew ? `the heap differs by more than ${HEAP_TOLERANCE * 100} %` : undefined;
}
