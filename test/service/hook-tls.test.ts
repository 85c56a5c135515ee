// Proves that the hooks are served over TLS when told to, and that a renewed certificate is used without a restart.
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

const LOOK_AGAIN_MILLISECONDS = 20;
const logger = pino({ level: 'silent' });
const body = JSON.stringify({ parent: alpine });

/** The name in the certificate that a server shows. */
function shownName(port: number): Promise<string> {
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

  it('answers a caller that trusts the authority, health stays without TLS, and plain text is not answered', async () => {
    const { port, adminPort } = await start(filesFor('drop'));
    const dispatcher = new Agent({ connect: { ca: authority.cert } });
    stops.push(() => dispatcher.close());
    const path = '/hooks/cachedimages/sync';
    const answered = await fetch(`https://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: jsonHeaders,
      body,
      dispatcher,
    });
    expect(answered.status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${adminPort}/readyz`)).status).toBe(200);
    await expect(
      fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers: jsonHeaders, body }),
    ).rejects.toThrow();
  });

  it.each<[string, string, string, string]>([
    ['is missing', 'tls.crt', '', 'DROP_TLS_CERTIFICATE_FILE /nowhere/tls.crt cannot be read (ENOENT)'],
    ['is no key', 'tls.key', 'secret words', 'are no certificate and its key'],
  ])('a file that %s keeps it from starting, and what is in it is not repeated', (_title, name, text, sentence) => {
    const files = filesFor('drop');
    const broken = text === '' ? { ...files, certificateFile: '/nowhere/tls.crt' } : files;
    if (text !== '') folder.write(name, text);
    expect(() => readCertificate(broken)).toThrow(ConfigError);
    expect(() => readCertificate(broken)).toThrow(sentence);
    expect(() => readCertificate(broken)).not.toThrow('secret words');
  });

  it('a renewed pair is shown to the next caller, one that does not fit leaves the old one in use', async () => {
    const files = filesFor('first');
    const server = createServer(readCertificate(files));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => server.close());
    stops.push(followCertificate(files, server, logger, LOOK_AGAIN_MILLISECONDS));
    const { port } = server.address() as AddressInfo;
    expect(await shownName(port)).toBe('first');

    const next = authority.issue('second', 'IP:127.0.0.1');
    folder.write('tls.crt', next.cert);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MILLISECONDS * 5));
    expect(await shownName(port)).toBe('first');
    folder.write('tls.key', next.key);
    await vi.waitFor(async () => expect(await shownName(port)).toBe('second'));
  });
});
