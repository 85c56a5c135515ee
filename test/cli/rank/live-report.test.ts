// `kubectl drop rank -f`: sources on loopback are queried, with credentials of files.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { UsageError } from '../../../cli/usage-error.ts';
import { closeServers, json, type Responder, serve, unusedPort } from '../../service/discovery/servers.ts';
import { runWith } from '../command-input.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drop-rank-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(closeServers);

const API_VERSION = 'drop.corewire.io/v1alpha1';
const TOKEN = 'correct-horse-battery';

function write(name: string, ...objects: readonly unknown[]): string {
  const file = join(folder, name);
  writeFileSync(file, objects.map((object) => stringify(object)).join('---\n'));
  return file;
}

const policy = (spec: unknown, name = 'ci') => ({
  apiVersion: API_VERSION,
  kind: 'DiscoveryPolicy',
  metadata: { name },
  spec,
});

const secret = (fields: unknown, metadata: Readonly<Record<string, string>> = {}) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'creds', ...metadata },
  ...(fields as object),
});

const source = (endpoint: string, more: unknown = { secretRef: { name: 'creds' } }) => ({
  type: 'prometheus',
  prometheus: { endpoint, query: 'up' },
  ...(more as object),
});

/** A Prometheus that requires the token. */
const vector =
  (counts: Readonly<Record<string, number>>): Responder =>
  (request, response) => {
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      response.writeHead(401).end(`wrong token: ${request.headers.authorization}`);
      return;
    }
    const result = Object.entries(counts).map(([image, count]) => ({ metric: { image }, value: [0, String(count)] }));
    json(response, { status: 'success', data: { resultType: 'vector', result } });
  };

const run = (...args: readonly string[]) => runWith(['rank', ...args]);

describe('the credentials of a source', () => {
  it.each<[string, unknown]>([
    ['stringData of a Secret beside the policy', { stringData: { token: TOKEN } }],
    ['data of a Secret', { data: { token: Buffer.from(TOKEN).toString('base64') } }],
    [
      'stringData, which wins over data',
      { data: { token: Buffer.from('old-token').toString('base64') }, stringData: { token: TOKEN } },
    ],
  ])('come from %s', async (_title, fields) => {
    const server = await serve(vector({ 'r.io/a:1': 3, 'r.io/b:1': 5 }));
    const file = write('policy.yaml', policy({ sources: [source(server.url)] }), secret(fields));
    const { text, exitCode } = await run('-f', file);
    expect(exitCode).toBe(0);
    expect(text).toContain('  1. r.io/b:1\n     score  5 = highest score of a source\n');
    expect(text).not.toContain(TOKEN);
  });

  it('come from another file, in the namespace of the flags or without one', async () => {
    const server = await serve(vector({ 'r.io/a:1': 3 }));
    const file = write('policy.yaml', policy({ sources: [source(server.url)] }));
    const credentials = write(
      'credentials.yaml',
      secret({ stringData: { token: TOKEN } }, { namespace: 'pulls' }),
      secret({ stringData: { token: 'of-another-namespace' } }, { namespace: 'default' }),
    );
    expect((await run('-f', file, '--credentials', credentials, '-n', 'pulls')).exitCode).toBe(0);
    const { text, exitCode } = await run('-f', file, '--credentials', credentials);
    expect(exitCode).toBe(1);
    expect(text.replaceAll(/\s+/g, ' ')).toContain('SecretNotFound');
    expect(server.seen).toHaveLength(1);
  });

  it('never reach the output, even if the source returns them as an image or in an error', async () => {
    const echo = await serve((request, response) => {
      const image = `r.io/${String(request.headers.authorization).replace('Bearer ', '')}:1`;
      json(response, {
        status: 'success',
        data: { resultType: 'vector', result: [{ metric: { image }, value: [0, '1'] }] },
      });
    });
    const refusing = await serve((request, response) => {
      response.writeHead(500).end(`no: ${request.headers.authorization}`);
    });
    const spec = { sources: [source(echo.url), source(refusing.url)] };
    const file = write('policy.yaml', policy(spec), secret({ stringData: { token: TOKEN } }));
    for (const format of ['table', 'json']) {
      const { text, exitCode } = await run('-f', file, '-o', format);
      expect(exitCode).toBe(1);
      expect(text).toContain('r.io/[redacted]:1');
      expect(text).not.toContain(TOKEN);
    }
    expect([...echo.seen, ...refusing.seen].map(({ headers }) => headers.authorization)).toEqual(
      Array.from({ length: 4 }, () => `Bearer ${TOKEN}`),
    );
  });

  it('are never sent for a Secret that no file has', async () => {
    const server = await serve(vector({}));
    const file = write('policy.yaml', policy({ sources: [source(server.url)] }));
    const { text, exitCode } = await run('-f', file);
    expect(exitCode).toBe(1);
    expect(text.replaceAll(/\s+/g, ' ')).toContain('Secret');
    expect(server.seen).toEqual([]);
  });
});

