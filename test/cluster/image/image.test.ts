// The image contains what it needs and nothing else, is small, and serves. It is built without a container engine.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderDefinitions } from '../../../cli/render/rendered-objects.ts';
import { alpine } from '../../service/app-with-log.ts';
import { type BuiltStage, followDockerfile } from './dockerfile.ts';
import { describeServicePod } from './service-pod-tests.ts';

const repository = resolve(import.meta.dirname, '../../..');
const MEGABYTE = 1_000_000;
const IMAGE_LIMIT_BYTES = 250 * MEGABYTE;
/** The base image without Node: glibc, libstdc++, certificates, time zones. Distroless cc on Debian 12 has 34 MB. */
const BASE_BYTES = 40 * MEGABYTE;
const BUILD_LIMIT_MILLISECONDS = 15 * 60_000;
/** The user of the Dockerfile. */
const IMAGE_UID = 65_532;
const unprivileged = process.getuid?.() === 0 ? { uid: IMAGE_UID, gid: IMAGE_UID } : {};

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
  let stage: BuiltStage;
  let root = '';
  let app = '';
  let command: string[] = [];
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    stage = await followDockerfile({
      context: repository,
      folder,
      onStep: (step) => console.info(`image: ${step}`),
    });
    root = stage.root;
    app = join(root, 'app');
    command = JSON.parse(stage.instructions.find(({ name }) => name === 'CMD')?.text ?? '[]');
  }, BUILD_LIMIT_MILLISECONDS);
  afterAll(() => {
    if (child?.exitCode === null) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it('contains package.json, the packages and the compiled code with its source maps, nothing else', () => {
    expect(readdirSync(app).sort()).toEqual(['dist', 'node_modules', 'package.json']);
    expect(readdirSync(join(app, 'dist')).sort()).toEqual([
      'cli',
      'crds',
      'hooks',
      'kubernetes',
      'metacontroller',
      'service',
    ]);
    expect(existsSync(join(app, 'dist/service/main.js.map'))).toBe(true);
  });

  it('contains no development dependency', () => {
    const { packages } = JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8'));
    const forDevelopment = Object.entries<LockedPackage>(packages).filter(([, { dev }]) => dev === true);
    expect(forDevelopment.length).toBeGreaterThan(10);
    const present = forDevelopment.filter(([path]) => statSync(join(app, path), { throwIfNoEntry: false }));
    expect(present.map(([path]) => path)).toEqual([]);
  });

  it('is smaller than 250 MB, including Node and the base image', () => {
    const added = bytesIn(app);
    const node = statSync(process.execPath).size;
    console.info(`image: ${Math.round(added / MEGABYTE)} MB app + ${Math.round(node / MEGABYTE)} MB Node + 40 MB base`);
    // Node 24, which the image contains, is about 25 MB larger than the oldest version that can run this test.
    expect(added + Math.max(node, 125 * MEGABYTE) + BASE_BYTES).toBeLessThan(IMAGE_LIMIT_BYTES);
  });

  it('has stack traces that name the TypeScript files', () => {
    const flags = command.filter((word) => word.startsWith('--'));
    const script = "import { readConfig } from './dist/service/config.js'; readConfig({});";
    const { stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '--eval', script], {
      cwd: app,
      encoding: 'utf8',
    });
    expect(stderr).toMatch(/at .*service\/config\.ts:\d+/);
  });

  it('has the program drop for kubectl exec, which Node of the base image runs', () => {
    const program = join(root, 'usr/local/bin/drop');
    expect(statSync(program).mode & 0o777).toBe(0o755);
    expect(readFileSync(program, 'utf8').split('\n')[0]).toBe('#!/nodejs/bin/node');
  });

  it('runs drop as an unprivileged user, who can write nowhere', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'usr/local/bin/drop'), 'render', 'crds'],
      { cwd: app, encoding: 'utf8', env: {}, ...unprivileged },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(renderDefinitions());
  });

  it('runs drop with an exit code of 2 for an unknown command', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'usr/local/bin/drop'), 'wyh'], {
      encoding: 'utf8',
      env: {},
      ...unprivileged,
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^unknown command 'wyh'/);
  });

  it('serves as an unprivileged user and stops on SIGTERM', async () => {
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
      ...unprivileged,
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
    const response = await fetch(`http://127.0.0.1:${port}/hooks/cachedimages/sync`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ parent: alpine }),
    });
    expect([response.status, await response.json()]).toEqual([200, expect.objectContaining({ children: [] })]);
    started.kill('SIGTERM');
    expect((await once(started, 'exit'))[0]).toBe(0);
  });

  describeServicePod(() => stage);
});
