// Proves that the entry of the container starts, serves, stops when told to, and says in one sentence why it does not start.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { alpine } from './app-with-log.ts';
import { takePort } from './sockets.ts';

const root = resolve(import.meta.dirname, '../..');
/** Starting from the sources takes a second or two; a machine that is busy gets more. */
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

describe('what keeps it from starting is one sentence and exit 1', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['no token', {}, 'drop: set DROP_TOKEN_FILE to the file with the bearer token, or DROP_ALLOW_ANONYMOUS=true\n'],
    [
      'a token file that is missing',
      { DROP_TOKEN_FILE: '/nowhere/token' },
      'drop: DROP_TOKEN_FILE /nowhere/token cannot be read (ENOENT)\n',
    ],
  ])('%s', async (_title, environment, stderr) => {
    expect(await ending(startMain(environment))).toEqual({ code: 1, stdout: '', stderr });
  });

  it('a port that is taken', async () => {
    const taken = await takePort();
    const outcome = await ending(startMain({ ...anonymous, DROP_PORT: String(taken.port) }));
    await taken.release();
    expect(outcome).toEqual({
      code: 1,
      stdout: '',
      stderr: `drop: Error: listen EADDRINUSE: address already in use 127.0.0.1:${taken.port}\n`,
    });
  });
});

it.each(['SIGTERM', 'SIGINT'] as const)('it serves, and %s stops it with exit 0', async (signal) => {
  const started = startMain({ ...anonymous, KUBECONFIG: '/does-not-exist' });
  const lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]();
  const first = JSON.parse((await lines.next()).value) as { msg: string; port: number; adminPort: number };
  expect(first).toMatchObject({ level: 30, name: 'drop', msg: 'serving', namespace: 'drop-system' });
  // It starts without a cluster too, and says what that means.
  expect(JSON.parse((await lines.next()).value).msg).toContain('every secretRef gives SecretNotFound');
  expect((await fetch(`http://127.0.0.1:${first.adminPort}/readyz`)).status).toBe(200);
  const response = await fetch(`http://127.0.0.1:${first.port}/hooks/cachedimages/sync`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ parent: alpine }),
  });
  expect(response.status).toBe(200);
  await response.json();
  expect(JSON.parse((await lines.next()).value)).toMatchObject({ msg: 'answered', parent: 'alpine' });
  const exited = once(started, 'exit');
  process.kill(started.pid ?? 0, signal);
  const rest: string[] = [];
  for (let line = await lines.next(); !line.done; line = await lines.next()) rest.push(JSON.parse(line.value).msg);
  expect(await exited).toEqual([0, null]);
  expect(rest).toContain('stopped');
});
