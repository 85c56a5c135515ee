// The documented installation of the command works on a machine without a compiler, and its programs run there.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { renderDefinitions } from '../../../cli/render/rendered-objects.ts';
import { serveWatches } from '../../cli/cluster/api-server.ts';
import { kubeConfigText } from '../../cli/cluster/kube-config-files.ts';
import { type CommandBlock, commandBlocks } from '../../docs/command-blocks.ts';
import { blocksBelow } from '../../docs/documents.ts';
import { closeServers } from '../../service/discovery/servers.ts';
import { pathOf } from '../binaries.ts';
import { describeWith } from '../requirements.ts';

const repository = resolve(import.meta.dirname, '../../..');
const INSTALL_LIMIT_MILLISECONDS = 10 * 60_000;

const manifests = `
apiVersion: drop.corewire.io/v1alpha1
kind: PullPolicy
metadata: {name: default}
spec: {maxConcurrentNodes: 1, minDelayBetweenPulls: 0s}
---
apiVersion: drop.corewire.io/v1alpha1
kind: CachedImageSet
metadata: {name: tools}
spec: {images: [{image: registry.example.com/compiler, tag: v1}, {image: registry.example.com/linter, tag: v1}]}
`;

/** Programs that npm, its scripts and the installed programs run. No compiler is among them. */
const programs = ['node', 'npm', 'sh', 'env'];

function pathOfProgram(name: string): string {
  return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
}

/** Otherwise the documented set-up would replace the packages of the checkout, without a compiler. */
function hasLockedPackages(): boolean {
  const stamp = join(repository, 'node_modules/.drop-lock');
  return existsSync(stamp) && readFileSync(stamp).equals(readFileSync(join(repository, 'package-lock.json')));
}

