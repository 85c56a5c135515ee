// Decoding a Secret: which keys it may have, and that an invalid Secret is reported without its values.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { createCredentialRedactor } from '../../../service/discovery/credential-redactor.ts';
import { decodeCredentials, noCredentials } from '../../../service/discovery/credentials.ts';
import { SourceError } from '../../../service/discovery/source-error.ts';

type Texts = Readonly<Record<string, string>>;

const encode = (texts: Texts) =>
  Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text, 'utf8').toString('base64')]));
const decode = (texts: Texts) => decodeCredentials(encode(texts), 'drop-system/creds');

function problemOf(texts: Texts, url?: string): string {
  try {
    decodeCredentials(encode(texts), 'drop-system/creds', url);
  } catch (error) {
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({ reason: 'SecretNotFound' });
    return (error as SourceError).message;
  }
  throw new Error('the Secret was accepted');
}

const tls = { authority: 'A', certificate: 'B', key: 'C' };

test.each<[string, Texts, object]>([
  ['no keys', {}, {}],
  ['a token and the line break of its file', { token: 'abc\n' }, { token: 'abc' }],
  ['a user', { username: 'ada', password: 'p:w ü' }, { username: 'ada', password: 'p:w ü' }],
  ['a user and line breaks', { username: 'ada\n', password: 'pw\r\n' }, { username: 'ada', password: 'pw' }],
  ['an empty password', { username: 'ada', password: '' }, { username: 'ada', password: '' }],
  ['a header', { 'headers.X-Scope-OrgID': 'team|b' }, { headers: { 'x-scope-orgid': 'team|b' } }],
  ['a header in spaces', { 'headers.x_y.z': ' 1 ' }, { headers: { 'x_y.z': '1' } }],
  ['TLS material', { 'ca.crt': 'A', 'tls.crt': 'B', 'tls.key': 'C' }, { tls }],
  ['unknown keys', { Token: 'x', constructor: 'x' }, {}],
])('a Secret with %s is decoded', (_what, texts, expected) => {
  expect(decode(texts)).toEqual({ ...noCredentials, ...expected });
});

const auth = Buffer.from('ada:p:w').toString('base64');
const ada = { username: 'ada', password: 'p:w' };
const dockerConfig = (auths: object): Texts => ({ '.dockerconfigjson': JSON.stringify({ auths }) });
const decodeFor = (url: string, texts: Texts) => decodeCredentials(encode(texts), 'drop-system/creds', url);

test.each<[string, string, Texts, object]>([
  ['the host', 'https://r.example', dockerConfig({ 'other.example': { auth: 'eDp5' }, 'r.example': { auth } }), ada],
  ['the host and port', 'http://r.example:5000/base', dockerConfig({ 'r.example:5000': { auth } }), ada],
  ['the URL of the host', 'https://r.example', dockerConfig({ 'https://r.example': { auth } }), ada],
  ['the address of version 1', 'https://r.example', dockerConfig({ 'https://r.example/v1/': { auth } }), ada],
  ['Docker Hub', 'https://docker.io', dockerConfig({ 'https://index.docker.io/v1/': { auth } }), ada],
  ['Docker Hub by another name', 'https://registry-1.docker.io', dockerConfig({ 'docker.io': { auth } }), ada],
  ['user and password', 'https://r.example', dockerConfig({ 'r.example': { ...ada, email: 'a@b' } }), ada],
  ['an authority as well', 'https://r.example', { ...dockerConfig({ 'r.example': { auth } }), 'ca.crt': 'A' }, ada],
  ['an invalid URL of the source', 'registry', dockerConfig({ 'r.example': { auth } }), {}],
  ['an authority only', 'https://r.example', { ...dockerConfig({ 'other.example': { auth } }), 'ca.crt': 'A' }, {}],
  [
    'a token, which wins',
    'https://r.example',
    { ...dockerConfig({ 'r.example': { auth } }), token: 't' },
    { token: 't' },
  ],
])('a Docker configuration with %s is decoded', (_what, url, texts, expected) => {
  const { token, username, password } = decodeFor(url, texts);
  expect({ token, username, password }).toEqual({
    token: undefined,
    username: undefined,
    password: undefined,
    ...expected,
  });
});

const supported = 'none of the supported keys (token, username, password, ca.crt, tls.crt, tls.key, headers.*)';
const noUser = `.dockerconfigjson has no user for r.example, and the Secret has ${supported}`;

