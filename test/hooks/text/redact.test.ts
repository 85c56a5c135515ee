// No credential of a message survives redaction; the rest of the message does.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { REDACT_INPUT_LIMIT_CHARACTERS, redactMessage } from '../../../hooks/text/redact.ts';

const digest = `sha256:${'0f'.repeat(32)}`;
const enough = 10_000;

test.each([
  ['a user and a password in a URL', 'Get "https://user:pass@host/v2/": EOF', 'Get "https://host/v2/": EOF'],
  ['a token as the user of a URL', 'clone https://ghp_abc123@github.com/a', 'clone https://github.com/a'],
  ['an @ in the password of a URL', 'https://u:p@ss@host/a', 'https://host/a'],
  ['a slash in the password of a URL', 'https://user:pa/ss@host/a', 'https://host/a'],
  ['a question mark in the password of a URL', 'https://user:pa?ss@host/a', 'https://host/a'],
  [
    'a backslash in the password of a URL',
    String.raw`parse "https://user:pa\nss@host": bad`,
    'parse "https://host": bad',
  ],
  ['an apostrophe in the password of a URL', "https://user:pa'ss@host/a", 'https://host/a'],
  ['a user in a URL with another scheme', 'dial socks5://u:p@proxy:1080 failed', 'dial socks5://proxy:1080 failed'],
  ['a user before an IPv6 host', 'http://u:p@[::1]:5000/x', 'http://[::1]:5000/x'],
  ['a query in a URL', 'Get "https://h/token?scope=a&account=b": 401', 'Get "https://h/token?…": 401'],
  ['a fragment in a URL', 'see https://h/a#access_token=abc now', 'see https://h/a?… now'],
  [
    'a query in a URL at the end of a clause',
    'https://h/p?x=1: not found (https://h/q?y=2).',
    'https://h/p?…: not found (https://h/q?…).',
  ],
  ['a URL in the query of a URL', 'https://h/login?next=https://u:p@i/', 'https://h/login?…'],
  ['users in a list of URLs', 'tried https://u:p@a,https://v:q@b', 'tried https://a,https://b'],
  [
    'a user and a query in a URL in escaped JSON',
    String.raw`{\"url\":\"https://u:p@h/a?b\"}`,
    String.raw`{\"url\":\"https://h/a?…\"}`,
  ],
  ['a URL of only a query', 'get https://?c2VjcmV0 now', 'get https://?… now'],
  [
    'a password that ends in an @ before a digest',
    `https://u:p@@sha256:${'a'.repeat(64)}/x`,
    `https://@sha256:${'a'.repeat(64)}/x`,
  ],
  ['an empty user in a URL', 'get https://@host/a now', 'get https://host/a now'],
  ['a user in a URL without a host', 'get https://ghp_abc@ now', 'get https:// now'],
  [
    'a slash in the password of a URL that ends in a digest',
    `https://user:pa/ss@r.io/a@${digest} is gone`,
    `https://r.io/a@${digest} is gone`,
  ],
])('%s is removed from a message', (_title, text, expected) => {
  expect(redactMessage(text, enough)).toBe(expected);
});

