// Writes tar archives for test images (POSIX ustar).

export interface TarEntry {
  /** At most 100 bytes. A name that ends with a slash is a folder. */
  readonly name: string;
  readonly content?: Uint8Array | string;
  /** Defaults to 0644. */
  readonly mode?: number;
}

const BLOCK_BYTES = 512;

function padded(bytes: Uint8Array): Buffer {
  const rest = bytes.length % BLOCK_BYTES;
  return rest === 0 ? Buffer.from(bytes) : Buffer.concat([bytes, Buffer.alloc(BLOCK_BYTES - rest)]);
}

const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;

function headerOf({ name, mode = 0o644 }: TarEntry, size: number): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES);
  const isFolder = name.endsWith('/');
  header.write(name, 0, 100);
  header.write(octal(isFolder ? 0o755 : mode, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(0, 11), 136);
  // The checksum is computed with spaces in its own field.
  header.write(' '.repeat(8), 148);
  header.write(isFolder ? '5' : '0', 156);
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)} `, 148);
  return header;
}

/** All entries have owner root and time zero, so that equal entries produce equal archives. */
export function writeTar(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const content = Buffer.from(entry.content ?? '');
    return [headerOf(entry, content.length), padded(content)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK_BYTES)]);
}
