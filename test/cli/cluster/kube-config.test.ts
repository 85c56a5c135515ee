// Which cluster a command uses, and the errors of a kubeconfig that names none.
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadKubeConfig } from '../../../cli/cluster/kube-config.ts';
import { UsageError } from '../../../cli/usage-error.ts';
import { createTestFolder, kubeConfigText } from './kube-config-files.ts';

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`);

const folder = createTestFolder();
afterAll(folder.remove);

folder.write('home/.kube/config', kubeConfigText({ contexts: ['home'], current: 'home' }));
const one = folder.write('one', kubeConfigText({ contexts: ['one'] }));
const two = folder.write('two', kubeConfigText({ contexts: ['blue', 'green'], current: 'green' }));
const third = folder.write('third', kubeConfigText({ server: 'https://third', contexts: ['green'], current: 'green' }));
const none = folder.write('none', kubeConfigText({ contexts: ['blue', 'green'] }));
const many = folder.write('many', kubeConfigText({ contexts: numbered(25) }));
const gone = join(folder.path, 'gone');
const home = join(folder.path, 'home');
const emptyHome = join(folder.path, 'empty-home');

describe('the cluster is chosen as kubectl chooses it', () => {
  it.each<[string, Parameters<typeof loadKubeConfig>[0], string]>([
    ['the file of the home folder', { environment: { HOME: home } }, 'https://127.0.0.1:6443/home'],
    [
      'KUBECONFIG before the home folder',
      { environment: { HOME: home, KUBECONFIG: two } },
      'https://127.0.0.1:6443/green',
    ],
    ['--kubeconfig before KUBECONFIG', { file: one, environment: { KUBECONFIG: two } }, 'https://127.0.0.1:6443/one'],
    [
      'an empty KUBECONFIG counts as unset',
      { environment: { HOME: home, KUBECONFIG: '' } },
      'https://127.0.0.1:6443/home',
    ],
    [
      '--context before the current context',
      { file: two, context: 'blue', environment: {} },
      'https://127.0.0.1:6443/blue',
    ],
    ['the only context without a current one', { file: one, environment: {} }, 'https://127.0.0.1:6443/one'],
    ['the first of two files wins', { environment: { KUBECONFIG: `${two}:${third}` } }, 'https://127.0.0.1:6443/green'],
    ['the same in the other order', { environment: { KUBECONFIG: `${third}:${two}` } }, 'https://third/green'],
    [
      'a context of the second file',
      { context: 'blue', environment: { KUBECONFIG: `${one}:${two}` } },
      'https://127.0.0.1:6443/blue',
    ],
    [
      'a missing file of KUBECONFIG is skipped',
      { environment: { KUBECONFIG: `${gone}:${one}` } },
      'https://127.0.0.1:6443/one',
    ],
  ])('%s', (_title, input, server) => {
    expect(loadKubeConfig(input).getCurrentCluster()?.server).toBe(server);
  });

  it('a context without a user keeps the certificate authority of its cluster', async () => {
    const file = folder.write(
      'anonymous',
      JSON.stringify({
        clusters: [{ name: 'c', cluster: { server: 'https://x', 'certificate-authority-data': btoa('authority') } }],
        contexts: [{ name: 'c', context: { cluster: 'c' } }],
      }),
    );
    const options: { ca?: unknown } = {};
    await loadKubeConfig({ file, environment: {} }).applyToHTTPSOptions(options);
    expect(String(options.ca)).toBe('authority');
  });
});

describe('a kubeconfig that names no cluster is an error of one sentence', () => {
  const write = (name: string, content: unknown) =>
    folder.write(name, typeof content === 'string' ? content : JSON.stringify(content));
  const context = { name: 'c', context: { cluster: 'c', user: 'u' } };
  const cluster = { name: 'c', cluster: { server: 'https://x' } };
  it.each<[string, Parameters<typeof loadKubeConfig>[0], string]>([
    [
      'nothing at all',
      { environment: { HOME: emptyHome } },
      'no kubeconfig found: name one with --kubeconfig, or set KUBECONFIG',
    ],
    [
      'a KUBECONFIG that does not exist',
      { environment: { HOME: home, KUBECONFIG: gone } },
      'no kubeconfig found: name one with --kubeconfig, or set KUBECONFIG',
    ],
    [
      'a missing file of --kubeconfig',
      { file: gone, environment: {} },
      `the kubeconfig ${gone} does not exist: check --kubeconfig`,
    ],
    [
      'a folder',
      { file: folder.path, environment: {} },
      `the kubeconfig ${folder.path} cannot be read (EISDIR): check the file`,
    ],
    [
      'an empty file',
      { file: write('empty', ''), environment: {} },
      `the kubeconfig ${join(folder.path, 'empty')} is not valid: correct it or name another one: it is empty`,
    ],
    [
      'text that is not YAML',
      { file: write('garbage', 'users:\n- token: "secret\n'), environment: {} },
      `the kubeconfig ${join(folder.path, 'garbage')} is not valid: correct it or name another one: ` +
        '"unexpected end of the stream within a double quoted scalar (3:1)"',
    ],
    [
      'another document',
      { file: write('other', 'hello'), environment: {} },
      'the kubeconfig has no context: name another one with --kubeconfig',
    ],
    [
      'several contexts without a current one',
      { file: none, environment: {} },
      'the kubeconfig has 2 contexts and no current one: choose one with --context: blue, green',
    ],
    [
      'many contexts',
      { file: many, environment: {} },
      'the kubeconfig has 25 contexts and no current one: choose one with --context: ' +
        `${numbered(20).join(', ')} and 5 more`,
    ],
    [
      'an unknown context',
      { file: two, context: 'red', environment: {} },
      'the kubeconfig has no context "red": choose one of these with --context: blue, green',
    ],
    [
      'a context of an unknown cluster',
      { file: write('no-cluster', { contexts: [context] }), environment: {} },
      'the context "c" names no cluster with a server: correct the kubeconfig',
    ],
    [
      'a cluster without a server',
      { file: write('no-server', { contexts: [context], clusters: [{ name: 'c', cluster: {} }] }), environment: {} },
      'the context "c" names no cluster with a server: correct the kubeconfig',
    ],
    [
      'a context of an unknown user',
      { file: write('no-user', { contexts: [context], clusters: [cluster] }), environment: {} },
      'the context "c" names a user that the kubeconfig lacks: correct the kubeconfig',
    ],
  ])('%s', (_title, input, message) => {
    expect(() => loadKubeConfig(input)).toThrow(new UsageError(message));
  });

  it('the sentence about a damaged file contains no line of it', () => {
    const file = write('damaged', 'users:\n- name: me\n  user:\n    token: hunter2-token\n   bad: [\n');
    expect(() => loadKubeConfig({ file, environment: {} })).toThrow(UsageError);
    expect(() => loadKubeConfig({ file, environment: {} })).not.toThrow(/hunter2/);
  });
});
