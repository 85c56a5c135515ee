// The real service as a process of its own, as its container runs it, with its log, its memory and its ports in view of the test.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request as startRequest } from 'node:http';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { createFolder } from '../service/discovery/programs.ts';

const root = resolve(import.meta.dirname, '../..');

export const TOKEN = 'correct-horse-battery-staple';
/** What Node gives itself in a container of 1 GiB, the memory limit of the chart. */
const HEAP_LIMIT_MEBIBYTES = 512;
/** Longest that a test waits for an answer or a start; a start from the sources takes two seconds, on a busy machine many. */
export const PATIENCE_MILLISECONDS = 60_000;

export interface Answer {
  /** 0: there was none. */
  readonly statusCode: number;
  readonly body: string;
  readonly rawHeaders: readonly string[];
}

export interface HostileService {
  readonly port: number;
  readonly adminPort: number;
  /** All that it wrote so far, as it stands. */
  readonly log: () => string;
  /** Sends a body with the token; headers given come on top. */
  post(path: string, body: string | Buffer, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Most MiB that it grew by over its warm self while the work was done; undefined where the system does not tell. */
  growthDuring(work: () => Promise<unknown>): Promise<number | undefined>;
  readonly isAlive: () => boolean;
  stop(): Promise<void>;
}

export interface Options {
  readonly environment?: Readonly<Record<string, string>>;
  /** Limit of open files of the process; absent: that of the test. */
  readonly openFilesLimit?: number;
}

type Child = ChildProcessByStdio<null, Readable, null>;

function spawnService(environment: Readonly<Record<string, string>>, openFilesLimit: number | undefined): Child {
  const command = [process.execPath, `--max-old-space-size=${HEAP_LIMIT_MEBIBYTES}`, '--import', 'tsx'];
  const limited = openFilesLimit === undefined ? '' : `ulimit -n ${openFilesLimit} && `;
  const { PATH = '', HOME = '' } = process.env;
  return spawn('sh', ['-c', `${limited}exec "$@"`, 'sh', ...command, 'service/main.ts'], {
    cwd: root,
    env: { PATH, HOME, KUBECONFIG: '/does-not-exist', DROP_HOST: '127.0.0.1', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

interface Ports {
  readonly port: number;
  readonly adminPort: number;
}

async function portsIn(child: Child, log: () => string): Promise<Ports> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (!log().includes('\n')) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the service did not start: ${log()}`);
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  }
  return JSON.parse(log().slice(0, log().indexOf('\n')));
}

function memoryReader(pid: number) {
  const path = `/proc/${pid}/status`;
  const read = (field: string): number => {
    const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(path, 'utf8'))?.[1];
    return Number(kibibytes) / 1024;
  };
  return {
    isKnown: existsSync(path),
    residentMebibytes: () => read('VmRSS'),
    peakMebibytes: () => read('VmHWM'),
    /** proc(5): 5 sets the peak to what is resident now. */
    forgetPeak: () => writeFileSync(`/proc/${pid}/clear_refs`, '5'),
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
        timeout: PATIENCE_MILLISECONDS,
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
      });
      const finish = (statusCode: number, rawHeaders: readonly string[]) =>
        done({ statusCode, body: text, rawHeaders });
      outgoing.on('response', (message) => {
        message.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        message.on('close', () => finish(message.statusCode ?? 0, message.rawHeaders));
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')));
      // An answer may come before all of the body is sent, and then the rest is not taken.
      outgoing.on('error', (error) => {
        text ||= error.message;
        finish(0, []);
      });
      outgoing.end(body);
    });
}

/** A request that every test may end with: it must be answered as if nothing had happened. */
export const plainImage = {
  kind: 'CachedImage',
  metadata: { name: 'alpine', uid: 'plain', generation: 1 },
  spec: { image: 'docker.io/library/alpine', tag: '3.20' },
};
const WARM_REQUESTS = 300;

/** Starts the service on ports of its own and warms it; the token is TOKEN. */
export async function startHostileService({ environment = {}, openFilesLimit }: Options = {}): Promise<HostileService> {
  const folder = createFolder();
  const child = spawnService(
    { DROP_TOKEN_FILE: folder.write('token', TOKEN), DROP_PORT: '0', DROP_ADMIN_PORT: '0', ...environment },
    openFilesLimit,
  );
  // A test that is given up must not leave it behind.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  let log = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    log += piece;
  });
  const ports = await portsIn(child, () => log);
  folder.remove();
  const memory = memoryReader(child.pid ?? 0);
  const post = sendTo(ports.port);
  const body = JSON.stringify({ parent: plainImage });
  for (let count = 0; count < WARM_REQUESTS; count += 1) await post('/hooks/cachedimages/sync', body);
  const warmMebibytes = memory.isKnown ? memory.residentMebibytes() : 0;
  return {
    ...ports,
    log: () => log,
    post,
    async growthDuring(work) {
      if (memory.isKnown) memory.forgetPeak();
      await work();
      if (!memory.isKnown) return undefined;
      if (child.exitCode !== null || child.signalCode !== null) throw new Error('the service is gone');
      return memory.peakMebibytes() - warmMebibytes;
    },
    isAlive: () => child.exitCode === null && child.signalCode === null,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Gives the first lines of what the admin port says to a path. */
export async function askAdmin({ adminPort }: Ports, path: string): Promise<readonly [number, string]> {
  const response = await fetch(`http://127.0.0.1:${adminPort}${path}`, { headers: { connection: 'close' } });
  return [response.status, await response.text()];
}

/** Throws unless the service serves as it did before: ready, and with the right answer to a plain request. */
export async function expectUnharmed(service: HostileService): Promise<void> {
  const answer = await service.post('/hooks/cachedimages/sync', JSON.stringify({ parent: plainImage }));
  const { status } = JSON.parse(answer.body) as { status?: { image?: string } };
  const [ready, text] = await askAdmin(service, '/readyz');
  const seen = [service.isAlive(), answer.statusCode, status?.image, ready, text];
  const wanted = [true, 200, 'docker.io/library/alpine:3.20', 200, 'ok\n'];
  if (JSON.stringify(seen) !== JSON.stringify(wanted))
    throw new Error(`the service was harmed: ${JSON.stringify(seen)}`);
}

/** Longest of several answers to the holder of the token, each on a connection of its own, and of the port of health. */
export async function slowestAnswerMilliseconds(service: HostileService): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < 5; count += 1) {
    const began = performance.now();
    await expectUnharmed(service);
    times.push(performance.now() - began);
  }
  return Math.max(...times);
}
