// Who may read the page, and the headers of every response.
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { securityHeaders } from '../../../cli/ui/server/access.ts';
import { HEADER_LIMIT_BYTES } from '../../../cli/ui/server/ui-app.ts';
import { startUiServer } from '../../../cli/ui/server/ui-server.ts';
import { appWith, changingSource, cookie, host, imageNamed, PORT, secrets } from './ui-requests.ts';

interface Sent {
  readonly method?: 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'DELETE';
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const withCookie = { host, cookie };

async function send({ method = 'GET', url = '/', headers = withCookie }: Sent, app = appWith()) {
  return await app.inject({ method, url, headers });
}

const link = `/?token=${secrets.token}`;

describe('a request is accepted or refused by its sender', () => {
  it.each<[string, Sent, number]>([
    ['the cookie and the address', {}, 200],
    ['the cookie among others', { headers: { host, cookie: `a=b; ${cookie}; c=d` } }, 200],
    ['localhost', { headers: { ...withCookie, host: `localhost:${PORT}` } }, 200],
    ['the IPv6 address', { headers: { ...withCookie, host: `[::1]:${PORT}` } }, 200],
    ['the own origin', { headers: { ...withCookie, origin: `http://${host}` } }, 200],
    ['a request of the own page', { headers: { ...withCookie, 'sec-fetch-site': 'same-origin' } }, 200],
    ['an address that the user typed', { headers: { ...withCookie, 'sec-fetch-site': 'none' } }, 200],
    ['no cookie', { headers: { host } }, 401],
    ['a wrong cookie', { headers: { host, cookie: `drop-ui-${PORT}=wrong` } }, 401],
    ['an empty cookie', { headers: { host, cookie: `drop-ui-${PORT}=` } }, 401],
    ['the cookie of another port', { headers: { host, cookie: `drop-ui-1=${secrets.session}` } }, 401],
    ['the token as cookie', { headers: { host, cookie: `drop-ui-${PORT}=${secrets.token}` } }, 401],
    ['the script without a cookie', { url: '/app.js', headers: { host } }, 401],
    ['the style without a cookie', { url: '/style.css', headers: { host } }, 401],
    ['the library without a cookie', { url: '/lit-html.js', headers: { host } }, 401],
    ['the events without a cookie', { url: '/api/events', headers: { host } }, 401],
    ['the report without a cookie', { url: '/api/why?image=nginx', headers: { host } }, 401],
    ['an unknown path without a cookie', { url: '/nothing', headers: { host } }, 401],
    ['a path that cannot be decoded without a cookie', { url: '/%zz', headers: { host } }, 401],
    ['the token on another path', { url: `/api/events?token=${secrets.token}`, headers: { host } }, 401],
    ['a name of another site (DNS rebinding)', { headers: { ...withCookie, host: 'evil.example.com' } }, 403],
    ['a name of another site with the port', { headers: { ...withCookie, host: `evil.example.com:${PORT}` } }, 403],
    ['another port', { headers: { ...withCookie, host: '127.0.0.1:80' } }, 403],
    ['no port', { headers: { ...withCookie, host: '127.0.0.1' } }, 403],
    ['another loopback address', { headers: { ...withCookie, host: `127.0.0.2:${PORT}` } }, 403],
    ['the link under another name', { url: link, headers: { host: `evil.example.com:${PORT}` } }, 403],
    ['an origin of another site', { headers: { ...withCookie, origin: 'http://evil.example.com' } }, 403],
    ['an origin of another port', { headers: { ...withCookie, origin: 'http://127.0.0.1:80' } }, 403],
    ['an origin with TLS', { headers: { ...withCookie, origin: `https://${host}` } }, 403],
    ['an origin without a name', { headers: { ...withCookie, origin: 'null' } }, 403],
    ['a request of another site', { headers: { ...withCookie, 'sec-fetch-site': 'cross-site' } }, 403],
    ['a request of another port', { headers: { ...withCookie, 'sec-fetch-site': 'same-site' } }, 403],
    ['HEAD', { method: 'HEAD' }, 405],
    ['OPTIONS', { method: 'OPTIONS', headers: { ...withCookie, 'access-control-request-method': 'GET' } }, 405],
    ['POST', { method: 'POST' }, 405],
    ['POST with the token', { method: 'POST', url: link }, 405],
    ['PUT', { method: 'PUT', url: '/api/why' }, 405],
    ['DELETE', { method: 'DELETE', url: '/nothing' }, 405],
    ['an unknown path', { url: '/nothing' }, 404],
    ['a path that leaves the page', { url: '/../../etc/passwd' }, 404],
    ['a path that cannot be decoded', { url: '/%zz' }, 404],
    ['a long query', { url: `/api/why?image=${'a'.repeat(3_000)}` }, 414],
  ])('%s', async (_title, sent, status) => {
    const response = await send(sent);
    expect(response.statusCode).toBe(status);
    expect(response.headers).toMatchObject(securityHeaders);
    expect(response.headers.allow).toBe(status === 405 ? 'GET' : undefined);
    expect(Object.keys(response.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(response.headers['set-cookie']).toBeUndefined();
  });
});

describe('the link', () => {
  it('sets a cookie with another secret and leads to the page', async () => {
    const response = await send({ url: link, headers: { host } });
    expect(response.statusCode).toBe(303);
    expect(response.headers).toMatchObject({ ...securityHeaders, location: '/' });
    expect(response.headers['set-cookie']).toBe(`${cookie}; HttpOnly; SameSite=Strict; Path=/`);
  });

  it('works once, and the message of the second use states it', async () => {
    const app = appWith();
    await send({ url: link, headers: { host } }, app);
    const second = await send({ url: link, headers: { host } }, app);
    expect(second.statusCode).toBe(403);
    expect(second.body).toContain('The link works once and was used already: start the command again');
    expect(second.headers).toMatchObject(securityHeaders);
  });

  it.each([
    ['a wrong token', '/?token=wrong'],
    ['an empty token', '/?token='],
    ['the secret of the cookie', `/?token=${secrets.session}`],
  ])('%s is refused and does not use up the link', async (_title, url) => {
    const app = appWith();
    const wrong = await send({ url, headers: { host } }, app);
    expect(wrong.statusCode).toBe(403);
    expect(wrong.body).toContain('The link is not valid: start the command again.');
    expect((await send({ url: link, headers: { host } }, app)).statusCode).toBe(303);
  });

  it('of another site is refused and stays usable', async () => {
    const app = appWith();
    const other = await send({ url: link, headers: { host, 'sec-fetch-site': 'cross-site' } }, app);
    expect(other.statusCode).toBe(403);
    expect((await send({ url: link, headers: { host } }, app)).statusCode).toBe(303);
  });
});

it('an unexpected error is a 500 without its text', async () => {
  const source = {
    ...changingSource([]),
    current() {
      throw new Error('secret detail');
    },
  };
  for (const url of ['/api/why?image=nginx', '/api/events']) {
    const response = await send({ url }, appWith({ source }));
    expect(response.statusCode).toBe(500);
    expect(response.headers).toMatchObject(securityHeaders);
    expect(response.json()).toEqual({ message: 'internal error: reload the page, or start the command again' });
  }
});

it.each([
  ['/', 'text/html; charset=utf-8', '<!doctype html>'],
  ['/app.js', 'text/javascript; charset=utf-8', './lit-html.js'],
  ['/style.css', 'text/css; charset=utf-8', '{'],
  ['/lit-html.js', 'text/javascript; charset=utf-8', 'as render'],
])('the file %s has its type', async (url, type, part) => {
  const response = await send({ url });
  expect([response.statusCode, response.headers['content-type']]).toEqual([200, type]);
  expect(response.body).toContain(part);
});

/** Sends bytes and returns the whole response. */
async function sendRaw(port: number, text: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (piece: string) => (received += piece));
    socket.on('close', () => resolve(received)).on('error', reject);
  });
}

