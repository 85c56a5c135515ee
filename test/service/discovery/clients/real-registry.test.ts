// The registry client against a real docker-registry: open, with a password file, and with a token service.
import { execFileSync } from 'node:child_process';
import { createHash, sign, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SourceOutcome } from '../../../../hooks/discovery-policy/query.ts';
import { noCredentials } from '../../../../service/discovery/credentials.ts';
import { createAuthority, hasOpenssl } from '../certificates.ts';
import { createFolder, type Folder, isInstalled, type Program, startProgram } from '../programs.ts';
import { closeServers, json, plain, serve, type TestServer, unusedPort } from '../servers.ts';
import { basic, failureOf, PASSWORD, registryOf, registryQuery, run, USERNAME, withUser } from '../single-query.ts';

const canRun = isInstalled('docker-registry') && isInstalled('htpasswd');
const REPOSITORY = 'team/some-app';
const TAGS = Array.from({ length: 300 }, (_, index) => `v1.${index}.0`);
const PUSHES_AT_ONCE = 10;

const digestOf = (bytes: string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function expectStatus(response: Response, status: number): Promise<Response> {
  if (response.status !== status) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  return response;
}

async function pushBlob(registry: string, bytes: string): Promise<object> {
  const begun = await expectStatus(await fetch(`${registry}/v2/${REPOSITORY}/blobs/uploads/`, { method: 'POST' }), 202);
  const location = new URL(begun.headers.get('location') ?? '', registry);
  location.searchParams.set('digest', digestOf(bytes));
  await expectStatus(await fetch(location, { method: 'PUT', body: bytes }), 201);
  return { digest: digestOf(bytes), size: Buffer.byteLength(bytes) };
}

async function pushTags(registry: string): Promise<void> {
  const kinds = 'application/vnd.docker';
  const type = `${kinds}.distribution.manifest.v2+json`;
  const config = { mediaType: `${kinds}.container.image.v1+json`, ...(await pushBlob(registry, '{"os":"linux"}')) };
  const layer = { mediaType: `${kinds}.image.rootfs.diff.tar.gzip`, ...(await pushBlob(registry, 'a layer')) };
  const body = JSON.stringify({ schemaVersion: 2, mediaType: type, config, layers: [layer] });
  const waiting = TAGS.values();
  const push = async () => {
    for (const tag of waiting) {
      const url = `${registry}/v2/${REPOSITORY}/manifests/${tag}`;
      await expectStatus(await fetch(url, { method: 'PUT', headers: { 'content-type': type }, body }), 201);
    }
  };
  await Promise.all(Array.from({ length: PUSHES_AT_ONCE }, push));
}

describe.skipIf(!canRun)(canRun ? 'docker-registry' : 'docker-registry is not installed', () => {
  let folder: Folder;
  const programs: Program[] = [];
  let open = '';

  /** All registries serve the same images. `auth` is the authentication part of the configuration. */
  async function startRegistry(name: string, auth: string): Promise<string> {
    const port = await unusedPort();
    const configuration = folder.write(
      `${name}.yml`,
      `version: 0.1
log: { level: error }
storage: { filesystem: { rootdirectory: ${folder.path}/images } }
http: { addr: '127.0.0.1:${port}' }
${auth}
`,
    );
    programs.push(await startProgram(['docker-registry', 'serve', configuration], `http://127.0.0.1:${port}/v2/`));
    return `http://127.0.0.1:${port}`;
  }

  beforeAll(async () => {
    folder = createFolder();
    open = await startRegistry('open', '');
    await pushTags(open);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(programs.map((program) => program.stop()));
    await closeServers();
    folder.remove();
  });

  const sorted = (tags: readonly string[] | undefined) => [...(tags ?? [])].sort();
  const expectAllTags = (outcome: SourceOutcome) => {
    const { repositories } = registryOf(outcome);
    expect(repositories.map(({ repository }) => repository)).toEqual([REPOSITORY]);
    expect(sorted(repositories[0]?.tags)).toEqual(sorted(TAGS));
  };

  it('an open registry lists all tags', async () => {
    expectAllTags(await run(registryQuery(open, REPOSITORY)));
  });

  const unknown = expect.stringMatching(/^repository team\/other: .*NAME_UNKNOWN/);

  it('an open registry lists all tags beside an unknown repository', async () => {
    const outcome = await run(registryQuery(open, REPOSITORY, 'team/other'));
    expectAllTags(outcome);
    expect(outcome).toMatchObject({ missing: { repositories: ['team/other'], message: unknown } });
  });

  it('an open registry does not find an unknown repository alone', async () => {
    expect(await run(registryQuery(open, 'team/other'))).toMatchObject({ reason: 'NotFound', message: unknown });
  });

  describe('with a password file', () => {
    let closed = '';
    beforeAll(async () => {
      const users = folder.write('users', String(execFileSync('htpasswd', ['-nbB', '-C', '4', USERNAME, PASSWORD])));
      closed = await startRegistry('closed', `auth: { htpasswd: { realm: registry, path: ${users} } }`);
    });

    it('lists all tags for its user', async () => {
      expectAllTags(await run(registryQuery(closed, REPOSITORY), { credentials: withUser }));
    });

    it.each([
      ['no credentials', noCredentials],
      ['a wrong password', { ...withUser, password: 'wrong-password' }],
      ['a token', { ...noCredentials, token: 'some-token' }],
    ])('refuses %s', async (_what, credentials) => {
      const failure = failureOf(await run(registryQuery(closed, REPOSITORY), { credentials }));
      expect(failure).toMatchObject({ reason: 'Unauthorized' });
      expect(failure.message).not.toMatch(/wrong-password|some-token/);
    });
  });

  const name = hasOpenssl ? 'with a token service' : 'with a token service (openssl is not installed)';
  describe.skipIf(!hasOpenssl)(name, () => {
    let closed = '';
    let tokenService: TestServer;

    beforeAll(async () => {
      const authority = createAuthority('tokens');
      const signer = authority.issue('signer', 'DNS:signer');
      authority.remove();
      tokenService = await serve((request, response) => {
        if (request.headers.authorization !== basic(USERNAME, PASSWORD)) return plain(401, 'denied')(request, response);
        const { searchParams } = new URL(request.url, 'http://a');
        return json(response, { token: signedToken(signer, searchParams) });
      });
      const bundle = folder.write('bundle.pem', authority.cert);
      const { url } = tokenService;
      const service = `realm: '${url}/token', service: the-registry, issuer: the-issuer`;
      closed = await startRegistry('tokens', `auth: { token: { ${service}, rootcertbundle: ${bundle} } }`);
    });

    it('lists all tags for a token of its user that is limited to the repository', async () => {
      expectAllTags(await run(registryQuery(closed, REPOSITORY), { credentials: withUser }));
      const { searchParams } = new URL(tokenService.seen[0]?.url ?? '', 'http://a');
      const limited = { service: 'the-registry', scope: `repository:${REPOSITORY}:pull` };
      expect(Object.fromEntries(searchParams)).toEqual(limited);
    });

    it('refuses a query without credentials', async () => {
      expect(await run(registryQuery(closed, REPOSITORY))).toMatchObject({ reason: 'Unauthorized' });
    });
  });
});

/** A token in the format of distribution `docs/spec/auth/jwt.md`, with the certificate of its signer. */
function signedToken({ cert, key }: { readonly cert: string; readonly key: string }, request: URLSearchParams): string {
  const [type, name, actions] = (request.get('scope') ?? '').split(':');
  const nowSeconds = Math.floor(Date.now() / 1000);
  const header = { typ: 'JWT', alg: 'ES256', x5c: [new X509Certificate(cert).raw.toString('base64')] };
  const times = { exp: nowSeconds + 60, nbf: nowSeconds - 10, iat: nowSeconds };
  const access = [{ type, name, actions: actions?.split(',') }];
  const claims = { iss: 'the-issuer', sub: USERNAME, aud: request.get('service'), ...times, jti: '1', access };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const text = `${encode(header)}.${encode(claims)}`;
  const signature = sign('SHA256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}
