// Queries with the credentials of Secrets that a person has in files, without a cluster.
import { afterEach, expect, it } from 'vitest';
import { givenCredentials } from '../../../service/discovery/given-credentials.ts';
import { runQueries } from '../../../service/discovery/run-queries.ts';
import { closeServers, emptyVector, json, serve } from './servers.ts';
import { failureOf, lokiQuery, prometheusQuery, registryQuery } from './single-query.ts';

afterEach(closeServers);

const base64 = (text: string) => Buffer.from(text).toString('base64');
const dockerConfig = (host: string) => JSON.stringify({ auths: { [host]: { auth: base64('ada:password-of-ada') } } });

it('each query is sent with the Secret that it names', async () => {
  const server = await serve((request, response) => {
    if (request.url.startsWith('/v2/')) return json(response, { tags: [] });
    return request.url.startsWith('/loki/')
      ? json(response, { status: 'success', data: { resultType: 'streams', result: [] } })
      : emptyVector(request, response);
  });
  const credentials = givenCredentials(
    new Map([
      ['creds', { token: base64('first-token') }],
      ['tenant', { username: base64('ada'), password: base64('password'), 'headers.X-Scope-OrgID': base64('team') }],
    ]),
  );
  const queries = [
    prometheusQuery(server.url),
    lokiQuery(server.url, { secretName: 'tenant' }),
    { ...registryQuery(server.url, 'app'), secretName: undefined },
  ];
  const outcomes = await runQueries(queries, { credentials });
  expect(outcomes).toMatchObject([{ ok: true }, { ok: true }, { ok: true }]);
  const sent = server.seen.map(({ url, headers }) => [url[1], headers.authorization, headers['x-scope-orgid']]);
  expect(Object.fromEntries(sent.map(([api = '', ...values]) => [api, values]))).toEqual({
    a: ['Bearer first-token', undefined],
    l: [`Basic ${base64('ada:password')}`, 'team'],
    v: [undefined, undefined],
  });
});

it('a Docker configuration serves the registry that it names', async () => {
  const { url } = await serve((_request, response) => json(response, { tags: [] }));
  const credentials = givenCredentials(
    new Map([['creds', { '.dockerconfigjson': base64(dockerConfig(new URL(url).host)) }]]),
  );
  expect(await credentials.read(registryQuery(url, 'app'))).toMatchObject({ ok: true, username: 'ada' });
});

it.each([
  ['is not given', {}, 'Secret creds is not in the given files: add its manifest'],
  [
    'is invalid',
    { creds: { username: base64('ada') } },
    'invalid Secret creds: set both username and password, or neither',
  ],
])('a query whose Secret %s is not sent', async (_what, secrets, message) => {
  const server = await serve(emptyVector);
  const credentials = givenCredentials(new Map(Object.entries(secrets)));
  const [outcome] = await runQueries([prometheusQuery(server.url)], { credentials });
  expect(failureOf(outcome)).toEqual({ ok: false, reason: 'SecretNotFound', message });
  expect(server.seen).toEqual([]);
});
