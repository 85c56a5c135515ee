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

/** The outermost part of an error chain, for example `Head "https://...": `. */
const outermostPart = /^[^:"]*(?:"[^"]*")?: /;

/**
 * Returns the message without the usual prefixes. If it is still longer than the limit (characters), its outermost
 * parts are removed one by one, because cutting at the end would remove the cause. The result can exceed the limit.
 */
export function causeOf(message: string, limitCharacters: number): string {
  let cause = prefixes.reduce((text, prefix) => text.replace(prefix, ''), message);
  while (cause.length > limitCharacters) {
    const shorter = cause.replace(outermostPart, '');
    if (shorter === cause || shorter === '') return cause;
    cause = shorter;
  }
  return cause;
}
