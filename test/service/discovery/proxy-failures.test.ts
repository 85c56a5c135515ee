// A proxy that fails: every message names it, without its user and password.
import { afterEach, describe, expect, it } from 'vitest';
import { HOST, PROXY_PASSWORD, PROXY_USER, proxyAuthorization, serveProxy, through } from './proxy-server.ts';
import { closeServers, emptyVector, plain, serve, serveTcp, unusedPort } from './servers.ts';
import { failureOf, prometheusOf, prometheusQuery, run } from './single-query.ts';

afterEach(closeServers);

function expectNoProxySecret(text: string): void {
  const forms = [PROXY_PASSWORD, encodeURIComponent(PROXY_PASSWORD), proxyAuthorization.slice('Basic '.length)];
  for (const form of [...forms, PROXY_USER]) expect(text).not.toContain(form);
}

describe('a proxy that fails', () => {
  const urls = [`http://${HOST}`, `https://${HOST}`] as const;
  const limits = { connectMilliseconds: 300 };

  async function failureThrough(url: string, proxyUrl: string) {
    const failure = failureOf(await run(prometheusQuery(url), { ...through(proxyUrl), limits }));
    expectNoProxySecret(failure.message);
    return failure;
  }

  it.each(urls)('because no process listens is named for %s', async (url) => {
    const port = await unusedPort();
    const failure = await failureThrough(url, `http://${PROXY_USER}:geheim77@127.0.0.1:${port}`);
    expect(failure.reason).toBe('ConnectionRefused');
    expect(failure.message).toMatch(
      new RegExp(`^connection refused \\(ECONNREFUSED\\) at proxy http://127.0.0.1:${port} for .*: check the proxy`),
    );
    expect(failure.message).not.toContain('geheim77');
  });

  it.each(urls)('because its name does not resolve is named for %s', async (url) => {
    const failure = await failureThrough(url, 'http://proxy.does-not-exist.invalid:3128');
    expect(failure.reason).toBe('DNSError');
    expect(failure.message).toContain('at proxy http://proxy.does-not-exist.invalid:3128 for ');
  });

  it.each(urls)('because it requires a user is named for %s', async (url) => {
    const proxy = await serveProxy({ hosts: {}, isClosed: true });
    for (const address of [proxy.url, proxy.url.replace('://', '://proxy-robot:wrong-password@')]) {
      const failure = await failureThrough(url, address);
      expect(failure.reason).toBe('ProxyError');
      expect(failure.message).toMatch(
        new RegExp(`^proxy authentication failed \\(HTTP 407\\) at proxy ${proxy.url} for .*: check user and password`),
      );
      expect(failure.message).not.toContain('wrong-password');
    }
  });

  it('because it does not reach the https host is named', async () => {
    const proxy = await serveProxy({ hosts: {} });
    const failure = await failureThrough(`https://${HOST}`, proxy.urlWithUser);
    expect(failure).toMatchObject({
      reason: 'ProxyError',
      message:
        `proxy cannot or may not reach the host (HTTP 502) at proxy ${proxy.url} for ${HOST}:443: ` +
        'check the proxy, or add the host to NO_PROXY',
    });
  });

  it('because it does not reach the http host is named, without the user that it repeats', async () => {
    const proxy = await serveProxy({ hosts: {} });
    const failure = await failureThrough(`http://${HOST}`, proxy.urlWithUser);
    expect(failure.reason).toBe('ServerError');
    expect(failure.message).toContain(`from http://${HOST}/api/v1/query through proxy ${proxy.url}: `);
    expect(failure.message).toContain('[redacted]');
  });

  it.each(urls)('because it does not respond is named for %s', async (url) => {
    const { url: address } = await serveTcp(() => {});
    const began = Date.now();
    const options = { ...through(address), limits: { ...limits, headersMilliseconds: 300 } };
    const failure = failureOf(await run(prometheusQuery(url), options));
    expect(failure.reason).toBe('Timeout');
    expect(failure.message).toContain(`proxy ${address}`);
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  it('because it does not open a tunnel within the budget fails with Timeout', async () => {
    const { url: address } = await serveTcp(() => {});
    const options = { ...through(address), budgetMilliseconds: 300 };
    const failure = failureOf(await run(prometheusQuery(`https://${HOST}`), options));
    expect(failure.reason).toBe('Timeout');
    expect(failure.message).toContain(`proxy ${address}`);
  });

  it.each(urls)('because it closes the connection is named for %s', async (url) => {
    const { url: address } = await serveTcp((socket) => socket.once('data', () => socket.end()));
    const failure = await failureThrough(url, address);
    expect(failure.reason).toBe('BadResponse');
    expect(failure.message).toContain(`proxy ${address}`);
  });

  it.each(urls)('because it does not speak HTTP is named for %s', async (url) => {
    const { url: address } = await serveTcp((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    const failure = await failureThrough(url, address);
    expect(failure.reason).toBe('BadResponse');
    expect(failure.message).toContain(`proxy ${address}`);
  });

  it.each([
    ['socks5://joe:geheim77@proxy:1080', 'unsupported scheme socks5://'],
    ['http://joe:geheim77@proxy:port', 'not a URL'],
    ['http://', 'not a URL'],
  ])('because %s is no address of an HTTP proxy makes only proxied sources fail', async (address, problem) => {
    const source = await serve(emptyVector);
    const failure = await failureThrough(`https://${HOST}`, address);
    expect(failure).toEqual({
      ok: false,
      reason: 'ProxyError',
      message: `invalid proxy in HTTPS_PROXY: ${problem}: use http://host:port or https://host:port`,
    });
    prometheusOf(await run(prometheusQuery(source.url), through(address)));
  });

  it('because its password is too short to be redacted shows no text of the source', async () => {
    const source = await serve(plain(500, 'the password is abc'));
    const proxy = await serveProxy({ hosts: { [HOST]: source.port } });
    const failure = await failureThrough(`http://${HOST}`, proxy.url.replace('://', '://joe:abc@'));
    expect(failure.message).not.toContain('abc');
  });
});
