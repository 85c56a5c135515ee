// The entry point of the container serves, stops on signals, and reports in one sentence why it cannot start.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { alpine } from './app-with-log.ts';
import { occupyPort } from './sockets.ts';

const root = resolve(import.meta.dirname, '../..');
/** Starting from the sources takes one or two seconds, on a busy machine more. */
const CHILD_LIMIT_MILLISECONDS = 60_000;

type Child = ChildProcessByStdio<null, Readable, Readable>;
let child: Child | undefined;

afterEach(() => {
  if (child?.exitCode === null) child.kill('SIGKILL');
  child = undefined;
});

function startMain(environment: Readonly<Record<string, string>>): Child {
  const { PATH = '', HOME = '' } = process.env;
  const started = spawn(process.execPath, ['--import', 'tsx', 'service/main.ts'], {
    cwd: root,
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: CHILD_LIMIT_MILLISECONDS,
    killSignal: 'SIGKILL',
  });
  child = started;
  return started;
}

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

async function ending(started: Child) {
  const [[code], stdout, stderr] = await Promise.all([
    once(started, 'exit'),
    textOf(started.stdout),
    textOf(started.stderr),
  ]);
  return { code, stdout, stderr };
}

const anonymous = { DROP_ALLOW_ANONYMOUS: 'true', DROP_HOST: '127.0.0.1', DROP_PORT: '0', DROP_ADMIN_PORT: '0' };

describe('a service that cannot start prints one sentence and exits with 1', () => {
  it('no RE2, which is an optional package', async () => {
    const script = `import Module from 'node:module';
      const load = Module._load;
      Module._load = (name, ...rest) => {
        if (name === 're2') throw new Error("Cannot find module 're2'");
        return load(name, ...rest);
      };`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(script)}`;
    expect(await ending(startMain({ ...anonymous, NODE_OPTIONS }))).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'drop: the package re2 cannot be loaded: install a C++ toolchain and Python 3, then run npm ci: ' +
        '"Cannot find module \'re2\'"\n',
    });
  });

  it('no token', async () => {
    expect(await ending(startMain({}))).toEqual({
      code: 1,
      stdout: '',
      stderr: 'drop: no bearer token: set DROP_TOKEN_FILE to the file with the token, or DROP_ALLOW_ANONYMOUS=true\n',
    });
  });

  it('a port in use', async () => {
    const occupied = await occupyPort();
    const outcome = await ending(startMain({ ...anonymous, DROP_PORT: String(occupied.port) }));
    await occupied.release();
    expect(outcome).toEqual({
      code: 1,
      stdout: '',
      stderr: `drop: Error: listen EADDRINUSE: address already in use 127.0.0.1:${occupied.port}\n`,
    });
  });
});

it.each(['SIGTERM', 'SIGINT'] as const)('the service stops on %s and exits with 0', async (signal) => {
  const started = startMain({ ...anonymous, KUBECONFIG: '/does-not-exist' });
  const lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]();
  const first = JSON.parse((await lines.next()).value) as { msg: string; port: number; adminPort: number };
  expect(first).toMatchObject({ level: 30, name: 'drop', msg: 'serving', namespace: 'drop-system' });
  expect(JSON.parse((await lines.next()).value).msg).toContain('no kubeconfig or service account found');
  expect((await fetch(`http://127.0.0.1:${first.adminPort}/readyz`)).status).toBe(200);
  const response = await fetch(`http://127.0.0.1:${first.port}/hooks/cachedimages/sync`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ parent: alpine }),
  });
  expect(response.status).toBe(200);
  await response.json();
  expect(JSON.parse((await lines.next()).value)).toMatchObject({ msg: 'hook called', parent: 'alpine' });
  const exited = once(started, 'exit');
  process.kill(started.pid ?? 0, signal);
  const rest: string[] = [];
  for (let line = await lines.next(); !line.done; line = await lines.next()) rest.push(JSON.parse(line.value).msg);
  expect(await exited).toEqual([0, null]);
  expect(rest).toContain('stopped');
});
