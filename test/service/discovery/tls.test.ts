// TLS: which certificates of a source are trusted, and that only the source sees the client certificate.
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, noCredentials, type TlsMaterial } from '../../../service/discovery/credentials.ts';
import { type Authority, createAuthority, hasOpenssl, type Pair } from './certificates.ts';
import { closeServers, emptyVector, plain, type Responder, serve, serveTcp, serveTls } from './servers.ts';
import { failureOf, prometheusOf, prometheusQuery, run, TOKEN } from './single-query.ts';

function trusting(tls: Partial<TlsMaterial>): Credentials {
  return { ...noCredentials, token: TOKEN, tls: { ...noCredentials.tls, ...tls } };
}

describe.skipIf(!hasOpenssl)(`TLS${hasOpenssl ? '' : ' (openssl is not installed)'}`, () => {
  let ours: Authority;
  let theirs: Authority;
  let good: Pair;
  let client: Pair;
  beforeAll(() => {
    ours = createAuthority('ours');
    theirs = createAuthority('theirs');
    good = ours.issue('good', 'IP:127.0.0.1,DNS:localhost');
    client = ours.issue('client', 'DNS:client');
  });
  afterEach(closeServers);
  afterAll(() => {
    ours.remove();
    theirs.remove();
  });

  it('every authority in ca.crt is trusted', async () => {
    const server = await serveTls(good, emptyVector);
    const credentials = trusting({ authority: theirs.cert + ours.cert });
    prometheusOf(await run(prometheusQuery(server.url), { credentials }));
    expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  const expired = () => ours.issue('old', 'IP:127.0.0.1', -1);
  const other = () => ours.issue('other', 'DNS:other.example.com');
  it.each([
    ['a certificate of an unknown issuer', () => good, () => undefined, /^untrusted issuer of the certificate/],
    ['a certificate of another issuer than ca.crt', () => good, () => theirs.cert, /^untrusted issuer/],
    ['a self-signed certificate', () => ours, () => undefined, /^untrusted issuer of the certificate/],
    [
      'an expired certificate',
      expired,
      () => ours.cert,
      /^expired certificate \(CERT_HAS_EXPIRED\) at https:.*: renew/,
    ],
    ['the certificate of another host', other, () => ours.cert, /^certificate for another host/],
    ['an invalid ca.crt', () => good, () => 'hello', /^invalid ca\.crt in the Secret: not a PEM certificate$/],
  ])('a source with %s gets no request', async (_what, pair, authority, message) => {
    const server = await serveTls(pair(), emptyVector);
    const credentials = trusting({ authority: authority() });
    const failure = { reason: 'TLSError', message: expect.stringMatching(message) };
    expect(await run(prometheusQuery(server.url), { credentials })).toMatchObject(failure);
    expect(server.seen).toEqual([]);
  });

  const tlsQuery = (url: string) => prometheusQuery(url.replace('http:', 'https:'));
  it('a source that speaks plain HTTP fails with TLSError', async () => {
    const { url } = await serve(emptyVector);
    const message = expect.stringMatching(/^no TLS response .*: check the port of the URL, or use http$/);
    expect(await run(tlsQuery(url))).toMatchObject({ reason: 'TLSError', message });
  });

  it('a source that closes the connection during the handshake fails with TLSError', async () => {
    const { url } = await serveTcp((socket) => socket.once('data', () => socket.end()));
    expect(await run(tlsQuery(url))).toMatchObject({ reason: 'TLSError' });
  });

  it('a source that stalls during the handshake fails with Timeout', async () => {
    const { url } = await serveTcp(() => {});
    const message = expect.stringMatching(/^no connection in time /);
    const outcome = await run(tlsQuery(url), { limits: { connectMilliseconds: 300 } });
    expect(outcome).toMatchObject({ reason: 'Timeout', message });
  });

  describe('the client certificate', () => {
    const material = () => trusting({ authority: ours.cert, certificate: client.cert, key: client.key });
    /** A server that requests a client certificate and records its subject. */
    const mutual = (isRequired: boolean, subjects: string[], respond: Responder) =>
      serveTls({ ...good, ca: ours.cert, requestCert: true, rejectUnauthorized: isRequired }, (request, response) => {
        subjects.push(String((response.socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'none'));
        respond(request, response);
      });

    it('is shown to the source', async () => {
      const subjects: string[] = [];
      const { url } = await mutual(true, subjects, emptyVector);
      prometheusOf(await run(prometheusQuery(url), { credentials: material() }));
      expect(subjects).toEqual(['client']);
    });

    it('is named in the failure of a source that requires one', async () => {
      const { url } = await mutual(true, [], emptyVector);
      const outcome = await run(prometheusQuery(url), { credentials: trusting({ authority: ours.cert }) });
      expect(outcome).toMatchObject({ reason: 'TLSError' });
    });

    it('is not shown to another origin, nor to the source after another origin', async () => {
      const subjects: string[] = [];
      let home = '';
      const redirect = (location: string) => plain(302, '', { location });
      const second = await mutual(false, subjects, (...both) => redirect(`${home}/back`)(...both));
      const first = await mutual(false, subjects, (request, response) =>
        (request.url === '/back' ? emptyVector : redirect(second.url))(request, response),
      );
      home = first.url;
      prometheusOf(await run(prometheusQuery(first.url), { credentials: material() }));
      expect(subjects).toEqual(['client', 'none', 'none']);
      expect(second.seen[0]?.headers.authorization).toBeUndefined();
    });

    it.each([
      ['is not PEM', () => ({ certificate: 'a', key: 'b' })],
      ['does not belong to the key', () => ({ certificate: client.cert, key: good.key })],
    ])('is refused if it %s', async (_what, pair) => {
      const server = await serveTls(good, emptyVector);
      const failure = failureOf(await run(prometheusQuery(server.url), { credentials: trusting(pair()) }));
      expect(failure).toMatchObject({ reason: 'TLSError' });
      expect(failure.message).toContain('invalid tls.crt and tls.key in the Secret');
      expect(failure.message).not.toContain('BEGIN');
    });
  });
});
