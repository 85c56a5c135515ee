// A set of positions as bits in base64url: six nodes take one character.

const BITS_PER_BYTE = 8;

export function encodeBits(positions: Iterable<number>, length: number): string {
  const bytes = Buffer.alloc(Math.ceil(length / BITS_PER_BYTE));
  for (const position of positions) {
    const index = Math.floor(position / BITS_PER_BYTE);
    bytes[index] = (bytes[index] ?? 0) | (1 << (position % BITS_PER_BYTE));
  }
  return bytes.toString('base64url');
}

/** Whether a position is in the set. Positions beyond the end are not. */
export type HasPosition = (position: number) => boolean;

/** Decodes when it is first asked: most syncs need few of the sets. */
export function decodeBits(text: string): HasPosition {
  let bytes: Buffer | undefined;
  return (position) => {
    bytes ??= Buffer.from(text, 'base64url');
    return ((bytes[Math.floor(position / BITS_PER_BYTE)] ?? 0) & (1 << (position % BITS_PER_BYTE))) !== 0;
  };
}
