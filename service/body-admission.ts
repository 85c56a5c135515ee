// Bounds what the large bodies on their way hold together: each is limited, but many at once would exhaust the memory all the same.
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';

/** How many bodies of the largest size may be on their way at once. Of 2 MB, a sync of 1,000 nodes and 100 images, that is 60. */
export const LARGEST_BODIES_AT_ONCE = 2;
/** Smaller ones are always let in, so that nobody who announces much keeps the usual syncs out. */
const SMALL_BODY_BYTES = 1024 * 1024;

/** A body that does not say how long it is may be as long as any. */
function announcedBytes(headers: IncomingHttpHeaders, bodyLimitBytes: number): number {
  if (headers['transfer-encoding'] !== undefined) return bodyLimitBytes;
  return Number(headers['content-length'] ?? 0);
}

/** Takes the headers of a request and the answer that it will get; tells whether there is room for its body until that answer is sent. */
export type Admission = (headers: IncomingHttpHeaders, answer: ServerResponse) => boolean;

/** Takes the limit of one body; gives who is let in. */
export function createAdmission(bodyLimitBytes: number): Admission {
  const roomBytes = LARGEST_BODIES_AT_ONCE * bodyLimitBytes;
  let takenBytes = 0;
  return (headers, answer) => {
    const bytes = announcedBytes(headers, bodyLimitBytes);
    // What is larger than one may be is refused before any of it is read.
    if (bytes <= SMALL_BODY_BYTES || bytes > bodyLimitBytes) return true;
    if (takenBytes + bytes > roomBytes) return false;
    takenBytes += bytes;
    answer.once('close', () => {
      takenBytes -= bytes;
    });
    return true;
  };
}
