// `kubectl drop ui` ends with its terminal, however that goes away.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeServers } from '../../service/discovery/servers.ts';
import { eventually } from '../../waiting.ts';
import { serveWatches } from '../cluster/api-server.ts';
import { createTestFolder, kubeConfigText, type TestFolder } from '../cluster/kube-config-files.ts';

const repository = resolve(import.meta.dirname, '../../..');
const SCRIPT = '/usr/bin/script';
const canUseTerminal = process.platform === 'linux' && existsSync(SCRIPT);
const title = canUseTerminal ? 'on a terminal' : `on a terminal (not run: ${SCRIPT} of util-linux is missing)`;
const START_MILLISECONDS = 30_000;
const END_MILLISECONDS = 5_000;

describe.skipIf(!canUseTerminal)(title, () => {
  let folder: TestFolder;
  let terminal: ChildProcess;
  let link: URL;

  /** Starts the command in a shell on a terminal of its own, and waits for its link. */
  beforeEach(async () => {
    folder = createTestFolder();
    const server = await serveWatches({});
    const kubeconfig = join(folder.path, 'config');
    folder.write('config', kubeConfigText({ server: server.url, contexts: ['test'], current: 'test' }));
    const command = [
      process.execPath,
      '--import',
      'tsx',
      join(repository, 'cli/main.ts'),
      'ui',
      '--kubeconfig',
      kubeconfig,
    ];
    terminal = spawn(SCRIPT, ['-qec', command.join(' '), '/dev/null'], {
      cwd: repository,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    terminal.stdout?.on('data', (piece) => (output += String(piece)));
    link = await eventually(() => {
      const [found] = output.match(/http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/) ?? [];
      expect(found, output).toBeDefined();
      return new URL(found ?? '');
    }, START_MILLISECONDS);
  }, START_MILLISECONDS);
  afterEach(async () => {
    terminal.kill('SIGKILL');
    await closeServers();
    folder.remove();
  });

  const isServed = () =>
    fetch(link.origin).then(
      () => true,
      () => false,
    );

  it.each<[how: string, end: () => void]>([
    ['Ctrl-C', () => terminal.stdin?.write('\u0003')],
    ['the window of the terminal is closed', () => terminal.kill('SIGKILL')],
  ])('the server is gone soon after %s', async (_, end) => {
    expect(await isServed()).toBe(true);
    end();
    await eventually(async () => expect(await isServed()).toBe(false), END_MILLISECONDS);
  });
});
