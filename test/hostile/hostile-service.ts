// Runs the real service as a process with the heap of its container, and measures its memory.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request as startRequest } from 'node:http';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { createFolder } from '../service/discovery/programs.ts';

const root = resolve(import.meta.dirname, '../..');

const TOKEN = 'correct-horse-battery-staple';
/** Node's default in a container of 1 GiB, the memory limit of the chart. */
const HEAP_LIMIT_MEBIBYTES = 512;
/** Longest wait for a start or a response. */
export const TIMEOUT_MILLISECONDS = 60_000;

interface Response {
  /** 0: the connection was closed without a response. */
  readonly statusCode: number;
  readonly body: string;
}

export interface HostileService {
  readonly log: () => string;
  readonly isAlive: () => boolean;
  /** Sends a body with the token. */
  post(path: string, body: string | Buffer, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** MiB by which the resident memory peaks above its size after the start. Undefined without /proc. */
  peakGrowthDuring(work: () => Promise<unknown>): Promise<number | undefined>;
  stop(): Promise<void>;
}

type Child = ChildProcessByStdio<null, Readable, null>;

function spawnService(tokenFile: string): Child {
  const { PATH = '', HOME = '' } = process.env;
  const addresses = { DROP_HOST: '127.0.0.1', DROP_PORT: '0', DROP_ADMIN_PORT: '0' };
  const args = [`--max-old-space-size=${HEAP_LIMIT_MEBIBYTES}`, '--import', 'tsx', 'service/main.ts'];
  return spawn(process.execPath, args, {
    cwd: root,
    env: { PATH, HOME, KUBECONFIG: '/does-not-exist', DROP_TOKEN_FILE: tokenFile, ...addresses },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 10 * TIMEOUT_MILLISECONDS,
    killSignal: 'SIGKILL',
  });
}

async function portIn(child: Child, log: () => string): Promise<number> {
  while (!log().includes('\n')) {
    if (child.exitCode !== null) throw new Error('the service did not start');
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  }
  return JSON.parse(log().slice(0, log().indexOf('\n'))).port;
}

function memoryReader(pid: number) {
  const read = (field: string): number => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  };
  return {
    isAvailable: existsSync(`/proc/${pid}/status`),
    residentMebibytes: () => read('VmRSS'),
    peakMebibytes: () => read('VmHWM'),
    /** proc(5): writing 5 resets the peak to the current resident size. */
    resetPeak: () => writeFileSync(`/proc/${pid}/clear_refs`, '5'),
  };
}

function sendTo(port: number): HostileService['post'] {
  return (path, body, headers = {}) =>
    new Promise((done) => {
      let text = '';
      const outgoing = startRequest({
        host: '127.0.0.1',
        port,
        path,
        method: 'POST',
        timeout: TIMEOUT_MILLISECONDS,
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
      });
      outgoing.on('response', (message) => {
        message.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        message.on('close', () => done({ statusCode: message.statusCode ?? 0, body: text }));
      });
      outgoing.on('timeout', () => outgoing.destroy());
      // A rejected request is closed before its whole body is sent; the response may be lost then.
      outgoing.on('error', () => done({ statusCode: 0, body: text }));
      outgoing.end(body);
    });
}

export const plainImage = {
  kind: 'CachedImage',
  metadata: { name: 'alpine', uid: 'plain', generation: 1 },
  spec: { image: 'docker.io/library/alpine', tag: '3.20' },
};

/** The resident size grows during the first requests without being a cost of any of them. */
const WARM_UP_REQUESTS = 100;

export async function startHostileService(): Promise<HostileService> {
  const folder = createFolder();
  const child = spawnService(folder.write('token', TOKEN));
  let log = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    log += piece;
  });
  const post = sendTo(await portIn(child, () => log));
  folder.remove();
  const body = JSON.stringify({ parent: plainImage });
  for (let count = 0; count < WARM_UP_REQUESTS; count += 1) await post('/hooks/cachedimages/sync', body);
  const memory = memoryReader(child.pid ?? 0);
  const warmMebibytes = memory.isAvailable ? memory.residentMebibytes() : 0;
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  return {
    log: () => log,
    isAlive,
    post,
    async peakGrowthDuring(work) {
      if (memory.isAvailable) memory.resetPeak();
      await work();
      return memory.isAvailable && isAlive() ? memory.peakMebibytes() - warmMebibytes : undefined;
    },
    async stop() {
      if (!isAlive()) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