test.each([
  [
    'each of several assignments in capitals',
    'TOKEN=abc1 and Password=def2',
    'TOKEN=[redacted] and Password=[redacted]',
  ],
  [
    'each of several quoted keys in capitals',
    '{"PASSWORD":"abc1","Token":"def2"}',
    '{"PASSWORD":"[redacted]","Token":"[redacted]"}',
  ],
  [
    'each of several named values in capitals',
    'Password: "abc1" or TOKEN: "def2"',
    'Password: "[redacted]" or TOKEN: "[redacted]"',
  ],
  ['a bearer token', 'sent Bearer abc.def-123 to it', 'sent Bearer [redacted] to it'],
  ['a short bearer token', 'Bearer xyz', 'Bearer [redacted]'],
  ['basic credentials', 'sent Basic dXNlcjpwYXNz to it', 'sent Basic [redacted] to it'],
  ['basic credentials in lower case', 'sent basic dXNlcjpwYXNz to it', 'sent basic [redacted] to it'],
  ['the value of a header', 'Authorization: Bearer abc then 401', 'Authorization: [redacted] then 401'],
  ['the value of a header in lower case', 'authorization: basic dTpw', 'authorization: [redacted]'],
  ['the value of a header that looks like a word', 'X-Registry-Auth: hunter then', 'X-Registry-Auth: [redacted] then'],
  ['the value of a header without a scheme', 'Authorization: ghp_secret', 'Authorization: [redacted]'],
  ['the value of a header for a proxy', 'Proxy-Authorization: Basic dTpw', 'Proxy-Authorization: [redacted]'],
  ['the value of a header as Go prints it', 'map[Authorization:[Bearer abc]]', 'map[Authorization:[[redacted]'],
  ['the value of a header in JSON', '{"authorization":"Bearer abc","a":1}', '{"authorization":"[redacted]","a":1}'],
  [
    'the value of a header with parameters',
    'Authorization: Digest username="u", response="r"',
    'Authorization: [redacted]',
  ],
  [
    'the value of a header that continues on the next line',
    'Authorization:\r\n Bearer abc',
    'Authorization: [redacted]',
  ],
  ['an assigned token', 'token=abc expired', 'token=[redacted] expired'],
  ['an access token', 'with access_token=abc&scope=x failed', 'with access_token=[redacted] failed'],
  ['an assigned password', 'login failed: password=hunter2', 'login failed: password=[redacted]'],
  ['a password in quotes', 'password="a b" is wrong', 'password="[redacted]" is wrong'],
  ['a password in apostrophes', "password='a b' is wrong", "password='[redacted]' is wrong"],
  ['a password with escaped quotes', String.raw`{"password":"a\"b","c":1}`, '{"password":"[redacted]","c":1}'],
  ['a password in JSON', '{"username":"u","password":"hunter2"}', '{"username":"u","password":"[redacted]"}'],
  ['a password in JSON with spaces', '{ "password" : "hunter2" }', '{ "password" : "[redacted]" }'],
  ['a password without a closing quote', '{"password":"hunter2 and more', '{"password":"[redacted]"'],
  [
    'the credentials of a Docker config',
    '{"auths":{"r.io":{"auth":"dTpw"}}}',
    '{"auths":{"r.io":{"auth":"[redacted]"}}}',
  ],
  ['an identity token', '{"identitytoken":"abc"}', '{"identitytoken":"[redacted]"}'],
  ['a client secret', 'client_secret=abc', 'client_secret=[redacted]'],
  ['an API key', 'api-key=abc', 'api-key=[redacted]'],
  ['a password after a colon', 'password: hunter2 was refused', 'password: [redacted] was refused'],
  ['a password of six characters after a colon', 'password: hunt12 was refused', 'password: [redacted] was refused'],
  ['a password in quotes after a colon', 'password: "a b" is wrong', 'password: "[redacted]" is wrong'],
  ['a quote in a password in apostrophes', `password='a"b' is wrong`, `password='[redacted]' is wrong`],
  ['a quote after an apostrophe without a closing one', `password='a"b is wrong`, `password='[redacted]'`],
  ['a password in escaped apostrophes', String.raw`password=\'a b`, `password='[redacted]'`],
  ['a JSON Web Token', `got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln back`, 'got [redacted] back'],
  ['a bearer token after a control character', 'Bearer\u0000abc', 'Bearer [redacted]'],
])('%s is redacted', (_title, text, expected) => {
  expect(redactMessage(text, enough)).toBe(expected);
});

test.each([
  'dial https://registry.example.com:5000/v2/: refused',
  'failed https://example.com: EOF',
  'registry.example.com:5000/team/app:1.2.3',
  `ghcr.io/team/app@${digest}`,
  `ghcr.io/team/app:1.2@${digest}`,
  `docker-pullable://nginx:1.27@${digest}`,
  `docker-pullable://ghcr.io/team/app@${digest}`,
  `https://r.io/v2/a@${digest}`,
  `docker-pullable://${digest}`,
  `docker-pullable://@${digest}`,
  'unix:///run/user@1000/containerd.sock refused',
  'https://registry.npmjs.org/pkg@1.2.3/file not found',
  'https://host.example.com:5000/pkg@1.2.3/file not found',
  'http://[::1]:5000/pkg@1.2.3/file not found',
  'unexpected token: ab123',
  'unexpected token: 1234567',
  'example.com/token:v1.2.3-abc',
  'Failed to pull image "my-token": rpc error: code = NotFound',
  'token endpoint refused',
  'the bearer token expired',
  'Bearer token required',
  'Basic authentication failed',
  'basic checks failed',
  'Www-Authenticate: Bearer realm="https://auth.docker.io/token",service="registry.docker.io"',
  'repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
  'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
  'failed to fetch oauth token: Get "https://auth.docker.io/token": EOF',
  'failed to fetch oauth token: https://auth2.example.com/token: EOF',
  'invalid password: must not be empty',
  'Unexpected token \'<\', "<html>" is not valid JSON',
  'secret "monitoring/token" not found',
  'mail to someone@example.com',
  'a # b ? c',
  'größer als 5 €, 你好 👍',
])('the message "%s" has no credentials and stays unchanged', (text) => {
  expect(redactMessage(text, enough)).toBe(text);
});

