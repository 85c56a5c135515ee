/** A response, or a line of one, with more bytes than allowed. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}
