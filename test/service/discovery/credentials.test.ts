// Proves what a Secret may hold, and that a Secret that makes no sense is refused by the name of its key alone.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecretWords } from '../../../service/discovery/credential-redactor.ts';
import { decodeCredentials, noCredentials } from '../../../service/discovery/credentials.ts';
import { SourceError } from '../../../service/discovery/source-error.ts';

const encode = (texts: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text, 'utf8').toString('base64')]));
const decode = (texts: Readonly<Record<string, string>>) => decodeCredentials(encode(texts), 'drop-system/creds');

function problemOf(texts: Readonly<Record<string, string>>): string {
  try {
    decode(texts);
  } catch (error) {
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({ reason: 'SecretNotFound' });
    return (error as SourceError).message;
  }
  throw new Error('it was accepted');
}

describe('a Secret', () => {
  it.each<[string, Readonly<Record<string, string>>, object]>([
    ['with nothing', {}, {}],
    ['with a token', { token: 'abc' }, { token: 'abc' }],
    ['with the line break of a file after its token', { token: 'abc\n' }, { token: 'abc' }],
    ['with a user', { username: 'ada', password: 'p:w ü' }, { username: 'ada', password: 'p:w ü' }],
    ['with line breaks of files', { username: 'ada\n', password: 'pw\r\n' }, { username: 'ada', password: 'pw' }],
    ['with an empty password', { username: 'ada', password: '' }, { username: 'ada', password: '' }],
    [
      'with headers',
      { 'headers.X-Scope-OrgID': 'team|b', 'headers.x_y.z': ' 1 ' },
      { headers: { 'x-scope-orgid': 'team|b', 'x_y.z': '1' } },
    ],
    [
      'with TLS material',
      { 'ca.crt': 'A', 'tls.crt': 'B', 'tls.key': 'C' },
      { tls: { authority: 'A', certificate: 'B', key: 'C' } },
    ],
    ['with other keys', { '.dockerconfigjson': '{}', Token: 'x', constructor: 'x' }, {}],
  ])('%s', (_title, texts, expected) => {
    expect(decode(texts)).toEqual({ ...noCredentials, ...expected });
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['an empty token', { token: ' \n' }, 'token is empty'],
    ['a token of two lines', { token: 'secret-1\r\nx-evil: secret-2' }, 'token is empty or holds characters'],
    ['a user without password', { username: 'secret-1' }, 'username and password belong together'],
    ['a password without user', { password: 'secret-1' }, 'username and password belong together'],
    ['a colon in the user', { username: 'secret-1:b', password: 'x' }, 'username holds a colon'],
    ['a certificate without key', { 'tls.crt': 'secret-1' }, 'tls.crt and tls.key belong together'],
    ['a key without certificate', { 'tls.key': 'secret-1' }, 'tls.crt and tls.key belong together'],
    [
      'a header with a second line',
      { 'headers.x-a': 'secret-1\r\nx-evil: 1' },
      'headers.x-a is empty or holds characters',
    ],
    ['a header with only a line feed in it', { 'headers.x-a': 'a\nb' }, 'headers.x-a is empty or holds characters'],
    ['a header with a NUL', { 'headers.x-a': 'a\0b' }, 'headers.x-a is empty or holds characters'],
    ['an empty header', { 'headers.x-a': '' }, 'headers.x-a is empty'],
    ['a header without a name', { 'headers.': 'x' }, 'is not the name of a header'],
    ['a header twice', { 'headers.X-A': 'x', 'headers.x-a': 'y' }, 'stands there twice'],
  ])('%s is refused', (_title, texts, says) => {
    const message = problemOf(texts);
    expect(message).toMatch(/^Secret drop-system\/creds cannot be used: /);
    expect(message).toContain(says);
    expect(message).not.toContain('secret-1');
  });

  it.each([
    'Host',
    'Connection',
    'Transfer-Encoding',
    'Content-Length',
    'TE',
    'Upgrade',
    'Proxy-Authorization',
    'Expect',
  ])('may not set %s', (name) =>
    expect(problemOf({ [`headers.${name}`]: 'x' })).toContain('belongs to the connection'),
  );

  it('never gives a header that holds a line break, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        try {
          const header = decode({ 'headers.x-a': value }).headers['x-a'] ?? '';
          expect(header).toMatch(/^[\t\x20-\x7e\x80-\xff]+$/);
        } catch (error) {
          expect(error).toBeInstanceOf(SourceError);
        }
      }),
    );
  });
});

describe('messages', () => {
  /** Words as people and generators make them; one that is a piece of our own mark could never be told from it. */
  const secret = fc
    .string({ minLength: 4, maxLength: 40 })
    .filter((text) => !'[redacted]…'.includes(text) && text.trim() === text);
  const blank = fc.constantFrom('', ' ', '\n', '"', '=', ': ');

  it('never hold a secret, however it is written and wherever the message is cut', () => {
    const spelled = [
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
          const words = createSecretWords({ ...noCredentials, token, username: 'ada', password });
          const said = parts.map(([gap, how, padding], index) => {
            const spell = spelled[how] ?? String;
            return `${'·'.repeat(padding)}${gap}${spell(index % 2 === 0 ? token : password)}${gap}`;
          });
          for (const shown of [words.message(said.join('')), words.excerpt(said.join(''), 80)]) {
            expect(shown).not.toContain(token);
            expect(shown).not.toContain(password);
          }
        },
      ),
    );
  });

  it('hold nothing of a secret that the limit of what is looked at goes through', () => {
    const token = 'abcdefghijklmnopqrstuvwxyz'.repeat(150);
    const words = createSecretWords({ ...noCredentials, token });
    for (const start of [8_000, 8_190, 8_191, 4_300, 100]) {
      const shown = words.excerpt(`${' '.repeat(start)}${token}${token}${token}`, 80);
      expect(shown).not.toContain('abc');
    }
  });
});
