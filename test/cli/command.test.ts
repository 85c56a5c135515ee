// Proves what the `drop` command prints, and in which words it refuses arguments that make no sense.
import { execFileSync, spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { runCommand, UsageError } from '../../cli/command.ts';
import { customResourceDefinition } from '../../crds/custom-resource-definition.ts';
import { kinds } from '../../crds/kinds.ts';

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

it('render crds gives the definition of every kind', () => {
  expect(documents(runCommand(['render', 'crds']))).toEqual(kinds.map(customResourceDefinition));
});

describe('render controllers', () => {
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
    ['for a URL with a slash', ['--url=http://127.0.0.1:8080/'], url],
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
  ])('%s', (_title, flags, expected) => {
    const controllers = documents<Controller>(runCommand(['render', 'controllers', ...flags]));
    expect(controllers.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'DecoratorController drop-nodes',
      'CompositeController drop-fleets',
      'CompositeController drop-cachedimages',
      'CompositeController drop-pullpolicies',
      'CompositeController drop-cachedimagesets',
      'CompositeController drop-discoverypolicies',
    ]);
    expect(controllers[0]?.spec.hooks.sync.webhook).toEqual(expected);
  });
});

describe('arguments that make no sense', () => {
  const controllers = ['render', 'controllers'];
  it.each<[string, readonly string[], RegExp]>([
    ['none', [], /^usage:\n {2}drop render crds\n/],
    ['half', ['render'], /^usage:/],
    ['another thing to render', ['render', 'everything'], /^usage:/],
    ['too many', ['render', 'crds', 'now'], /^usage:/],
    ['in another order', ['crds', 'render'], /^usage:/],
    ['a flag nobody knows', [...controllers, '--namespace', 'x'], /^Unknown option '--namespace'/],
    ['a flag without its value', [...controllers, '--url'], /^Option '--url <value>' argument missing$/],
    [
      'both places',
      [...controllers, '--url', 'http://a', '--service', 'a/b'],
      /^--url and --service exclude each other$/,
    ],
    [
      'a URL that is none',
      [...controllers, '--url', 'localhost'],
      /^localhost is not a URL that begins with http:\/\/ or https:\/\/$/,
    ],
    [
      'a URL of another sort',
      [...controllers, '--url', 'localhost:8080'],
      /^localhost:8080 is not a URL that begins with http:\/\/ or https:\/\/$/,
    ],
    ['a Service without its namespace', [...controllers, '--service', 'drop'], /^drop is not NAME\/NAMESPACE$/],
    [
      'a Service without its name',
      [...controllers, '--service', '/drop-system'],
      /^\/drop-system is not NAME\/NAMESPACE$/,
    ],
    ['a Service and more', [...controllers, '--service', 'a/b/c'], /^a\/b\/c is not NAME\/NAMESPACE$/],
    ['a token without its key', [...controllers, '--token-secret', 'a/b'], /^a\/b is not NAMESPACE\/NAME\/KEY$/],
    ['a flag where none is taken', ['render', 'crds', '--url', 'http://a'], /^usage:/],
  ])('%s', (_title, args, sentence) => {
    expect(() => runCommand(args)).toThrow(UsageError);
    expect(() => runCommand(args)).toThrow(sentence);
  });
});

describe('the command as it is installed', () => {
  it('prints what it renders', () => {
    const text = execFileSync(process.execPath, [bin, 'render', 'crds'], { encoding: 'utf8', timeout: 60_000 });
    expect(documents(text)).toHaveLength(kinds.length);
  });

  it('says what is wrong and ends with 2', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [bin, 'render', 'controllers', '--service', 'drop'],
      {
        encoding: 'utf8',
        timeout: 60_000,
      },
    );
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: 'drop is not NAME/NAMESPACE\n' });
  });
});
