// Splits a stream of bytes into lines, with a limit on the length of a line.
import { TooLargeError } from './too-large-error.ts';

const LINE_FEED = 0x0a;

/** Yields lines without their line feeds. Throws a TooLargeError for a longer line. */
export async function* linesOf(pieces: AsyncIterable<Buffer>, limitBytes: number): AsyncGenerator<string, void, void> {
  let started: Buffer[] = [];
  let bytes = 0;
  const add = (part: Buffer) => {
    bytes += part.length;
    if (bytes > limitBytes) throw new TooLargeError(`a line of more than ${limitBytes} bytes`);
    started.push(part);
  };
  const complete = () => {
    const line = Buffer.concat(started).toString('utf8');
    started = [];
    bytes = 0;
    return line;
  };
  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf(LINE_FEED); end !== -1; end = piece.indexOf(LINE_FEED, start)) {
      add(piece.subarray(start, end));
      yield complete();
      start = end + 1;
    }
    if (start < piece.length) add(piece.subarray(start));
  }
  if (bytes > 0) yield complete();
}
