// Proves, as far as that goes without an engine, that the image holds what it needs, nothing else, is small, and serves.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alpine } from '../../service/app-with-log.ts';
import { followDockerfile } from './dockerfile.ts';

const repository = resolve(import.meta.dirname, '../../..');
const MEGABYTE = 1_000_000;
const IMAGE_LIMIT_BYTES = 250 * MEGABYTE;
/** What the base image holds besides Node: glibc, libstdc++, certificates, time zones; 34 MB for distroless cc on Debian 12. */
const BASE_BYTES = 40 * MEGABYTE;
const BUILD_LIMIT_MILLISECONDS = 15 * 60_000;
const NOBODY = 65_532;

function bytesIn(path: string): number {
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}

interface LockedPackage {
  readonly dev?: boolean;
  readonly optional?: boolean;
}

describe('the image', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drop-image-'));
  let app = '';
  let command: string[] = [];
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    const stage = await followDockerfile({
      context: repository,
      folder,
      onStep: (step) => console.info(`image: ${step}`),
    });
    app = join(stage.root, 'app');
    command = JSON.parse(stage.instructions.find(({ name }) => name === 'CMD')?.text ?? '[]');
  }, BUILD_LIMIT_MILLISECONDS);
  afterAll(() => {
    if (child?.exitCode === null) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it('holds package.json, the packages and what was compiled, nothing else', () => {
    expect(readdirSync(app).sort()).toEqual(['dist', 'node_modules', 'package.json']);
    expect(readdirSync(join(app, 'dist')).sort()).toEqual(['crds', 'hooks', 'metacontroller', 'service']);
  });

  it('holds no package that only development needs', () => {
    const { packages } = JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8'));
    const forDevelopment = Object.entries<LockedPackage>(packages).filter(([, { dev }]) => dev === true);
    expect(forDevelopment.length).toBeGreaterThan(10);
    const present = forDevelopment.filter(([path]) => statSync(join(app, path), { throwIfNoEntry: false }));
    expect(present.map(([path]) => path)).toEqual([]);
  });

  it('is smaller than 250 MB: what we add, a Node, and the libraries below it', () => {
    const added = bytesIn(app);
    const node = statSync(process.execPath).size;
    console.info(
      `image: ${Math.round(added / MEGABYTE)} MB ours + ${Math.round(node / MEGABYTE)} MB Node + 40 MB base`,
    );
    // Node 24 is some 25 MB larger than the oldest that this may run on.
    expect(added + Math.max(node, 125 * MEGABYTE) + BASE_BYTES).toBeLessThan(IMAGE_LIMIT_BYTES);
  });

  it('serves as a user that may write nothing, and stops when told to', async () => {
    const isRoot = process.getuid?.() === 0;
    const started = spawn(process.execPath, command, {
      cwd: app,
      env: {
        NODE_ENV: 'production',
        DROP_ALLOW_ANONYMOUS: 'true',
        DROP_HOST: '127.0.0.1',
        DROP_PORT: '0',
        DROP_ADMIN_PORT: '0',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
      ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
    });
    child = started;
    let port = 0;
    for await (const line of createInterface({ input: started.stdout })) {
      const entry = JSON.parse(line);
      if (entry.msg === 'serving') {
        port = entry.port;
        break;
      }
    }
    const answer = await fetch(`http://127.0.0.1:${port}/hooks/cachedimages/sync`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ parent: alpine }),
    });
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ children: [] })]);
    started.kill('SIGTERM');
    expect((await once(started, 'exit'))[0]).toBe(0);
  });
});
