// The demo as a user starts it: its output in a pipe, and its live view on a terminal.
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { meantToFail } from '../../demo/final-tables.ts';
import { cookieOf, openEvents, type SeenEvent } from '../cli/ui/event-client.ts';
import { eventually } from '../waiting.ts';

const root = resolve(import.meta.dirname, '../..');
const demo = join(root, 'demo/main.ts');
/** A run takes about 10 s. */
const RUN_MILLISECONDS = 60_000;
const nodeArguments = ['--import', 'tsx', demo];

describe('the demo in a pipe', () => {
  let output: string;
  beforeAll(async () => {
    const run = await promisify(execFile)(process.execPath, [...nodeArguments, '--fast'], { cwd: root });
    output = run.stdout;
  }, RUN_MILLISECONDS);

  it('logs a line for each start of a pull and each change of a state', () => {
    expect(output).toMatch(/^\d\d:\d\d:\d\d {2}pull {3}alpine-3-20 -> worker-[12] \(drop-default-0\)$/m);
    expect(output).toMatch(/^\d\d:\d\d:\d\d {2}status alpine-3-20: Cached 2\/2$/m);
    expect(output).not.toContain('\u001b');
  });

  it('ends with the tables of a plan, filled with what happened', () => {
    expect(output).toMatch(/^\d+ of \d+ images are on all their nodes after \d+m\d+s, 4 never: \d+ pulls, at most/m);
    expect(output).toMatch(/^IMAGE +NODES +PULLS +FIRST PULL +ON ALL NODES +NOTE$/m);
    expect(output).toMatch(/^golang-ci +3 +3 +\w+ +\w+$/m);
    expect(output).toMatch(/^auth-fail +1 +\d +\w+ +never +1 node: ImagePullBackOff$/m);
    expect(output).toMatch(/^default +\d+ +1 +1 +\dm\d+s$/m);
    expect(output).toMatch(/^POLICY +SHORTEST DELAY +MINDELAY$/m);
    expect(output).toMatch(/^ci-cache-conservative +30\.0s +30\.0s$/m);
  });

  it('shows the ranks of the policy with a weighted sum over Prometheus and Loki', () => {
    expect(output).toContain('\n$ kubectl drop rank popular-and-slow\n');
    expect(output).toMatch(
      /^ {2}1\. registry\.example\.com\/ci\/build:1\.0\.4\n {5}score {2}0\.68\d+ = 0\.7 x 1 \(usage/m,
    );
    expect(output).toMatch(/^ {2}pulls {10}loki: 3 images$/m);
  });

  it('names the file of every object that is not ready, because all of them are meant to fail', () => {
    const titles = output.match(/^Not ready.*$/gm);
    expect(titles?.map((title) => title.replace(/ \(.*/, ''))).toEqual([
      'Not ready, as 05-trouble.yaml is meant to show',
      'Not ready, as 06-discovery.yaml is meant to show',
    ]);
  });

  it('keeps every promise', () => {
    expect(output.match(/^ {2}kept /gm)?.length).toBeGreaterThan(10);
    expect(output).not.toContain('BROKEN');
    expect(output).toMatch(/\n\nResult: good, (\d+) of \1 promises kept\n$/);
  });
});

it('the objects that are meant to fail are in the manifests', () => {
  const names = [...meantToFail(join(root, 'demo/manifests')).keys()];
  expect(names).toEqual(
    expect.arrayContaining(['CachedImage auth-fail', 'CachedImageSet web-apps', 'DiscoveryPolicy bad-auth']),
  );
  expect(names).not.toContain('CachedImage nginx');
});

const SCRIPT = '/usr/bin/script';
const canUseTerminal = process.platform === 'linux' && existsSync(SCRIPT);
const title = canUseTerminal ? 'on a terminal' : `on a terminal (not run: ${SCRIPT} of util-linux is missing)`;

describe.skipIf(!canUseTerminal)(title, () => {
  it('the demo shows the live view, and Ctrl-C restores the cursor and the screen', async () => {
    const command = `${process.execPath} ${nodeArguments.join(' ')}`;
    const environment = { ...process.env, TERM: 'xterm', NO_COLOR: '', LANG: 'C.UTF-8' };
    const child = spawn(SCRIPT, ['-qec', command, '/dev/null'], { cwd: root, env: environment });
    let output = '';
    child.stdout.on('data', (piece) => {
      const isFirstPull = !output.includes('worker-') && String(piece).includes('worker-');
      output += String(piece);
      if (isFirstPull) child.stdin.write('\u0003');
    });
    const code = await new Promise((done) => child.once('exit', done));
    expect(code).toBe(130);
    expect(output).toContain('\u001b[?1049h\u001b[?25l');
    expect(output).toMatch(/alpine-3-20[^\n]*░/);
    expect(output.trimEnd().endsWith('\u001b[?25h\u001b[?1049l')).toBe(true);
  });
});

describe('the demo with its page', () => {
  it('starts when the page is open, serves it to the end, and ends with Ctrl-C', async () => {
    const child = spawn(process.execPath, [...nodeArguments, '--fast', '--ui'], { cwd: root });
    const exit = new Promise((done) => child.once('exit', done));
    let output = '';
    child.stdout.on('data', (piece) => (output += String(piece)));
    const link = await eventually(() => {
      const [found] = output.match(/http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/) ?? [];
      expect(found, output).toBeDefined();
      return found ?? '';
    }, RUN_MILLISECONDS);
    expect(output).not.toContain('pull   alpine-3-20');
    const client = await openEvents(new URL(link).origin, await cookieOf(link));
    const isDone = ({ data }: SeenEvent) =>
      data.failures?.some(({ image }: { image: string }) => image === 'auth-fail');
    await client.find(isDone, RUN_MILLISECONDS);
    await eventually(() => expect(output).toContain('The page stays open until you press Ctrl-C.'), RUN_MILLISECONDS);
    expect(output).toMatch(/pull {3}alpine-3-20/);
    client.close();
    child.kill('SIGINT');
    expect(await exit).toBe(0);
  });
});
