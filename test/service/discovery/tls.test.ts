// Proves what is trusted over TLS, and that a client certificate is shown to the source alone.
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, noCredentials, type TlsMaterial } from '../../../service/discovery/credentials.ts';
import { asFailure, ask, asSeries, prometheusQuery, TOKEN } from './asking.ts';
import { type Authority, createAuthority, hasOpenssl, type Pair } from './certificates.ts';
import { type Answer, closeServers, json, plain, serve, serveTcp, serveTls } from './servers.ts';

const empty: Answer = (_request, response) =>
  json(response, { status: 'success', data: { resultType: 'vector', result: [] } });

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

  it('trusts ca.crt', async () => {
    const server = await serveTls(good, empty);
    asSeries(await ask(prometheusQuery(server.url), { credentials: trusting({ authority: ours.cert }) }));
    expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it('trusts any authority of a ca.crt with several', async () => {
    const { url } = await serveTls(good, empty);
    asSeries(await ask(prometheusQuery(url), { credentials: trusting({ authority: theirs.cert + ours.cert }) }));
  });

  it.each([
    ['an issuer that is not trusted', () => good, () => undefined, 'issuer that is not trusted'],
    ['another ca.crt', () => good, () => theirs.cert, 'issuer that is not trusted'],
    ['a certificate that signs itself', () => ours, () => undefined, 'issuer that is not trusted'],
    ['an expired certificate', () => ours.issue('old', 'IP:127.0.0.1', -1), () => ours.cert, 'has expired'],
    ['another host', () => ours.issue('other', 'DNS:other.example.com'), () => ours.cert, 'for another host'],
    ['a ca.crt that is none', () => good, () => 'hello', 'ca.crt of the Secret is not a PEM certificate'],
  ])('refuses %s, and sends nothing', async (_title, pair, authority, says) => {
    const server = await serveTls(pair(), empty);
    const credentials = trusting({ authority: authority() });
    const failure = asFailure(await ask(prometheusQuery(server.url), { credentials }));
    expect(failure).toMatchObject({ reason: 'TLSError' });
    expect(failure.message).toContain(says);
    expect(server.seen).toEqual([]);
  });

  it('refuses a server that speaks plain HTTP', async () => {
    const { url } = await serve(empty);
    const failure = asFailure(await ask(prometheusQuery(url.replace('http:', 'https:'))));
    expect(failure).toMatchObject({ reason: 'TLSError' });
    expect(failure.message).toContain('does not speak TLS');
  });

  it('refuses a server that hangs up during the handshake', async () => {
    const { url } = await serveTcp((socket) => socket.once('data', () => socket.end()));
    expect(asFailure(await ask(prometheusQuery(url.replace('http:', 'https:'))))).toMatchObject({ reason: 'TLSError' });
  });

  it('waits only so long for a handshake', async () => {
    const { url } = await serveTcp(() => {});
    const limits = { connectMilliseconds: 300 };
    const failure = asFailure(await ask(prometheusQuery(url.replace('http:', 'https:')), { limits }));
    expect(failure).toMatchObject({ reason: 'Timeout' });
    expect(failure.message).toContain('no connection in time');
  });

  describe('tls.crt and tls.key', () => {
    const material = () => trusting({ authority: ours.cert, certificate: client.cert, key: client.key });
    /** Asks for a client certificate and says whose it got. */
    const mutual = (isRequired: boolean, answer: (subject: string) => Answer) =>
      serveTls({ ...good, ca: ours.cert, requestCert: true, rejectUnauthorized: isRequired }, (request, response) => {
        const subject = (response.socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'nobody';
        answer(String(subject))(request, response);
      });

    it('are shown to the source', async () => {
      const subjects: string[] = [];
      const { url } = await mutual(true, (subject) => {
        subjects.push(subject);
        return empty;
      });
      asSeries(await ask(prometheusQuery(url), { credentials: material() }));
      expect(subjects).toEqual(['client']);
    });

    it('are missed by a source that requires them', async () => {
      const { url } = await mutual(true, () => empty);
      const credentials = trusting({ authority: ours.cert });
      expect(asFailure(await ask(prometheusQuery(url), { credentials }))).toMatchObject({ reason: 'TLSError' });
    });

    it('are not shown to another origin, nor to the source when it leads back to it', async () => {
      const subjects: string[] = [];
      const note = (answer: Answer) => (subject: string) => {
        subjects.push(subject);
        return answer;
      };
      let home = '';
      const second = await mutual(
        false,
        note((request, response) => plain(302, '', { location: `${home}/back` })(request, response)),
      );
      const first = await mutual(
        false,
        note((request, response) =>
          request.url === '/back'
            ? empty(request, response)
            : plain(302, '', { location: second.url })(request, response),
        ),
      );
      home = first.url;
      asSeries(await ask(prometheusQuery(first.url), { credentials: material() }));
      expect(subjects).toEqual(['client', 'nobody', 'nobody']);
      expect(second.seen[0]?.headers.authorization).toBeUndefined();
    });

    it.each([
      ['are not PEM', () => ({ certificate: 'a', key: 'b' })],
      ['do not belong together', () => ({ certificate: client.cert, key: good.key })],
    ])('that %s are refused', async (_title, pair) => {
      const server = await serveTls(good, empty);
      const failure = asFailure(await ask(prometheusQuery(server.url), { credentials: trusting(pair()) }));
      expect(failure).toMatchObject({ reason: 'TLSError' });
      expect(failure.message).toContain('tls.crt and tls.key of the Secret');
      expect(failure.message).not.toContain('BEGIN');
    });
  });
});
