// Reads the body of a response within a limit, whether it is compressed or not.
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { SourceError } from './source-error.ts';

export const MEBIBYTE = 1024 * 1024;
/** Messages show only the beginning of an error response. */
const ERROR_BODY_LIMIT_BYTES = 64 * 1024;

export function discard(body: Dispatcher.ResponseData['body']): void {
  body.on('error', () => {});
  body.destroy();
}

/** Some servers and proxies compress although the request asks for `identity`. */
const decoders: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** The body without its compression. Throws a BadResponse for an unknown one. */
function decodedBody({ headers, body }: Dispatcher.ResponseData, where: string): Readable {
  const encoding = String(headers['content-encoding'] ?? 'identity')
    .trim()
    .toLowerCase();
  if (encoding === 'identity') return body;
  const decoder = decoders.get(encoding)?.();
  if (decoder === undefined) {
    discard(body);
    throw new SourceError(
      'BadResponse',
      `unsupported compression from ${where}: the server or a proxy ignores accept-encoding: identity`,
    );
  }
  // An end of either stream, also by the size limit, ends the other.
  pipeline(body, decoder, () => {});
  return decoder;
}

/** Returns the text of a body. `where` is the URL for messages. Throws a BadResponse beyond the limit. */
export async function readText(response: Dispatcher.ResponseData, where: string, limitBytes: number): Promise<string> {
  const isError = response.statusCode >= 400;
  const body = decodedBody(response, where);
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (isError && bytes > ERROR_BODY_LIMIT_BYTES) break;
    if (bytes > limitBytes) {
      // Leaving the loop closes the connection.
      const limit = limitBytes >= MEBIBYTE ? `${limitBytes / MEBIBYTE} MiB` : `${limitBytes} bytes`;
      throw new SourceError('BadResponse', `response too large from ${where}: the limit is ${limit}`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
