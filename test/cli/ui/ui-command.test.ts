// `kubectl drop ui`: what it prints and how it ends.
import { describe, expect, it } from 'vitest';
import { completionOf } from '../../../cli/completion/candidates.ts';
import { createProgram } from '../../../cli/program.ts';
import type { FollowedCluster } from '../../../cli/ui/follow/follow-cluster.ts';
import { untilEnded } from '../../../cli/until-ended.ts';
import { UsageError } from '../../../cli/usage-error.ts';
import { eventually } from '../../waiting.ts';
import { runWith } from '../command-input.ts';
import { cookieOf, openEvents } from './event-client.ts';
import { changingSource, imageNamed } from './ui-requests.ts';

function fakeCluster() {
  let stops = 0;
  const cluster: FollowedCluster = {
    ...changingSource([imageNamed('nginx')]),
    title: 'blue',
    problem: () => undefined,
    stop() {
      stops += 1;
    },
  };
  return { cluster, stops: () => stops };
}

describe('the command', () => {
  it('prints the link on a line of its own, serves until it is ended, and exits with 0', async () => {
    const { cluster, stops } = fakeCluster();
    const printed: string[] = [];
    let end: () => void = () => undefined;
    const ended = new Promise<void>((done) => {
      end = done;
    });
    const result = runWith(['ui', '-n', 'pulls'], {
      followCluster: async (flags) => {
        expect(flags.namespace).toBe('pulls');
        return cluster;
      },
      serve: { print: (line) => printed.push(line), ended: () => ended },
    });
    const url = await eventually(() => {
      expect(printed).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/)]);
      return printed[0] ?? '';
    });
    const { origin } = new URL(url);
    const client = await openEvents(origin, await cookieOf(url));
    expect((await client.find(({ name }) => name === 'view')).data.title).toBe('blue');
    expect(stops()).toBe(0);
    end();
    expect(await result).toEqual({ text: '', exitCode: 0 });
    expect(stops()).toBe(1);
    await eventually(() => expect(client.hasEnded()).toBe(true));
    await expect(fetch(origin)).rejects.toThrow();
  });

  it('has a new link each time', async () => {
    const printed: string[] = [];
    const serve = { print: (line: string) => printed.push(line), ended: async () => undefined };
    for (let round = 0; round < 2; round += 1) {
      await runWith(['ui'], { followCluster: async () => fakeCluster().cluster, serve });
    }
    expect(new Set(printed.map((url) => new URL(url).searchParams.get('token'))).size).toBe(2);
  });

  it('stops following the cluster if its port is in use', async () => {
    const outer = fakeCluster();
    const inner = fakeCluster();
    let failure: unknown;
    let port = '';
    await runWith(['ui'], {
      followCluster: async () => outer.cluster,
      serve: {
        print: (line) => {
          ({ port } = new URL(line));
        },
        async ended() {
          await eventually(() => expect(port).not.toBe(''));
          failure = await runWith(['ui', '--port', port], { followCluster: async () => inner.cluster }).catch(
            (error: unknown) => error,
          );
        },
      },
    });
    expect(failure).toEqual(
      new UsageError(`port ${port} of 127.0.0.1 cannot be used (EADDRINUSE): choose another one with --port`),
    );
    expect(inner.stops()).toBe(1);
  });

  it.each(['-1', '65536', 'http', '1.5', ''])('refuses the port "%s"', async (port) => {
    await expect(runWith(['ui', `--port=${port}`])).rejects.toThrow(
      new UsageError(`--port "${port}" is not a port from 0 to 65535`),
    );
  });

  it('is completed by shells', async () => {
    const runsNoCommand = () => Promise.reject(new Error('completion runs no command'));
    const context = {
      environment: {},
      readSnapshot: runsNoCommand,
      followCluster: runsNoCommand,
      serve: { print: () => undefined, ended: runsNoCommand },
      report: () => undefined,
      progress: { isTerminal: false, columns: 80, show: () => undefined },
    };
    const program = createProgram(context, { version: '', write: () => undefined });
    const complete = async (...words: readonly string[]) =>
      (await completionOf(program, words, async () => [])).candidates;
    expect(await complete('u')).toEqual(['ui']);
    expect(await complete('ui', '--')).toContain('--port');
    expect(await complete('ui', '--c')).toEqual(['--context']);
  });
});

describe('a command that serves ends', () => {
  const TERMINALS = [0, 1, 2];

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('with %s', async (signal) => {
    const listeners = new Map<string, () => void>();
    const ended = untilEnded({ once: (name, listener) => listeners.set(name, listener) }, () => true);
    listeners.get(signal)?.();
    await ended;
  });

  it('once its terminal is gone', async () => {
    let open: readonly number[] = TERMINALS;
    const ended = untilEnded({ once: () => undefined }, (descriptor) => open.includes(descriptor));
    open = [];
    await ended;
  });

  it('without a terminal only by a signal', async () => {
    const ended = untilEnded({ once: () => undefined }, () => false).then(() => 'ended');
    const later = new Promise<string>((done) => setTimeout(done, 1_300, 'runs'));
    expect(await Promise.race([ended, later])).toBe('runs');
  });
});
