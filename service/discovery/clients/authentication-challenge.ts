// Parses WWW-Authenticate (RFC 9110, 11.6.1): the authentication schemes of a registry with their parameters.

export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** By lower-case name. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** `name=value`, `name="quoted"`, or a scheme: a word without an equals sign after it. */
const partPattern = /([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+)))?/g;

/** Returns the challenges of one or several headers, in order. */
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