test.each<[string, string | undefined, Texts, string]>([
  ['another host', 'https://r.example', dockerConfig({ 'other.example': { auth } }), noUser],
  ['another port', 'https://r.example', dockerConfig({ 'r.example:5000': { auth } }), noUser],
  ['a longer host', 'https://r.example', dockerConfig({ 'r.example.evil': { auth } }), noUser],
  ['one repository', 'https://r.example', dockerConfig({ 'r.example/team': { auth } }), noUser],
  ['an entry without a user', 'https://r.example', dockerConfig({ 'r.example': {} }), noUser],
  ['an auth without a colon', 'https://r.example', dockerConfig({ 'r.example': { auth: 'YQ==' } }), noUser],
  [
    'a registry, for Prometheus',
    undefined,
    dockerConfig({ 'r.example': { auth } }),
    `.dockerconfigjson serves only registry sources, and the Secret has ${supported}`,
  ],
  [
    'no JSON',
    'https://r.example',
    { '.dockerconfigjson': '{secret-1' },
    '.dockerconfigjson is not a Docker configuration',
  ],
  [
    'other JSON',
    'https://r.example',
    { '.dockerconfigjson': '{"auths":["secret-1"]}' },
    '.dockerconfigjson is not a Docker',
  ],
])('a Docker configuration for %s is refused without its values', (_what, url, texts, problem) => {
  const message = problemOf(texts, url);
  expect(message).toContain('invalid Secret drop-system/creds: ');
  expect(message).toContain(problem);
  expect(message).not.toMatch(/secret-1|p:w|ada/);
});

const headerProblem = 'headers.x-a is empty or contains characters that are not allowed in a header';

test.each<[string, Texts, string]>([
  ['an empty token', { token: ' \n' }, 'token is empty or contains characters that are not allowed in a header'],
  ['a token of two lines', { token: 'secret-1\r\nx-evil: secret-2' }, 'token is empty or contains characters'],
  ['a user without a password', { username: 'secret-1' }, 'set both username and password, or neither'],
  ['a colon in the username', { username: 'secret-1:b', password: 'x' }, 'username must not contain a colon'],
  ['a certificate without a key', { 'tls.crt': 'secret-1' }, 'set both tls.crt and tls.key, or neither'],
  ['a header of two lines', { 'headers.x-a': 'secret-1\r\nx-evil: 1' }, headerProblem],
  ['a NUL in a header', { 'headers.x-a': 'a\0b' }, headerProblem],
  ['an empty header', { 'headers.x-a': '' }, headerProblem],
  ['a header without a name', { 'headers.': 'x' }, 'headers. is not a header name'],
  ['the same header twice', { 'headers.X-A': 'x', 'headers.x-a': 'y' }, 'headers.x-a is set twice'],
  ['the header Host', { 'headers.Host': 'x' }, 'headers.Host cannot be set: the HTTP client sets this header'],
  ['the header Content-Length', { 'headers.Content-Length': 'x' }, 'headers.Content-Length cannot be set'],
  ['the header Transfer-Encoding', { 'headers.Transfer-Encoding': 'x' }, 'headers.Transfer-Encoding cannot be set'],
])('a Secret with %s is refused without its values', (_what, texts, problem) => {
  const message = problemOf(texts);
  expect(message).toContain(`invalid Secret drop-system/creds: ${problem}`);
  expect(message).not.toContain('secret-1');
});

test('a header of a Secret never contains a line break', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      try {
        expect(decode({ 'headers.x-a': value }).headers['x-a']).toMatch(/^[\t\x20-\x7e\x80-\xff]+$/);
      } catch (error) {
        expect(error).toBeInstanceOf(SourceError);
      }
    }),
  );
});

describe('a redacted text', () => {
  /** Secrets of ordinary length. A part of the mark `[redacted]` itself cannot be redacted. */
  const secret = fc
    .string({ minLength: 4, maxLength: 40 })
    .filter((text) => !'[redacted]…'.includes(text) && text.trim() === text);
  const blank = fc.constantFrom('', ' ', '\n', '"', '=', ': ');

  it('contains no secret in any encoding, wherever it is cut', () => {
    const encodings = [
      (text: string) => text,
      encodeURIComponent,
      (text: string) => JSON.stringify(text),
      (text: string) => Buffer.from(text).toString('base64'),
    ];
    fc.assert(
      fc.property(
        secret,
        secret,
        fc.array(fc.tuple(blank, fc.nat(3), fc.nat(200)), { minLength: 1, maxLength: 6 }),
        (token, password, parts) => {
          const redactor = createCredentialRedactor({ ...noCredentials, token, username: 'ada', password });
          const text = parts.map(([gap, which, padding], index) => {
            const encodeSecret = encodings[which] ?? String;
            return `${'·'.repeat(padding)}${gap}${encodeSecret(index % 2 === 0 ? token : password)}${gap}`;
          });
          for (const shown of [redactor.message(text.join('')), redactor.excerpt(text.join(''), 80)]) {
            expect(shown).not.toContain(token);
            expect(shown).not.toContain(password);
          }
        },
      ),
    );
  });

  it('contains no part of a secret that the input limit splits', () => {
    const token = 'abcdefghijklmnopqrstuvwxyz'.repeat(150);
    const redactor = createCredentialRedactor({ ...noCredentials, token });
    for (const start of [8_000, 8_190, 8_191, 4_300, 100]) {
      expect(redactor.excerpt(`${' '.repeat(start)}${token}${token}${token}`, 80)).not.toContain('abc');
    }
  });
});
