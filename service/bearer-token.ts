// Compares a bearer token in constant time, so that response times do not reveal how much of a guess is right.
import { createHash, timingSafeEqual } from 'node:crypto';

const digestOf = (text: string) => createHash('sha256').update(text).digest();

/** Returns a check of the Authorization header against the expected token. */
export function bearerTokenCheck(expected: string): (header: string | undefined) => boolean {
  const expectedDigest = digestOf(expected);
  return (header) => {
    const given = /^Bearer (.+)$/i.exec(header ?? '')?.[1];
    return given !== undefined && timingSafeEqual(digestOf(given), expectedDigest);
  };
}