describeWith(['packageRegistry'], 'the packed command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drop-package-'));
  const programFolder = join(folder, 'programs');
  const bin = join(folder, 'prefix/bin');
  const environment = { HOME: folder, PATH: [bin, programFolder].join(delimiter) };

  function run(program: string, ...args: readonly string[]) {
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd: folder,
      env: environment,
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { status, stdout, stderr };
  }

  beforeAll(() => {
    if (!hasLockedPackages()) throw new Error('the packages are not those of package-lock.json: run npm run setup');
    const checkout = join(folder, 'checkout');
    const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: repository, encoding: 'utf8' }).split('\0');
    // A build in the checkout would replace what the command of the checkout runs.
    for (const file of tracked.filter((name) => name !== '')) cpSync(join(repository, file), join(checkout, file));
    symlinkSync(join(repository, 'node_modules'), join(checkout, 'node_modules'));
    mkdirSync(programFolder);
    for (const name of programs) symlinkSync(pathOfProgram(name), join(programFolder, name));
    const [{ file, heading }] = commandBlocks.filter(({ runner }) => runner.endsWith('installed-command.test.ts')) as [
      CommandBlock,
    ];
    execFileSync('sh', ['-ec', blocksBelow(file, heading, 'sh')], {
      cwd: checkout,
      env: { ...process.env, ...environment, npm_config_prefix: join(folder, 'prefix') },
      stdio: 'pipe',
      timeout: INSTALL_LIMIT_MILLISECONDS,
    });
  }, INSTALL_LIMIT_MILLISECONDS);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('contains the compiled code, the programs, the README and the license, nothing else', () => {
    const installed = join(folder, 'prefix/lib/node_modules/@drop-on-metacontroller/drop');
    expect(readdirSync(installed).sort()).toEqual([
      'LICENSE',
      'README.md',
      'cli',
      'dist',
      'node_modules',
      'package.json',
    ]);
    expect(readdirSync(join(installed, 'cli')).sort()).toEqual([
      'kubectl-complete-drop.mjs',
      'kubectl-drop.mjs',
      'start.mjs',
    ]);
    expect(readdirSync(join(installed, 'dist')).sort()).toEqual([
      'cli',
      'crds',
      'hooks',
      'kubernetes',
      'metacontroller',
      'service',
    ]);
  });

  it('leaves no build in the checkout, which would replace its sources', () => {
    expect(existsSync(join(folder, 'checkout/cli/start.mjs'))).toBe(true);
    expect(existsSync(join(folder, 'checkout/dist'))).toBe(false);
  });

  it('is installed without re2, which needs a compiler', () => {
    expect(run('c++').status).not.toBe(0);
    const packages = readdirSync(join(folder, 'prefix/lib/node_modules/@drop-on-metacontroller/drop/node_modules'));
    expect(packages).toContain('commander');
    expect(packages).not.toContain('re2');
  });

  it('kubectl-drop prints the definitions', () => {
    expect(run('kubectl-drop', 'render', 'crds')).toEqual({ status: 0, stdout: renderDefinitions(), stderr: '' });
  });

  it.each<[args: readonly string[], usage: string]>([
    [['--help'], 'Usage: kubectl drop [options] [command]\n'],
    [['why', '--help'], 'Usage: kubectl drop why [options] <image> [node]\n'],
    [['plan', '--help'], 'Usage: kubectl drop plan [options]\n'],
    [['rank', '--help'], 'Usage: kubectl drop rank [options]'],
    [['ui', '--help'], 'Usage: kubectl drop ui [options]\n'],
  ])('kubectl-drop prints help for %j', (args, usage) => {
    const { status, stdout, stderr } = run('kubectl-drop', ...args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.slice(0, usage.length)).toBe(usage);
  });

  it('kubectl-drop why exits with 2 and one sentence without a kubeconfig', () => {
    const stderr = 'no kubeconfig found: name one with --kubeconfig, or set KUBECONFIG\n';
    expect(run('kubectl-drop', 'why', 'nginx')).toEqual({ status: 2, stdout: '', stderr });
  });

  it('kubectl-drop plan plans the manifests of a file', () => {
    const file = join(folder, 'manifests.yaml');
    writeFileSync(file, manifests);
    const args = ['-f', file, '--nodes', '3', '--pull-seconds', '4', '--output', 'json'];
    const { status, stdout, stderr } = run('kubectl-drop', 'plan', ...args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ totalPulls: 6, durationSeconds: 24, peakPulls: 1 });
  });

  it('kubectl-drop queries the sources of a policy, and names the package that patterns need', () => {
    const policy = { apiVersion: 'drop.corewire.io/v1alpha1', kind: 'DiscoveryPolicy', metadata: { name: 'ci' } };
    const sources = [{ type: 'prometheus', prometheus: { endpoint: 'http://127.0.0.1:1', query: 'up' } }];
    const rank = (spec: unknown) => {
      writeFileSync(join(folder, 'policy.json'), JSON.stringify({ ...policy, spec }));
      return run('kubectl-drop', 'rank', '-f', 'policy.json');
    };
    const { status, stdout, stderr } = rank({ sources });
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toContain('ConnectionRefused');
    expect(rank({ sources, imageFilter: 'x' })).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^patterns need the npm package re2: /),
    });
  });

  it('kubectl-drop serves the page with the files of the package', async () => {
    const server = await serveWatches({});
    const config = join(folder, 'kubeconfig');
    writeFileSync(config, kubeConfigText({ server: server.url, contexts: ['test'], current: 'test' }));
    const child = spawn(join(bin, 'kubectl-drop'), ['ui', '--kubeconfig', config], { cwd: folder, env: environment });
    const exit = once(child, 'exit');
    try {
      const [line] = await once(child.stdout, 'data');
      const link = new URL(String(line).trim());
      const { headers } = await fetch(link, { redirect: 'manual' });
      const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
      const textOf = async (path: string) =>
        await (await fetch(new URL(path, link.origin), { headers: { cookie } })).text();
      expect(await textOf('/')).toContain('app.js');
      expect(await textOf('/app.js')).toContain('./lit-html.js');
      expect(await textOf('/lit-html.js')).toContain('export{');
    } finally {
      child.kill('SIGTERM');
      await closeServers();
    }
    expect(await exit).toEqual([0, null]);
  });

  it('kubectl-drop prints its version', () => {
    const { version } = JSON.parse(
      execFileSync('node', ['-p', 'JSON.stringify(require("./package.json"))'], { cwd: repository, encoding: 'utf8' }),
    );
    expect(run('kubectl-drop', '--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('kubectl_complete-drop completes the subcommands', () => {
    expect(run('kubectl_complete-drop', 'rend')).toEqual({ status: 0, stdout: 'render\n:4\n', stderr: '' });
  });

  it('kubectl_complete-drop completes no image without a cluster', () => {
    expect(run('kubectl_complete-drop', 'why', '')).toEqual({ status: 0, stdout: ':4\n', stderr: '' });
  });

  describeWith(['kubectl'], 'as a plugin of kubectl', () => {
    const kubectl = () => pathOf(inject('clusterRun').binaries, 'kubectl');

    it('kubectl drop prints the definitions', () => {
      const { status, stdout } = run(kubectl(), 'drop', 'render', 'crds');
      expect({ status, stdout }).toEqual({ status: 0, stdout: renderDefinitions() });
    });

    it('kubectl drop exits with the exit code of the command', () => {
      const { status, stderr } = run(kubectl(), 'drop', 'wyh');
      expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^unknown command 'wyh'/) });
    });

    it('kubectl completes the arguments', () => {
      const { stdout } = run(kubectl(), '__complete', 'drop', 'render', '');
      expect(stdout).toBe('crds\ncontrollers\n:4\n');
    });
  });
});
