// Reads WWW-Authenticate (RFC 9110, 11.6.1): which schemes a registry accepts, and with which parameters.

export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** By lower-case name. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** `name=value`, `name="quoted"`, or a scheme, which is a word that no equals sign follows. */
const partPattern = /([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+)))?/g;

/** Takes the header, once or several times; gives its challenges in order. */
export function parseChallenges(header: string | readonly string[] | undefined): Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  for (const text of [header ?? []].flat()) {
    for (const [, name = '', quoted, bare] of text.matchAll(partPattern)) {
      const value = quoted?.replace(/\\(.)/g, '$1') ?? bare;
      if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: {} });
      else Object.assign(challenges.at(-1)?.parameters ?? {}, { [name.toLowerCase()]: value });
    }
  }
  return challenges;
}
