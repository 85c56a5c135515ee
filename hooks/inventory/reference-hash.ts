// Short forms of references and digests, so that the list of a kubelet takes few bytes.
import { createHash } from 'node:crypto';
import { memoized } from '../text/memoized.ts';

const HASH_HEX_DIGITS = 12;
const SHA256 = 'sha256:';
const NO_DIGEST = '-';

/** The first 12 hexadecimal digits of the SHA-256 of a normalised reference. */
export const referenceHash: (reference: string) => string = memoized((reference: string) =>
  createHash('sha256').update(reference, 'utf8').digest('hex').slice(0, HASH_HEX_DIGITS),
);

/** Digests of one image, separated by commas, each as base64url; a dash if there is none with SHA-256. */
export function packDigests(digests: readonly string[]): string {
  const packed = digests
    .filter((digest) => digest.startsWith(SHA256))
    .map((digest) => Buffer.from(digest.slice(SHA256.length), 'hex').toString('base64url'));
  return packed.length === 0 ? NO_DIGEST : [...new Set(packed)].sort().join(',');
}

/** The digests of a packed text, each with its algorithm. */
export const unpackDigests: (text: string) => readonly string[] = memoized((text: string) => {
  if (text === NO_DIGEST || text === '') return [];
  return text.split(',').map((digest) => SHA256 + Buffer.from(digest, 'base64url').toString('hex'));
});