it('a source that fails is reported with exit code 1, and the others are ranked', async () => {
  const server = await serve(vector({ 'r.io/a:1': 3 }));
  const down = `http://127.0.0.1:${await unusedPort()}`;
  const spec = { sources: [source(server.url), source(down, {})] };
  const { text, exitCode } = await run(
    '-f',
    write('policy.yaml', policy(spec), secret({ stringData: { token: TOKEN } })),
  );
  expect(exitCode).toBe(1);
  expect(text).toContain('  1. r.io/a:1\n');
  expect(text).toContain('source-1       prometheus: ConnectionRefused since ');
});

it('one of several policies is chosen by its name', async () => {
  const file = write('policies.yaml', policy({}, 'ci'), policy({}, 'nightly'));
  expect((await run('-f', file, 'nightly')).text).toMatch(/^DiscoveryPolicy {2}nightly\nStatus {11}Synced: /);
});

it('what was found and not kept is listed with the reason', async () => {
  const result = ['a', 'b', 'c', 'd', 'e'].map((name, index) => ({
    metric: { image: name === 'e' ? 'other.io/e:1' : `r.io/${name}:1` },
    value: [0, String(index)],
  }));
  const server = await serve((_request, response) =>
    json(response, { status: 'success', data: { resultType: 'vector', result } }),
  );
  const events = await serve((request, response) => {
    const end = BigInt(new URL(request.url, 'http://loki').searchParams.get('end') ?? 0);
    const values = ['a', 'b', 'c'].map((name, index) => [
      String(end - BigInt(index + 1)),
      `Successfully pulled image "r.io/${name}:1" in ${index + 1}s`,
    ]);
    json(response, { status: 'success', data: { resultType: 'streams', result: [{ stream: {}, values }] } });
  });
  const spec = {
    maxImages: 2,
    imageFilter: '^r.io/',
    queries: [
      { name: 'usage', type: 'prometheus', prometheus: { endpoint: server.url, query: 'up', queryType: 'instant' } },
      {
        name: 'pulls',
        type: 'loki',
        loki: { endpoint: events.url, query: '{}', parser: { type: 'kubernetesEvents' } },
      },
    ],
    signals: [...signals, { name: 'cold', query: 'pulls', type: 'eventPullTime', eventPullTime: { statistic: 'max' } }],
    ranking: {
      strategy: 'weightedSum',
      weightedSum: {
        missingSignal: 'drop',
        terms: [
          { signal: 'busy', weight: '0.5' },
          { signal: 'cold', weight: '0.5' },
        ],
      },
    },
  };
  const { text, exitCode } = await run('-f', write('policy.yaml', policy(spec)));
  expect(exitCode).toBe(0);
  expect(text).toContain('  1. r.io/c:1\n     score  0.8333333333333333 = 0.5 x 0.6667 (busy 2) + 0.5 x 1 (cold 3)\n');
  expect(text.slice(text.indexOf('Left out'))).toBe(
    [
      'Left out',
      '  r.io/a:1: rank 3 with the score 0, beyond maxImages',
      '  other.io/e:1: imageFilter does not match it',
      '  r.io/d:1: a signal has no value for it, or its score is not finite',
      '',
    ].join('\n'),
  );
});

it('a ranking that waits for a query that fails has no images yet, and those that were found are listed', async () => {
  const server = await serve(vector({ 'r.io/a:1': 3 }));
  const down = `http://127.0.0.1:${await unusedPort()}`;
  const usage = { endpoint: server.url, query: 'up', queryType: 'instant' };
  const spec = {
    queries: [
      { name: 'usage', type: 'prometheus', prometheus: usage, secretRef: { name: 'creds' } },
      { name: 'pulls', type: 'loki', loki: { endpoint: down, query: '{}', parser: { type: 'kubernetesEvents' } } },
    ],
    signals: [{ name: 'cold', query: 'pulls', type: 'eventPullTime', eventPullTime }],
    ranking: { strategy: 'signal', signal: 'cold' },
  };
  const file = write('policy.yaml', policy(spec), secret({ stringData: { token: TOKEN } }));
  const { text, exitCode } = await run('-f', file);
  expect(exitCode).toBe(1);
  expect(text).toContain('Images           0 of at most 50\n');
  expect(text.slice(text.indexOf('Left out'))).toBe(
    'Left out\n  r.io/a:1: the ranking waits for a query that has failed\n',
  );
});

it('more than twenty images that are left out are counted', async () => {
  const counts = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`r.io/a${index}:1`, index]));
  const server = await serve(vector(counts));
  const spec = { maxImages: 5, sources: [source(server.url)] };
  const file = write('policy.yaml', policy(spec), secret({ stringData: { token: TOKEN } }));
  const { text } = await run('-f', file);
  expect(text).toContain('\n  r.io/a24:1: rank 6 with the score 24, beyond maxImages\n');
  expect(text).toMatch(/\n {2}and 5 more images\n$/);
});

