// The hooks can be served over TLS, and a renewed certificate needs no restart.
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { pino } from 'pino';
import { Agent, fetch } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { followCertificate, readCertificate } from '../../service/certificate.ts';
import { ConfigError, readConfig } from '../../service/config.ts';
import { type RunningService, startService } from '../../service/server.ts';
import { alpine, jsonHeaders, TOKEN } from './app-with-log.ts';
import { type Authority, createAuthority, hasOpenssl } from './discovery/certificates.ts';
import { createFolder, type Folder } from './discovery/programs.ts';

const POLL_MILLISECONDS = 20;
const logger = pino({ level: 'silent' });
const body = JSON.stringify({ parent: alpine });

/** The common name in the certificate of a server. */
function commonNameOf(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

describe.skipIf(!hasOpenssl)(`TLS for the hooks${hasOpenssl ? '' : ' (openssl is not installed)'}`, () => {
  let authority: Authority;
  let folder: Folder;
  const stops: (() => unknown)[] = [];
  beforeAll(() => {
    authority = createAuthority('ours');
  });
  afterAll(() => authority.remove());
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
    folder.remove();
  });

  function filesFor(name: string) {
    folder = createFolder();
    const { cert, key } = authority.issue(name, 'IP:127.0.0.1');
    return { certificateFile: folder.write('tls.crt', cert), keyFile: folder.write('tls.key', key) };
  }

  async function start(tls: ReturnType<typeof filesFor>): Promise<RunningService> {
    const environment = { DROP_ALLOW_ANONYMOUS: 'true', DROP_HOST: '127.0.0.1', DROP_PORT: '0', DROP_ADMIN_PORT: '0' };
    const running = await startService({ ...readConfig(environment), token: TOKEN, tls }, logger);
    stops.push(running.stop);
    return running;
  }

  it('the hooks respond over TLS only, health stays without TLS', async () => {
    const { port, adminPort } = await start(filesFor('drop'));
    const dispatcher = new Agent({ connect: { ca: authority.cert } });
    stops.push(() => dispatcher.close());
    const path = '/hooks/cachedimages/sync';
    const response = await fetch(`https://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: jsonHeaders,
      body,
      dispatcher,
    });
    expect(response.status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${adminPort}/readyz`)).status).toBe(200);
    await expect(
      fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers: jsonHeaders, body }),
    ).rejects.toThrow();
  });

  it.each<[string, string, string, string]>([
    ['a missing file', 'tls.crt', '', 'DROP_TLS_CERTIFICATE_FILE /nowhere/tls.crt cannot be read (ENOENT)'],
    ['an invalid key', 'tls.key', 'secret words', 'are not a matching PEM certificate and key'],
  ])('%s is an error that does not contain the file', (_title, name, text, message) => {
    const files = filesFor('drop');
    const broken = text === '' ? { ...files, certificateFile: '/nowhere/tls.crt' } : files;
    if (text !== '') folder.write(name, text);
    expect(() => readCertificate(broken)).toThrow(ConfigError);
    expect(() => readCertificate(broken)).toThrow(message);
    expect(() => readCertificate(broken)).not.toThrow('secret words');
  });

  it('a renewed pair is used by the next connection, a mismatched pair is not', async () => {
    const files = filesFor('first');
    const server = createServer(readCertificate(files));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => server.close());
    stops.push(followCertificate(files, server, logger, POLL_MILLISECONDS));
    const { port } = server.address() as AddressInfo;
    expect(await commonNameOf(port)).toBe('first');

    const next = authority.issue('second', 'IP:127.0.0.1');
    folder.write('tls.crt', next.cert);
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS * 5));
    expect(await commonNameOf(port)).toBe('first');
    folder.write('tls.key', next.key);
    await vi.waitFor(async () => expect(await commonNameOf(port)).toBe('second'));
  });
});