test.each([
  ['line breaks and tabs become spaces', 'a\r\n\r\nb\tc', enough, 'a b c'],
  ['control characters become spaces', 'a\u0000\u001b\u0085\u2028b', enough, 'a b'],
  ['characters that change the direction of text become spaces', 'a\u202eb\u2066c', enough, 'a b c'],
  ['half a surrogate pair becomes a space', 'a\ud83db', enough, 'a b'],
  ['spaces at both ends are removed', '  a  ', enough, 'a'],
  ['an empty message stays empty', '', enough, ''],
  ['a message of exactly the limit is not cut', 'abcdef', 6, 'abcdef'],
  ['a message of exactly the limit with a colon is not cut', 'a: b', 4, 'a: b'],
  ['a message longer than the limit ends in an ellipsis', 'abcdefg', 6, 'abcde…'],
  ['a surrogate pair is not cut in two', 'ab👍cd', 4, 'ab…'],
  ['a surrogate pair that fits is kept', 'ab👍cd', 5, 'ab👍…'],
  ['a limit of one character leaves the ellipsis', 'abc', 1, '…'],
  ['a limit of 0 leaves nothing', 'abc', 0, ''],
])('%s', (_title, text, limitCharacters, expected) => {
  expect(redactMessage(text, limitCharacters)).toBe(expected);
});

describe('of a long message only the first 8,192 characters are read:', () => {
  it('the result ends in an ellipsis', () => {
    const text = 'a '.repeat(REDACT_INPUT_LIMIT_CHARACTERS);
    const redacted = redactMessage(text, enough);
    expect(redacted.length).toBeLessThanOrEqual(REDACT_INPUT_LIMIT_CHARACTERS);
    expect(redacted.endsWith('…')).toBe(true);
  });

  const long = REDACT_INPUT_LIMIT_CHARACTERS;
  const url = 'https://registry.example.com/v2/';
  it.each([
    ['a message as long as the limit is kept', 'b'.repeat(long), 'b'.repeat(long)],
    [
      'a message as long as the limit with a URL at its end is kept',
      url.padStart(long, 'b '),
      url.padStart(long, 'b '),
    ],
    ['a longer word is cut', 'b'.repeat(long + 9), `${'b'.repeat(long)}…`],
    [
      'a longer message with a URL at its beginning keeps the URL',
      `${url} ${'b'.repeat(long)}`,
      `${`${url} `.padEnd(long, 'b')}…`,
    ],
    [
      'a URL across the limit is dropped',
      `start ${'b '.repeat(long / 2 - 9)}https://u:${'x'.repeat(99)}`,
      `start ${'b '.repeat(long / 2 - 9)}https…`,
    ],
    ['a message that is one long URL is dropped', `://user:${'hunter2'.repeat(long)}@host`, '…'],
  ])('%s', (_title, text, expected) => {
    expect(redactMessage(text, long + 1)).toBe(expected);
  });

  it('a password whose @ is beyond the limit is not shown', () => {
    const filler = 'a '.repeat(REDACT_INPUT_LIMIT_CHARACTERS / 2 - 15);
    expect(redactMessage(`${filler}https://user:hunter2hunter2hunter2@host`, enough)).not.toContain('hunter');
  });
});

describe('for any message,', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 300 });
  const secret = fc.stringMatching(/^[A-Za-z0-9_.~-]{6,40}$/).map((text) => `7s${text}Q`);
  const places = [
    (value: string) => `https://user:${value}@host/v2/`,
    (value: string) => `https://${value}@host`,
    (value: string) => `https://host/a?sig=${value}`,
    (value: string) => `https://host/a#${value}`,
    (value: string) => `Authorization: Bearer ${value}`,
    (value: string) => `authorization: ${value}`,
    (value: string) => `Basic ${value}`,
    (value: string) => `token=${value}`,
    (value: string) => `password=${value}`,
    (value: string) => `"password":"${value}"`,
    (value: string) => `"access_token": "${value}"`,
    (value: string) => JSON.stringify(JSON.stringify({ password: value })),
  ];

  it('a secret in any place is removed', () => {
    fc.assert(
      fc.property(anyText, anyText, secret, fc.constantFrom(...places), (before, after, value, place) => {
        expect(redactMessage(`${before} ${place(value)} ${after}`, enough)).not.toContain(value);
      }),
      { numRuns: 3_000 },
    );
  });

  it('the result is one line of whole characters within the limit', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 80 }), (text, limitCharacters) => {
        const redacted = redactMessage(text, limitCharacters);
        expect(redacted.length).toBeLessThanOrEqual(limitCharacters);
        expect(redacted).not.toMatch(/[\p{Cc}\p{Cs}]| {2}/u);
      }),
    );
  });

  it('redacting twice equals redacting once', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(secret, fc.constantFrom(...places)), { maxLength: 5 }), (pieces) => {
        const once = redactMessage(pieces.map(([value, place]) => place(value)).join(' and '), enough);
        expect(redactMessage(once, enough)).toBe(once);
      }),
    );
  });

  it.each([
    ['://'],
    ['a://@'],
    [':'],
    ['?#'],
    ['"'],
    ['\\'],
    ['token'],
    ['"token\\'],
    ["'password':'"],
    ['Bearer '],
    ['authorization: '],
    ['eyJ-'],
    [' '],
    ['\u0000'],
    ['.,:;)'],
    ['@sha256:'],
  ])('two million characters of %j take less than 250 ms', (piece) => {
    const text = piece.repeat(2_000_000 / piece.length);
    const before = performance.now();
    redactMessage(text, 256);
    expect(performance.now() - before).toBeLessThan(250);
  });
});
