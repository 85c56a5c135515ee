// Bounds the memory of all request bodies in flight: each is limited, but many at once exhaust the heap.
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';

/** Bodies of the largest size that may be in flight at once, or 60 syncs of 1,000 nodes and 100 images (2 MB each). */
export const LARGEST_BODIES_IN_FLIGHT = 2;
/** Bodies up to this size are always admitted, so that a few large ones cannot block ordinary syncs. */
const SMALL_BODY_BYTES = 1024 * 1024;

/** A body of unknown length counts as one of the largest size. */
function announcedBytes(headers: IncomingHttpHeaders, bodyLimitBytes: number): number {
  if (headers['transfer-encoding'] !== undefined) return bodyLimitBytes;
  return Number(headers['content-length'] ?? 0);
}

/** Returns whether the body may be read, and reserves its bytes until the response is closed. */
export type AdmitBody = (headers: IncomingHttpHeaders, response: ServerResponse) => boolean;

export function createBodyAdmission(bodyLimitBytes: number): AdmitBody {
  const limitBytes = LARGEST_BODIES_IN_FLIGHT * bodyLimitBytes;
  let reservedBytes = 0;
  return (headers, response) => {
    const bytes = announcedBytes(headers, bodyLimitBytes);
    // A body above the limit of a single body is rejected before it is read, so it needs no reservation.
    if (bytes <= SMALL_BODY_BYTES || bytes > bodyLimitBytes) return true;
    if (reservedBytes + bytes > limitBytes) return false;
    reservedBytes += bytes;
    response.once('close', () => {
      reservedBytes -= bytes;
    });
    return true;
  };
}
