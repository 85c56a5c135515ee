// Compares a bearer token in constant time, so that its letters cannot be guessed one by one.
import { createHash, timingSafeEqual } from 'node:crypto';

const digestOf = (text: string) => createHash('sha256').update(text).digest();

/** Takes the expected token; gives the check of an Authorization header. */
export function bearerTokenCheck(expected: string): (header: string | undefined) => boolean {
  const expectedDigest = digestOf(expected);
  return (header) => {
    const given = /^Bearer (.+)$/i.exec(header ?? '')?.[1];
    return given !== undefined && timingSafeEqual(digestOf(given), expectedDigest);
  };
}
