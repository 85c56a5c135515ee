// Removes credentials from the text of a source, because servers repeat in their errors what they were sent.
import { MESSAGE_LIMIT_CHARACTERS } from '../../crds/limits.ts';
import { redactMessage } from '../../hooks/text/redact.ts';
import { basicAuthorizationOf, type Credentials } from './credentials.ts';
import { noProxies, type ProxyRules } from './proxies.ts';

/** Only this much of a response is searched for its excerpt. */
const EXCERPT_INPUT_LIMIT_CHARACTERS = 8192;
/** A shorter secret occurs in many ordinary words. With such a secret, no text of the source is shown. */
const SHORTEST_SECRET_CHARACTERS = 4;
/** Shorter header values, such as tenant names, are not secret. */
const SHORTEST_SECRET_HEADER_CHARACTERS = 8;

const REDACTED = '[redacted]';
const HIDDEN = '(text of the source hidden: a credential is too short to be redacted)';

/** A query in a relative URL that the server repeats. `redactMessage` removes those of absolute URLs. */
const queryPattern = /\?[\w.%~-]+=[^\s"'<>]*/g;

export interface CredentialRedactor {
  /** Adds a secret that was received during the run, such as a token. */
  learn(secret: string): void;
  /** Returns the beginning of a text of the source on one line, without credentials. */
  excerpt(text: string, limitCharacters: number): string;
  /** Returns an excerpt in double quotes. */
  quote(text: string, limitCharacters: number): string;
  /** Returns a whole message without credentials, cut at the limit of a condition. */
  message(text: string): string;
  /** Returns a whole text without the credentials. Nothing else changes. */
  text(text: string): string;
}

/** The encodings in which a server may repeat a secret. */
function encodingsOf(secret: string): string[] {
  const html = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    html,
    encodeURI(secret),
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice('s='.length),
    Buffer.from(secret, 'utf8').toString('base64').replace(/=+$/, ''),
  ];
}

function secretsOf(credentials: Credentials): string[] {
  const headers = Object.values(credentials.headers).filter(
    (value) => value.length >= SHORTEST_SECRET_HEADER_CHARACTERS,
  );
  const { token, password } = credentials;
  const basic = basicAuthorizationOf(credentials)?.replace(/^Basic |=+$/g, '');
  return [token, password, basic, ...headers].filter((secret) => secret !== undefined && secret !== '') as string[];
}

/** The text of a source may also repeat the user of a proxy. In our own text a user name may be an ordinary word. */
function withoutUsers(text: string, users: readonly string[]): string {
  const shown = users.filter(({ length }) => length >= SHORTEST_SECRET_CHARACTERS);
  return shown.reduce((rest, user) => rest.replaceAll(user, REDACTED), text);
}

/** Also redacts the users and passwords of the proxies. */
export function createCredentialRedactor(
  credentials: Credentials,
  { passwords, users }: Pick<ProxyRules, 'passwords' | 'users'> = noProxies,
): CredentialRedactor {
  let encodings: readonly string[] = [];
  let hasShortSecret = false;

  function learn(secret: string): void {
    if (secret.length < SHORTEST_SECRET_CHARACTERS) {
      hasShortSecret = true;
      return;
    }
    // Longest first, because one may contain another.
    encodings = [...new Set([...encodings, ...encodingsOf(secret)])].sort((a, b) => b.length - a.length);
  }

  const withoutSecrets = (text: string) =>
    encodings.reduce((rest, encoding) => rest.replaceAll(encoding, REDACTED), text);
  const scrub = (text: string) => withoutSecrets(text).replace(queryPattern, '?…');

  function excerpt(text: string, limitCharacters: number): string {
    if (hasShortSecret) return HIDDEN;
    if (text.length <= EXCERPT_INPUT_LIMIT_CHARACTERS) {
      return redactMessage(withoutUsers(scrub(text), users), limitCharacters);
    }
    const scrubbed = withoutUsers(scrub(text.slice(0, EXCERPT_INPUT_LIMIT_CHARACTERS)), users);
    // The input limit may split a secret. What remains of it is shorter than the longest encoding.
    return redactMessage(scrubbed.slice(0, scrubbed.length - (encodings[0]?.length ?? 0)), limitCharacters);
  }

  for (const secret of [...secretsOf(credentials), ...passwords]) learn(secret);

  return {
    learn,
    excerpt,
    quote: (text, limitCharacters) => (hasShortSecret ? HIDDEN : `"${excerpt(text, limitCharacters)}"`),
    message: (text) => redactMessage(scrub(text), MESSAGE_LIMIT_CHARACTERS),
    text: withoutSecrets,
  };
}
