// Takes credentials out of what a source says, because servers repeat what they were sent.
import { MESSAGE_LIMIT_CHARACTERS } from '../../crds/limits.ts';
import { redactMessage } from '../../hooks/text/redact.ts';
import { basicAuthorizationOf, type Credentials } from './credentials.ts';

/** More of an answer is not looked at for its first words. */
const EXCERPT_INPUT_LIMIT_CHARACTERS = 8192;
/** A shorter word stands in half of all sentences: with one, the source's own words are not shown at all. */
const SHORTEST_WORD_CHARACTERS = 4;
/** Tenants and the like are short; a header that opens a door is not. */
const SHORTEST_SECRET_HEADER_CHARACTERS = 8;

const REDACTED = '[redacted]';
const HIDDEN = '(its words are not shown: a credential is too short to be found in them)';

/** The query of a path that a server repeats; those of whole URLs are `redactMessage`'s to find. */
const queryPattern = /\?[\w.%~-]+=[^\s"'<>]*/g;

export interface CredentialRedactor {
  /** Adds a credential that came during the run. */
  learn(word: string): void;
  /** Takes the source's own words and a limit in characters; gives their beginning on one line, without credentials. */
  excerpt(text: string, limitCharacters: number): string;
  /** Takes a whole message of ours; gives it without credentials, as long as a condition's may be. */
  message(text: string): string;
}

/** A server may repeat a word in any of the ways that it can be written. */
function spellings(word: string): string[] {
  const html = word
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
  return [
    word,
    JSON.stringify(word).slice(1, -1),
    html,
    encodeURI(word),
    encodeURIComponent(word),
    new URLSearchParams({ w: word }).toString().slice('w='.length),
    Buffer.from(word, 'utf8').toString('base64').replace(/=+$/, ''),
  ];
}

function wordsOf(credentials: Credentials): string[] {
  const headers = Object.values(credentials.headers).filter(
    (value) => value.length >= SHORTEST_SECRET_HEADER_CHARACTERS,
  );
  const { token, password } = credentials;
  const basic = basicAuthorizationOf(credentials)?.replace(/^Basic |=+$/g, '');
  return [token, password, basic, ...headers].filter((word) => word !== undefined && word !== '') as string[];
}

/** Takes the credentials of a run; gives what keeps them out of its messages. */
export function createSecretWords(credentials: Credentials): CredentialRedactor {
  let words: readonly string[] = [];
  let hasShortWord = false;

  function learn(word: string): void {
    if (word.length < SHORTEST_WORD_CHARACTERS) {
      hasShortWord = true;
      return;
    }
    // The longest first: one may be part of another.
    words = [...new Set([...words, ...spellings(word)])].sort((a, b) => b.length - a.length);
  }

  const scrub = (text: string) =>
    words.reduce((rest, word) => rest.replaceAll(word, REDACTED), text).replace(queryPattern, '?…');

  for (const word of wordsOf(credentials)) learn(word);

  return {
    learn,
    excerpt(text, limitCharacters) {
      if (hasShortWord) return HIDDEN;
      if (text.length <= EXCERPT_INPUT_LIMIT_CHARACTERS) return redactMessage(scrub(text), limitCharacters);
      const scrubbed = scrub(text.slice(0, EXCERPT_INPUT_LIMIT_CHARACTERS));
      // The cut may go through a word: what is left of one is shorter than the longest.
      return redactMessage(scrubbed.slice(0, scrubbed.length - (words[0]?.length ?? 0)), limitCharacters);
    },
    message: (text) => redactMessage(scrub(text), MESSAGE_LIMIT_CHARACTERS),
  };
}
