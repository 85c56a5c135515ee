// Finds the cause in a kubelet's message: it comes last, after two or three repetitions of the image name.

/**
 * The prefixes of kubelet and containerd, in this order (kubernetes pkg/kubelet/images/image_manager.go, containerd
 * client/pull.go).
 */
const prefixes: readonly RegExp[] = [
  /^Back-off pulling image "[^"]*": /,
  /^ErrImagePull: /,
  /^rpc error: code = \w+ desc = /,
  /^failed to pull and unpack image "[^"]*": /,
];

/** The outermost part of an error chain, for example `Head "https://...": `. A colon inside a digest ends no part. */
const outermostPart = /^(?:[^:"]|:(?! )|"[^"]*")*: /;

/**
 * Returns the message without the usual prefixes, in at most `limitCharacters`. Outermost parts are removed one by one,
 * and the rest is cut at its beginning, because the cause comes last.
 */
export function causeOf(message: string, limitCharacters: number): string {
  let cause = prefixes.reduce((text, prefix) => text.replace(prefix, ''), message);
  while (cause.length > limitCharacters) {
    const shorter = cause.replace(outermostPart, '');
    if (shorter === cause || shorter === '') return `…${cause.slice(cause.length - Math.max(0, limitCharacters - 1))}`;
    cause = shorter;
  }
  return cause;
}

/** The container and its reason, which precede the message of an init container. */
const initContainerPrefix = /^[^\s:]+: [^\s:]+: /;

/** Returns the cause in the message of a failure, in at most `limitCharacters`. The name of an init container stays. */
export function causeOfFailure(
  { reason, message }: { readonly reason: string; readonly message: string },
  limitCharacters: number,
): string {
  const prefix = reason === 'InitContainerFailed' ? (initContainerPrefix.exec(message)?.[0] ?? '') : '';
  return prefix + causeOf(message.slice(prefix.length), limitCharacters - prefix.length);
}
