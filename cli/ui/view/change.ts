// What changed between two views, so that a page that follows them receives little.
import type { ImageRow, UiChange, UiView } from './ui-view.ts';

/** Compared as text: each part is small, or changes as a whole. */
const PARTS = ['title', 'remarks', 'queues', 'policies', 'discoveries', 'failures', 'failureCount'] as const;

const textOf = (value: unknown) => JSON.stringify(value);

const isSameRow = (left: ImageRow, right: ImageRow | undefined): boolean =>
  right !== undefined &&
  left.cells === right.cells &&
  left.reason === right.reason &&
  left.message === right.message &&
  left.policy === right.policy &&
  left.reference === right.reference;

/** Whether a change can express the difference: the nodes and the names of the images are the same. */
export function canChange(before: UiView, after: UiView): boolean {
  return (
    before.images.length === after.images.length &&
    before.images.every(({ name }, index) => name === after.images[index]?.name) &&
    textOf(before.nodes) === textOf(after.nodes)
  );
}

/** The view after a change. Rows that did not change stay the same objects: what was computed from them holds. */
export function changedView(before: UiView, { images, ...parts }: UiChange): UiView {
  if (images === undefined) return { ...before, ...parts };
  const rows = [...before.images];
  for (const [index, row] of images) rows[index] = row;
  return { ...before, ...parts, images: rows };
}

/** Undefined for views that differ in nothing but the time. Use it where `canChange` is true. */
export function viewChange(before: UiView, after: UiView): UiChange | undefined {
  const rows = after.images.flatMap((row, index) =>
    isSameRow(row, before.images[index]) ? [] : [[index, row] as const],
  );
  const parts = PARTS.filter((part) => textOf(before[part]) !== textOf(after[part]));
  if (rows.length === 0 && parts.length === 0) return undefined;
  const changed = Object.fromEntries(parts.map((part) => [part, after[part]])) as Omit<UiChange, 'at' | 'images'>;
  return { at: after.at, ...changed, ...(rows.length > 0 && { images: rows }) };
}
