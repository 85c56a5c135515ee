// An invalid request is rejected with one sentence that states the problem.
import type { InjectOptions } from 'fastify';
import { describe, expect, it } from 'vitest';
import { alpine, appWithLog, authorized, BODY_LIMIT_BYTES, jsonHeaders, TOKEN } from './app-with-log.ts';

const SYNC = '/hooks/cachedimages/sync';
const json = (payload: string, url = SYNC): InjectOptions => ({ method: 'POST', url, headers: jsonHeaders, payload });
const typed = (contentType: string): InjectOptions => ({
  method: 'POST',
  url: SYNC,
  headers: { ...authorized, 'content-type': contentType },
  payload: JSON.stringify({ parent: alpine }),
});
const withAuthorization = (authorization: string | undefined, payload = '{}'): InjectOptions => ({
  method: 'POST',
  url: SYNC,
  headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
  payload,
});
const tooLarge = JSON.stringify({ parent: alpine, padding: 'x'.repeat(BODY_LIMIT_BYTES) });

type Row = readonly [title: string, request: InjectOptions, error: string];

const notJson = 'the body is not valid JSON';
const notJsonType = 'the body must be application/json';
const noObject = 'Invalid input: expected object, received undefined';
const noParent = 'parent.kind: Invalid input: expected "CachedImage"';

async function expectRejected(request: InjectOptions, statusCode: number, error: string): Promise<void> {
  const response = await appWithLog().app.inject(request);
  expect(response.statusCode).toBe(statusCode);
  expect(response.json()).toEqual({ error });
}

describe('an invalid body is rejected', () => {
  it.each<Row>([
    ['half an object', json('{"parent":'), notJson],
    ['two objects', json('{}{}'), notJson],
    ['an empty body', json(''), 'the body is empty'],
    ['a blank body', json('  \n'), notJson],
    ['no body and no content type', { method: 'POST', url: SYNC, headers: authorized }, 'the body is empty'],
    ['a list', json('[]'), 'body: Invalid input: expected object, received array'],
    ['null', json('null'), 'body: Invalid input: expected object, received null'],
    ['an empty object', json('{}'), `parent: ${noObject}`],
    ['a Node sync without its object', json('{"parent":{}}', '/hooks/nodes/sync'), `object: ${noObject}`],
    ['a kind with a line break and markup', json('{"parent":{"kind":"\\n<script>","metadata":{}}}'), noParent],
    ['a parent without metadata', json('{"parent":{"kind":"CachedImage"}}'), `parent.metadata: ${noObject}`],
    [
      'a group that is a list',
      json(JSON.stringify({ parent: alpine, related: { 'Pod.v1': [] } })),
      'related: Pod.v1 is not a map of objects',
    ],
    ['the key __proto__', json('{"__proto__":{"isAdmin":true}}'), notJson],
    ['a nested key __proto__', json(`{"parent":{"metadata":{"labels":{"__proto__":"x"}}}}`), notJson],
    ['an escaped key __proto__', json('{"\\u005f_proto__":{"isAdmin":true}}'), notJson],
  ])('%s', (_title, request, error) => expectRejected(request, 400, error));
});

describe('a request without the right token is rejected', () => {
  const missing = 'the bearer token is missing';
  const wrong = 'the bearer token is wrong';
  it.each<Row>([
    ['no token and a body above the limit', withAuthorization(undefined, tooLarge), missing],
    ['no token and a body that is not JSON', withAuthorization(undefined, 'hello'), missing],
    ['another token and a body above the limit', withAuthorization('Bearer x', tooLarge), wrong],
    ['the beginning of the token', withAuthorization('Bearer correct-horse'), wrong],
    ['a longer token', withAuthorization(`Bearer ${TOKEN}x`), wrong],
    ['the token in upper case', withAuthorization(`Bearer ${TOKEN.toUpperCase()}`), wrong],
    ['the token without a scheme', withAuthorization(TOKEN), wrong],
    ['the token in another scheme', withAuthorization(`Basic ${TOKEN}`), wrong],
    ['the scheme without a token', withAuthorization('Bearer '), wrong],
    ['an empty header', withAuthorization(''), wrong],
    ['no token for an unknown hook', { method: 'POST', url: '/hooks/secrets/sync', payload: {} }, missing],
    ['no token with another method', { method: 'GET', url: SYNC }, missing],
    [
      'the token in the query string and in a cookie',
      { method: 'POST', url: `${SYNC}?access_token=${TOKEN}`, headers: { cookie: `authorization=${TOKEN}` } },
      missing,
    ],
  ])('%s', (_title, request, error) => expectRejected(request, 401, error));

  it.each(['Bearer', 'bearer', 'BEARER'])('the scheme of the token may be written %s', async (scheme) => {
    const response = await appWithLog().app.inject(
      withAuthorization(`${scheme} ${TOKEN}`, JSON.stringify({ parent: alpine })),
    );
    expect(response.statusCode).toBe(200);
  });

  it('unless no token is required', async () => {
    const { app } = appWithLog({ token: undefined });
    const response = await app.inject(withAuthorization(undefined, JSON.stringify({ parent: alpine })));
    expect(response.statusCode).toBe(200);
  });
});

describe('a request that no hook accepts is rejected', () => {
  it.each<readonly [title: string, request: InjectOptions]>([
    ['an unknown hook', json('{}', '/hooks/secrets/sync')],
    ['an unknown hook of a known kind', json('{}', '/hooks/nodes/customize')],
    ['the root', json('{}', '/')],
    ['a path in upper case', json('{}', SYNC.toUpperCase())],
    ['a path with a slash at the end', json('{}', `${SYNC}/`)],
    ['a path that cannot be decoded', json('{}', '/hooks/%ff')],
    ['the method GET', { method: 'GET', url: SYNC, headers: authorized }],
    ['the method PUT', { method: 'PUT', url: SYNC, headers: authorized }],
  ])('%s', (_title, request) => expectRejected(request, 404, 'no such hook'));

  it.each<readonly [title: string, request: InjectOptions]>([
    ['the content type of text', typed('text/plain')],
    ['the content type of a form', typed('application/x-www-form-urlencoded')],
    ['an invalid content type', typed('json')],
    [
      'a body without a content type',
      { method: 'POST', url: SYNC, headers: { ...authorized, 'content-length': '2' }, payload: Buffer.from('{}') },
    ],
  ])('%s', (_title, request) => expectRejected(request, 415, notJsonType));

  it('a body above the limit', () =>
    expectRejected(json(tooLarge), 413, 'the body is larger than DROP_BODY_LIMIT_BYTES'));

  it('unless the content type only names a character set', async () => {
    expect((await appWithLog().app.inject(typed('application/json; charset=utf-8'))).statusCode).toBe(200);
  });

  it('unless the body is exactly as large as the limit', async () => {
    const frame = JSON.stringify({ parent: alpine, padding: '' });
    const padding = 'x'.repeat(BODY_LIMIT_BYTES - frame.length);
    const { app } = appWithLog();
    expect((await app.inject(json(JSON.stringify({ parent: alpine, padding })))).statusCode).toBe(200);
    expect((await app.inject(json(JSON.stringify({ parent: alpine, padding: `${padding}x` })))).statusCode).toBe(413);
  });
});

it('a request after a rejected one succeeds', async () => {
  const { app } = appWithLog();
  await app.inject(json('{"__proto__":{"isAdmin":true}}'));
  expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  expect((await app.inject(json(JSON.stringify({ parent: alpine })))).statusCode).toBe(200);
});
