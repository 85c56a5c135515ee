// Small texts.

/** With separators of thousands. */
export const number = (count: number) => count.toLocaleString('en');

/** A word of a shell command: quoted if it has characters that a shell could interpret. */
const shellWord = (word: string) => (/^[\w./:@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`);

export function whyCommand({ image, node }: { readonly image: string; readonly node?: string }): string {
  return ['kubectl drop why', shellWord(image), ...(node === undefined ? [] : [shellWord(node)])].join(' ');
}

/** The text before the first colon of a status such as `Cached: on 3 nodes`, and the rest. */
export function statusParts(status: string): readonly [reason: string, message: string] {
  const at = status.indexOf(': ');
  return at < 0 ? [status, ''] : [status.slice(0, at), status.slice(at + 2)];
}
