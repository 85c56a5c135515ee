// Proves that a request that makes no sense is refused with one sentence that says why, and with nothing else.
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

type Row = readonly [title: string, request: InjectOptions, statusCode: number, sentence: string];

const notJson = 'the body is not valid JSON';
const notJsonType = 'the body must be application/json';

describe('a body that makes no sense', () => {
  it.each<Row>([
    ['text that is no JSON', json('hello'), 400, notJson],
    ['half an object', json('{"parent":'), 400, notJson],
    ['two objects', json('{}{}'), 400, notJson],
    ['nothing', json(''), 400, 'the body is empty'],
    ['blanks', json('  \n'), 400, notJson],
    ['no body and no type', { method: 'POST', url: SYNC, headers: authorized }, 400, 'the body is empty'],
    ['a list', json('[]'), 400, 'body: Invalid input: expected object, received array'],
    ['text', json('"parent"'), 400, 'body: Invalid input: expected object, received string'],
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
      'a kind that tries to write into the sentence',
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
    ['a key that would change every object', json('{"__proto__":{"isAdmin":true}}'), 400, notJson],
    ['such a key further down', json(`{"parent":{"metadata":{"labels":{"__proto__":"x"}}}}`), 400, notJson],
    ['such a key in disguise', json('{"\\u005f_proto__":{"isAdmin":true}}'), 400, notJson],
  ])('%s', async (_title, request, statusCode, sentence) => {
    const response = await appWithLog().app.inject(request);
    expect(response.statusCode).toBe(statusCode);
    expect(response.json()).toEqual({ error: sentence });
  });
});

describe('a caller who may not ask', () => {
  it.each<Row>([
    ['says nothing', withAuthorization(undefined), 401, 'the bearer token is missing'],
    [
      'says nothing, with a body over the limit',
      withAuthorization(undefined, tooLarge),
      401,
      'the bearer token is missing',
    ],
    [
      'says nothing, with a body that is no JSON',
      withAuthorization(undefined, 'hello'),
      401,
      'the bearer token is missing',
    ],
    ['gives another token', withAuthorization('Bearer correct-horse'), 401, 'the bearer token is wrong'],
    [
      'gives another token, with a body over the limit',
      withAuthorization('Bearer x', tooLarge),
      401,
      'the bearer token is wrong',
    ],
    ['gives the token and more', withAuthorization(`Bearer ${TOKEN}x`), 401, 'the bearer token is wrong'],
    [
      'gives the token in upper case',
      withAuthorization(`Bearer ${TOKEN.toUpperCase()}`),
      401,
      'the bearer token is wrong',
    ],
    ['gives the token alone', withAuthorization(TOKEN), 401, 'the bearer token is wrong'],
    ['gives the token in another scheme', withAuthorization(`Basic ${TOKEN}`), 401, 'the bearer token is wrong'],
    ['gives the scheme alone', withAuthorization('Bearer '), 401, 'the bearer token is wrong'],
    ['gives an empty header', withAuthorization(''), 401, 'the bearer token is wrong'],
    [
      'asks for a hook that is none',
      { method: 'POST', url: '/hooks/secrets/sync', payload: {} },
      401,
      'the bearer token is missing',
    ],
    ['asks with another method', { method: 'GET', url: SYNC }, 401, 'the bearer token is missing'],
  ])('%s', async (_title, request, statusCode, sentence) => {
    const response = await appWithLog().app.inject(request);
    expect(response.statusCode).toBe(statusCode);
    expect(response.json()).toEqual({ error: sentence });
  });

  it.each(['Bearer', 'bearer', 'BEARER'])('the scheme %s is the same scheme', async (scheme) => {
    const response = await appWithLog().app.inject(
      withAuthorization(`${scheme} ${TOKEN}`, JSON.stringify({ parent: alpine })),
    );
    expect(response.statusCode).toBe(200);
  });

  it('is answered where no token is asked for', async () => {
    const { app } = appWithLog({ token: undefined });
    const response = await app.inject(withAuthorization(undefined, JSON.stringify({ parent: alpine })));
    expect(response.statusCode).toBe(200);
  });
});

describe('a request that no hook takes', () => {
  const noHook = 'there is no such hook';
  const at = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string): InjectOptions => ({
    method,
    url,
    headers: authorized,
  });
  it.each<Row>([
    ['a body over the limit', json(tooLarge), 413, 'the body is larger than DROP_BODY_LIMIT_BYTES'],
    ['an unknown hook', json('{}', '/hooks/secrets/sync'), 404, noHook],
    ['a hook that this kind does not have', json('{}', '/hooks/nodes/customize'), 404, noHook],
    ['the root', json('{}', '/'), 404, noHook],
    ['a path in upper case', json('{}', SYNC.toUpperCase()), 404, noHook],
    ['a slash at the end', json('{}', `${SYNC}/`), 404, noHook],
    ['a path that cannot be decoded', json('{}', '/hooks/%ff'), 404, noHook],
    ['GET', at('GET', SYNC), 404, noHook],
    ['PUT', at('PUT', SYNC), 404, noHook],
    ['DELETE', at('DELETE', SYNC), 404, noHook],
    ['text', typed('text/plain'), 415, notJsonType],
    ['a form', typed('application/x-www-form-urlencoded'), 415, notJsonType],
    ['YAML', typed('application/yaml'), 415, notJsonType],
    ['a type that is none', typed('json'), 415, notJsonType],
    [
      'a body without a type',
      { method: 'POST', url: SYNC, headers: { ...authorized, 'content-length': '2' }, payload: Buffer.from('{}') },
      415,
      notJsonType,
    ],
  ])('%s', async (_title, request, statusCode, sentence) => {
    const response = await appWithLog().app.inject(request);
    expect(response.statusCode).toBe(statusCode);
    expect(response.json()).toEqual({ error: sentence });
  });

  it('a character set beside the type is no other type', async () => {
    expect((await appWithLog().app.inject(typed('application/json; charset=utf-8'))).statusCode).toBe(200);
  });

  it('the limit itself is not over the limit', async () => {
    const frame = JSON.stringify({ parent: alpine, padding: '' });
    const padding = 'x'.repeat(BODY_LIMIT_BYTES - frame.length);
    const { app } = appWithLog();
    expect((await app.inject(json(JSON.stringify({ parent: alpine, padding })))).statusCode).toBe(200);
    expect((await app.inject(json(JSON.stringify({ parent: alpine, padding: `${padding}x` })))).statusCode).toBe(413);
  });
});

it('a refused request changes nothing: the next one is answered', async () => {
  const { app } = appWithLog();
  await app.inject(json('{"__proto__":{"isAdmin":true}}'));
  expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  expect((await app.inject(json(JSON.stringify({ parent: alpine })))).statusCode).toBe(200);
});
