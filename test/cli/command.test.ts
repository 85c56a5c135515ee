// The output of the command `kubectl drop`, and its errors for invalid arguments.
import { execFileSync, spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { UsageError } from '../../cli/usage-error.ts';
import { customResourceDefinition } from '../../crds/custom-resource-definition.ts';
import { kinds } from '../../crds/kinds.ts';
import { runWith, TEST_VERSION, textOf } from './command-input.ts';

const root = resolve(import.meta.dirname, '../..');
const bin = join(root, 'cli/kubectl-drop.mjs');

interface Controller {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly hooks: { readonly sync: { readonly webhook: Readonly<Record<string, unknown>> } } };
}

function documents<Document>(text: string): Document[] {
  return parseAllDocuments(text).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Document;
  });
}

it('render crds prints the definition of every kind', async () => {
  expect(documents(await textOf(['render', 'crds']))).toEqual(kinds.map(customResourceDefinition));
});

describe('render controllers prints webhooks', () => {
  const service = (name: string, namespace: string) => ({
    path: '/hooks/nodes/sync',
    service: { name, namespace, port: 8080, protocol: 'http' },
    timeout: '30s',
  });
  const url = { url: 'http://127.0.0.1:8080/hooks/nodes/sync', timeout: '30s' };
  const authorization = { type: 'Bearer', secretRef: { namespace: 'drop-system', name: 'drop-token', key: 'token' } };
  it.each<[string, readonly string[], unknown]>([
    ['without flags', [], service('drop', 'drop-system')],
    ['for a Service', ['--service', 'mine/tools'], service('mine', 'tools')],
    ['for a URL', ['--url', 'http://127.0.0.1:8080'], url],
    ['for a URL with a trailing slash', ['--url=http://127.0.0.1:8080/'], url],
    [
      'with a token',
      ['--url', 'http://127.0.0.1:8080', '--token-secret', 'drop-system/drop-token/token'],
      { ...url, authorization },
    ],
    [
      'with a token for the Service',
      ['--token-secret', 'drop-system/drop-token/token'],
      { ...service('drop', 'drop-system'), authorization },
    ],
  ])('%s', async (_title, flags, expected) => {
    const controllers = documents<Controller>(await textOf(['render', 'controllers', ...flags]));
    expect(controllers.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'DecoratorController drop-nodes',
      'CompositeController drop-fleets',
      'CompositeController drop-inventories',
      'CompositeController drop-cachedimages',
      'CompositeController drop-pullpolicies',
      'CompositeController drop-cachedimagesets',
      'CompositeController drop-discoverypolicies',
    ]);
    expect(controllers[0]?.spec.hooks.sync.webhook).toEqual(expected);
  });
});

describe('invalid arguments are an error', () => {
  const controllers = ['render', 'controllers'];
  it.each<[string, readonly string[], RegExp]>([
    ['no arguments', [], /^missing command: use one of .*render, completion; "kubectl drop --help" describes them$/],
    [
      'render without an object',
      ['render'],
      /^missing command: use one of crds, controllers; "kubectl drop render --help" describes them$/,
    ],
    ['an unknown command', ['rendre'], /^unknown command 'rendre' \(Did you mean render\?\)$/],
    ['an unknown object to render', ['render', 'everything'], /^unknown command 'everything'$/],
    [
      'an argument too many',
      ['render', 'crds', 'now'],
      /^too many arguments for 'crds'. Expected 0 arguments but got 1.$/,
    ],
    ['arguments in another order', ['crds', 'render'], /^unknown command 'crds'$/],
    ['an unknown flag', [...controllers, '--namespace', 'x'], /^unknown option '--namespace'$/],
    [
      'a misspelt flag',
      [...controllers, '--sevrice', 'x'],
      /^unknown option '--sevrice' \(Did you mean --service\?\)$/,
    ],
    ['a flag without a value', [...controllers, '--url'], /^option '--url <url>' argument missing$/],
    [
      'a URL and a Service',
      [...controllers, '--url', 'http://a', '--service', 'a/b'],
      /^use either --url or --service, not both$/,
    ],
    [
      'an invalid URL',
      [...controllers, '--url', 'localhost'],
      /^--url "localhost" is not a URL that begins with http:\/\/ or https:\/\/$/,
    ],
    [
      'a URL of another scheme',
      [...controllers, '--url', 'localhost:8080'],
      /^--url "localhost:8080" is not a URL that begins with http:\/\/ or https:\/\/$/,
    ],
    ['a Service without a namespace', [...controllers, '--service', 'drop'], /^"drop" is not NAME\/NAMESPACE$/],
    [
      'a Service without a name',
      [...controllers, '--service', '/drop-system'],
      /^"\/drop-system" is not NAME\/NAMESPACE$/,
    ],
    ['a Service with three parts', [...controllers, '--service', 'a/b/c'], /^"a\/b\/c" is not NAME\/NAMESPACE$/],
    ['a Secret without a key', [...controllers, '--token-secret', 'a/b'], /^"a\/b" is not NAMESPACE\/NAME\/KEY$/],
    ['a flag of another command', ['render', 'crds', '--url', 'http://a'], /^unknown option '--url'$/],
  ])('%s', async (_title, args, message) => {
    await expect(runWith(args)).rejects.toThrow(UsageError);
    await expect(runWith(args)).rejects.toThrow(message);
  });
});

describe('help and version go to stdout with exit code 0', () => {
  it.each<[readonly string[], string]>([
    [['--help'], 'Usage: kubectl drop [options] [command]\n'],
    [['-h'], 'Usage: kubectl drop [options] [command]\n'],
    [['help', 'render'], 'Usage: kubectl drop render [options] [command]\n'],
    [['render', '--help'], 'Usage: kubectl drop render [options] [command]\n'],
    [['render', 'controllers', '--help'], 'Usage: kubectl drop render controllers [options]\n'],
    [['--version'], `${TEST_VERSION}\n`],
  ])('%j', async (args, start) => {
    expect(await textOf(args)).toContain(start);
    expect((await textOf(args)).indexOf(start)).toBe(0);
  });
});

describe('the installed command', () => {
  it('prints YAML', () => {
    const text = execFileSync(process.execPath, [bin, 'render', 'crds'], { encoding: 'utf8', timeout: 60_000 });
    expect(documents(text)).toHaveLength(kinds.length);
  });

  it('ends quietly if the reader of its output ends first', () => {
    const command = `"${process.execPath}" "${bin}" render crds | head -n 1`;
    const { stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8', timeout: 60_000 });
    expect({ stdout, stderr }).toEqual({ stdout: 'apiVersion: apiextensions.k8s.io/v1\n', stderr: '' });
  });

  it('prints an error and exits with 2', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [bin, 'render', 'controllers', '--service', 'drop'],
      {
        encoding: 'utf8',
        timeout: 60_000,
      },
    );
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: '"drop" is not NAME/NAMESPACE\n' });
  });
});