describe('a request that Node refuses has the headers of every response', () => {
  const end = 'connection: close\r\n\r\n';
  it.each<[string, (at: string) => string, number]>([
    ['no Host', () => `GET / HTTP/1.1\r\n${end}`, 403],
    ['no HTTP', () => 'hello\r\n\r\n', 400],
    ['an unknown method', (at) => `FETCH / HTTP/1.1\r\nhost: ${at}\r\n${end}`, 400],
    ['another method of HTTP', (at) => `PROPFIND / HTTP/1.1\r\nhost: ${at}\r\n${end}`, 405],
    ['another expectation', (at) => `GET / HTTP/1.1\r\nhost: ${at}\r\nexpect: more\r\n${end}`, 401],
    ['a whole address', (at) => `GET http://evil.example.com/ HTTP/1.1\r\nhost: ${at}\r\n${end}`, 401],
    ['large headers', (at) => `GET / HTTP/1.1\r\nhost: ${at}\r\na: ${'b'.repeat(HEADER_LIMIT_BYTES)}\r\n${end}`, 431],
  ])('%s', async (_title, textOf, status) => {
    const server = await startUiServer({ source: changingSource([imageNamed('nginx')]), title: 'test' });
    try {
      const received = await sendRaw(server.port, textOf(`127.0.0.1:${server.port}`));
      expect(received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      for (const [name, value] of Object.entries(securityHeaders)) {
        expect(received.toLowerCase()).toContain(`${name}: ${value}`.toLowerCase());
      }
    } finally {
      await server.close();
    }
  });
});
