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

type Row = readonly [title: string, request: InjectOptions, statusCode: number, error: string];

const notJson = 'the body is not valid JSON';
const notJsonType = 'the body must be application/json';

describe('an invalid body is rejected', () => {
  it.each<Row>([
    ['text that is not JSON', json('hello'), 400, notJson],
    ['half an object', json('{"parent":'), 400, notJson],
    ['two objects', json('{}{}'), 400, notJson],
    ['an empty body', json(''), 400, 'the body is empty'],
    ['a blank body', json('  \n'), 400, notJson],
    ['no body and no content type', { method: 'POST', url: SYNC, headers: authorized }, 400, 'the body is empty'],
    ['a list', json('[]'), 400, 'body: Invalid input: expected object, received array'],
    ['a string', json('"parent"'), 400, 'body: Invalid input: expected object, received string'],
    ['a number', json('7'), 400, 'body: Invalid input: expected object, received number'],
    ['null', json('null'), 400, 'body: Invalid input: expected object, received null'],
    ['an empty object', json('{}'), 400, 'parent: Invalid input: expected object, received undefined'],
    [
      'a Node sync without its object',
      json('{"parent":{}}', '/hooks/nodes/sync'),
      400,
      'object: Invalid input: expected object, received undefined',
    ],
    ['a parent that is null', json('{"parent":null}'), 400, 'parent: Invalid input: expected object, received null'],
    [
      'a parent of another kind',
      json('{"parent":{"kind":"Pod","metadata":{}}}'),
      400,
      'parent.kind: Invalid input: expected "CachedImage"',
    ],
    [
      'a parent without a kind',
      json('{"parent":{"metadata":{}}}'),
      400,
      'parent.kind: Invalid input: expected "CachedImage"',
    ],
    [
      'a parent without metadata',
      json('{"parent":{"kind":"CachedImage"}}'),
      400,
      'parent.metadata: Invalid input: expected object, received undefined',
    ],
    [
      'a kind with a line break and markup',
      json('{"parent":{"kind":"\\n<script>","metadata":{}}}'),
      400,
      'parent.kind: Invalid input: expected "CachedImage"',
    ],
    [
      'a group that is a list',
      json(JSON.stringify({ parent: alpine, related: { 'Pod.v1': [] } })),
      400,
      'related: Pod.v1 is not a map of objects',
    ],
    ['the key __proto__', json('{"__proto__":{"isAdmin":true}}'), 400, notJson],
    ['a nested key __proto__', json(`{"parent":{"metadata":{"labels":{"__proto__":"x"}}}}`), 400, notJson],
    ['an escaped key __proto__', json('{"\\u005f_proto__":{"isAdmin":true}}'), 400, notJson],
  ])('%s', async (_title, request, statusCode, error) => {
    const response = await appWithLog().app.inject(request);
    expect(response.statusCode).toBe(statusCode);
    expect(response.json()).toEqual({ error });
  });
});

describe('a request without the right token is rejected', () => {
  it.each<Row>([
    ['no token', withAuthorization(undefined), 401, 'the bearer token is missing'],
    ['no token and a body above the limit', withAuthorization(undefined, tooLarge), 401, 'the bearer token is missing'],
    ['no token and a body that is not JSON', withAuthorization(undefined, 'hello'), 401, 'the bearer token is missing'],
    ['another token', withAuthorization('Bearer correct-horse'), 401, 'the bearer token is wrong'],
    [
      'another token and a body above the limit',
      withAuthorization('Bearer x', tooLarge),
      401,
      'the bearer token is wrong',
    ],
    ['a longer token', withAuthorization(`Bearer ${TOKEN}x`), 401, 'the bearer token is wrong'],
    ['the token in upper case', withAuthorization(`Bearer ${TOKEN.toUpperCase()}`), 401, 'the bearer token is wrong'],
    ['the token without a scheme', withAuthorization(TOKEN), 401, 'the bearer token is wrong'],
    ['the token in another scheme', withAuthorization(`Basic ${TOKEN}`), 401, 'the bearer token is wrong'],
    ['the scheme without a token', withAuthorization('Bearer '), 401, 'the bearer token is wrong'],
    ['an empty header', withAuthorization(''), 401, 'the bearer token is wrong'],
    [
      'no token for an unknown hook',
      { method: 'POST', url: '/hooks/secrets/sync', payload: {} },
      401,
      'the bearer token is missing',
    ],
    ['no token with another method', { method: 'GET', url: SYNC }, 401, 'the bearer token is missing'],
    [
      'the token in the query string',
      { method: 'POST', url: `${SYNC}?access_token=${TOKEN}`, payload: {} },
      401,
      'the bearer token is missing',
    ],
    [
      'the token in a cookie',
      { method: 'POST', url: SYNC, headers: { cookie: `authorization=${TOKEN}` }, payload: {} },
      401,
      'the bearer token is missing',
    ],
  ])('%s', async (_title, request, statusCode, error) => {
    const response = await appWithLog().app.inject(request);
    expect(response.statusCode).toBe(statusCode);
    expect(response.json()).toEqual({ error });
  });

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
  const noHook = 'no such hook';
  const at = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string): InjectOptions => ({
    method,
    url,
    headers: authorized,
  });
  it.each<Row>([
    ['a body above the limit', json(tooLarge), 413, 'the body is larger than DROP_BODY_LIMIT_BYTES'],
    ['an unknown hook', json('{}', '/hooks/secrets/sync'), 404, noHook],
    ['an unknown hook of a known kind', json('{}', '/hooks/nodes/customize'), 404, noHook],
    ['the root', json('{}', '/'), 404, noHook],
    ['a path in upper case', json('{}', SYNC.toUpperCase()), 404, noHook],
    ['a path with a slash at the end', json('{}', `${SYNC}/`), 404, noHook],
    ['a path that cannot be decoded', json('{}', '/hooks/%ff'), 404, noHook],
    ['the method GET', at('GET', SYNC), 404, noHook],
    ['the method PUT', at('PUT', SYNC), 404, noHook],
    ['the method DELETE', at('DELETE', SYNC), 404, noHook],
    ['the content type of text', typed('text/plain'), 415, notJsonType],
    ['the content type of a form', typed('application/x-www-form-urlencoded'), 415, notJsonType],
    ['the content type of YAML', typed('application/yaml'), 415, notJsonType],
    ['an invalid content type', typed('json'), 415, notJsonType],
    [
      'a body without a content type',
      { method: 'POST', url: SYNC, headers: { ...authorized, 'content-length': '2' }, payload: Buffer.from('{}') },
      415,
      notJsonType,
    ],
  ])('%s', async (_title, request, statusCode, error) => {
    const response = await appWithLog().app.inject(request);
    expect(response.statusCode).toBe(statusCode);
    expect(response.json()).toEqual({ error });
  });

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
