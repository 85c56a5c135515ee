// Finds the cause in what a kubelet says: it stands last, behind the image's name, said two or three times.

/** What kubelet and containerd put before the cause, in this order (kubelet `pkg/kubelet/images/image_manager.go`, containerd `client/pull.go`). */
const prefixes: readonly RegExp[] = [
  /^Back-off pulling image "[^"]*": /,
  /^ErrImagePull: /,
  /^rpc error: code = \w+ desc = /,
  /^failed to pull and unpack image "[^"]*": /,
];

/** A part of the message up to the next cause, for example `Head "https://...": `. */
const firstPart = /^[^:"]*(?:"[^"]*")?: /;

/**
 * Takes a message without credentials and a limit in characters; gives it without the prefixes that every message has, and, where it is still too
 * long, without as many of its first parts as it takes: cut at its end it would lose what matters.
 */
export function causeOf(message: string, limitCharacters: number): string {
  let cause = prefixes.reduce((text, prefix) => text.replace(prefix, ''), message);
  while (cause.length > limitCharacters) {
    const shorter = cause.replace(firstPart, '');
    if (shorter === cause || shorter === '') return cause;
    cause = shorter;
  }
  return cause;
}