const queries = [{ name: 'usage', type: 'prometheus', prometheus: { endpoint: 'http://127.0.0.1:1', query: 'up' } }];
const signals = [{ name: 'busy', query: 'usage', type: 'aggregate', aggregate: { method: 'sum' } }];
const selector = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'pool', operator: 'Exists' }] }] };
const eventPullTime = { statistic: 'max' };
const windowAggregate = { method: 'sum', timezone: 'Mars/Base', window: { start: '08:00', end: '09:00' } };
const exposure = {
  queries,
  signals,
  ranking: {
    strategy: 'modelExposure',
    modelExposure: {
      preWindowUsageSignal: 'busy',
      targetWindowUsageSignal: 'busy',
      pullTimeSignal: 'busy',
      nodes: { selector },
    },
  },
};

describe('one sentence for', () => {
  const creds = (fields: unknown) => [policy({}), secret(fields)];
  it.each<[string, readonly unknown[], readonly string[], RegExp]>([
    ['a file without a policy', [secret({})], [], /policy\.yaml has no DiscoveryPolicy$/],
    ['several policies without a name', [policy({}, 'a'), policy({}, 'b')], [], /^which DiscoveryPolicy\? .*: a, b$/],
    [
      'a name that no policy has',
      [policy({}, 'ci')],
      ['cj'],
      /^the files have no DiscoveryPolicy "cj": did you mean "ci"\?$/,
    ],
    ['an unknown field', [policy({ imageFliter: 'x' })], [], /does not apply: unknown field "spec.imageFliter"$/],
    ['a value that the API server refuses', [policy({ maxImages: 0 })], [], /does not apply: spec.maxImages: /],
    [
      'a pattern that cannot be compiled',
      [policy({ imageFilter: '(', sources: [source('http://127.0.0.1:1')] })],
      [],
      /^discoverypolicy\/ci cannot work: spec\.imageFilter: /,
    ],
    [
      'a signal that does not fit its query',
      [policy({ queries, signals: [{ name: 'a', query: 'usage', type: 'eventPullTime', eventPullTime }] })],
      [],
      /^discoverypolicy\/ci cannot work: spec\.signals\.0\.type: eventPullTime needs a query of type loki/,
    ],
    [
      'a time zone that does not exist',
      [policy({ queries, signals: [{ name: 'a', query: 'usage', type: 'windowAggregate', windowAggregate }] })],
      [],
      /^discoverypolicy\/ci cannot work: spec\.signals\.0\.windowAggregate\.timezone: /,
    ],
    ['a Secret whose value is a number', creds({ stringData: { token: 12_345 } }), [], /^the Secret "creds": .*text/],
    [
      'a Secret whose data is plain text',
      creds({ data: { token: 'plain_text' } }),
      [],
      /is not base64: use stringData/,
    ],
    ['a Secret whose data is a list', creds({ data: ['plain_text'] }), [], /^the Secret "creds": data is not a map$/],
    ['a file of credentials without a Secret', [policy({})], ['--credentials', 'policy.yaml'], /has no Secret$/],
    ['--nodes 0', [policy(exposure)], ['--nodes', '0'], /^--nodes "0" is not a number of nodes$/],
    ['--nodes many', [policy(exposure)], ['--nodes', 'many'], /^--nodes "many" is not a number of nodes$/],
    [
      '--nodes for another strategy',
      [policy({})],
      ['--nodes', '5'],
      /^--nodes counts only for the ranking strategy modelExposure$/,
    ],
    [
      'a selector of nodes without a number',
      [policy(exposure)],
      [],
      /^nodes\.selector counts the nodes of a cluster: state their number with --nodes$/,
    ],
  ])('%s', async (_title, objects, args, message) => {
    const file = write('policy.yaml', ...objects);
    const flags = args.map((arg) => (arg === 'policy.yaml' ? file : arg));
    const error = await run('-f', file, ...flags).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toMatch(message);
    expect((error as UsageError).message).not.toMatch(/plain_text|12.?345|\n/);
  });

  it('a file that does not exist, and flags of -f without it', async () => {
    await expect(run('-f', join(folder, 'absent.yaml'))).rejects.toThrow(/^cannot read .*absent\.yaml \(ENOENT\)$/);
    for (const flag of [
      ['--nodes', '2'],
      ['--credentials', 'x'],
    ]) {
      await expect(run('ci', ...flag)).rejects.toThrow(/^--credentials and --nodes need -f: /);
    }
  });

  it('a file of credentials that is not YAML, without its content', async () => {
    const file = write('policy.yaml', policy({}));
    const credentials = join(folder, 'credentials.yaml');
    for (const text of [`token: *${TOKEN}\n`, `kind: Secret\n"${TOKEN}\n`, `- a\n${TOKEN}\n`, `a: b: ${TOKEN}\n`]) {
      writeFileSync(credentials, text);
      const error = await run('-f', file, '--credentials', credentials).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(UsageError);
      expect((error as UsageError).message).toContain('credentials.yaml: ');
      expect((error as UsageError).message).not.toContain(TOKEN);
    }
  });
});
