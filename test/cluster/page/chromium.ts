// A page in headless Chromium, controlled with the Chrome DevTools Protocol.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { WebSocket } from 'undici';

const START_MILLISECONDS = 60_000;

export interface OpenPage {
  /** Errors of the console, uncaught exceptions and violations of the content security policy. */
  readonly problems: readonly string[];
  /** Returns the value of an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  /** Presses a key such as ArrowRight. */
  press(key: string): Promise<void>;
  send(method: string, params?: object): Promise<Readonly<Record<string, unknown>>>;
  close(): Promise<void>;
}

export interface PageSize {
  readonly width: number;
  readonly height: number;
}

/** The path of Chromium, or why there is none. */
export function findChromium(): { readonly path: string } | { readonly missing: string } {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const path = folders.map((folder) => join(folder, 'chromium')).find((each) => existsSync(each));
  return path === undefined ? { missing: 'no chromium on PATH' } : { path };
}

/** The address of the page's debugger, from the browser's own list. */
async function pageAddress(child: ChildProcess): Promise<string> {
  const port = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.once('exit', () => reject(new Error(`Chromium ended: ${output.slice(-2_000)}`)));
    setTimeout(() => reject(new Error(`Chromium did not start: ${output.slice(-2_000)}`)), START_MILLISECONDS).unref();
    child.stderr?.on('data', (piece) => {
      output += String(piece);
      const found = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as readonly {
    readonly type: string;
    readonly webSocketDebuggerUrl: string;
  }[];
  return targets.find(({ type }) => type === 'page')?.webSocketDebuggerUrl ?? '';
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

async function connect(address: string) {
  const socket = new WebSocket(address);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('error', () => reject(new Error(`no connection to ${address}`)), { once: true });
  });
  const waiting = new Map<number, (message: Message) => void>();
  const listeners: ((message: Message) => void)[] = [];
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id === undefined) for (const listener of listeners) listener(message);
    else waiting.get(message.id)?.(message);
  });
  socket.addEventListener('close', () => {
    for (const settle of waiting.values()) settle({ error: { message: 'the browser has ended' } });
  });
  let last = 0;
  return {
    onEvent: (listener: (message: Message) => void) => listeners.push(listener),
    async send(method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
      last += 1;
      const id = last;
      const message = await new Promise<Message>((resolve) => {
        waiting.set(id, resolve);
        socket.send(JSON.stringify({ id, method, params }));
      });
      if (message.error !== undefined) throw new Error(`${method}: ${message.error.message}`);
      return message.result ?? {};
    },
    close: () => socket.close(),
  };
}

type Connection = Awaited<ReturnType<typeof connect>>;

function recordProblems({ onEvent }: Connection): readonly string[] {
  const problems: string[] = [];
  onEvent(({ method, params }) => {
    const text = JSON.stringify(params);
    const isLogged = method === 'Log.entryAdded' && /"level":"(?:error|warning)"/.test(text);
    const isPrinted = method === 'Runtime.consoleAPICalled' && /"type":"(?:error|warning|assert)"/.test(text);
    if (isLogged || isPrinted || method === 'Runtime.exceptionThrown') problems.push(text);
  });
  return problems;
}

async function load({ send, onEvent }: Connection, url: string, { width, height }: PageSize): Promise<void> {
  for (const domain of ['Page', 'Runtime', 'Log']) await send(`${domain}.enable`);
  await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
  const isLoaded = new Promise<void>((resolve) => {
    onEvent(({ method }) => {
      if (method === 'Page.loadEventFired') resolve();
    });
  });
  await send('Page.navigate', { url });
  await isLoaded;
}

/** Opens the URL in a browser of its own. Without a sandbox, because tests in containers run as root. */
export async function openPage(chromium: string, url: string, size: PageSize): Promise<OpenPage> {
  const profile = mkdtempSync(join(tmpdir(), 'drop-chromium-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0', '--no-first-run'];
  const child = spawn(chromium, [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const connection = await connect(await pageAddress(child));
  const problems = recordProblems(connection);
  await load(connection, url, size);
  return {
    problems,
    send: connection.send,
    async evaluate(expression) {
      const options = { expression, returnByValue: true, awaitPromise: true };
      const { result, exceptionDetails } = await connection.send('Runtime.evaluate', options);
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return (result as { readonly value?: unknown }).value;
    },
    async press(key) {
      for (const type of ['keyDown', 'keyUp']) await connection.send('Input.dispatchKeyEvent', { type, key });
    },
    async close() {
      const isEnded = new Promise((resolve) => child.once('exit', resolve));
      // The browser can end before it responds.
      await connection.send('Browser.close').catch(() => {});
      await isEnded;
      connection.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
