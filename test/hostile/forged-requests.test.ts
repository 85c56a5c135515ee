// Proves that no key and no text in a request of any hook reaches further than its own answer: not a prototype, not another line of the log, not the metrics.
import { describe, expect, it } from 'vitest';
import { hooks } from '../../service/hook-table.ts';
import { createLogger } from '../../service/log.ts';
import { createMetrics, POLICY_LABELS_LIMIT } from '../../service/metrics.ts';
import { createRandom } from '../../simulator/random.ts';
import { containersOf, FORGED_TEXT, PROTOTYPE_KEYS, setOwn } from '../fuzz/mutations.ts';
import { validRequest } from '../fuzz/requests.ts';
import { type AppWithLog, appWithLog, jsonHeaders, NOW } from '../service/app-with-log.ts';

const BODY_LIMIT_BYTES = 1024 * 1024;
/** Its requests are small and have something of everything: Pods, images, ledgers, nodes, starts. */
const SEED = 2275;
const paths = hooks.map(({ path }) => path);

/** A request with much in it, the same each time. */
function requestOf(path: string): unknown {
  return validRequest(path, { random: createRandom(SEED), nowMilliseconds: NOW }).body;
}

async function post({ app }: Pick<AppWithLog, 'app'>, url: string, payload: string) {
  const { statusCode, body } = await app.inject({ method: 'POST', url, headers: jsonHeaders, payload });
  return { statusCode, body };
}

/** What every object and function has, by name. */
const inherited = () =>
  [Object, Array, Function, String, Map, Promise].map(({ prototype }) => Object.getOwnPropertyNames(prototype));

const MARK = { polluted: 'yes', prototype: { polluted: 'yes' } };

const objectsOf = (body: unknown) => containersOf(body).filter((container) => !Array.isArray(container));

/** A child that is returned as it was observed holds what it held. */
const holdsChildren = (path: string, body: string) =>
  path === '/hooks/cachedimagesets/sync' && body.includes('"spec":{');

/** What is wrong with an answer to a request that has such a key, if anything. */
function surpriseOf(path: string, key: string, { statusCode, body }: { statusCode: number; body: string }) {
  if (key === '__proto__') return statusCode === 400 && body === REFUSED ? undefined : body;
  if (statusCode !== 200) return body;
  return body.includes('polluted') && !holdsChildren(path, body) ? body : undefined;
}
const REFUSED = '{"error":"the body is not valid JSON"}';

describe('a key that JavaScript gives a meaning to, at every level', () => {
  it.each(paths)('%s', async (path) => {
    const service = appWithLog({ bodyLimitBytes: BODY_LIMIT_BYTES });
    const plain = JSON.stringify(requestOf(path));
    const before = [inherited(), await post(appWithLog(), path, plain)];
    const places = objectsOf(requestOf(path)).map((_, place) => place);
    const cases = places.flatMap((place) => PROTOTYPE_KEYS.map((key) => ({ place, key })));
    const surprises: unknown[] = [];
    for (const { place, key } of cases) {
      const body = requestOf(path);
      setOwn(objectsOf(body)[place] ?? {}, key, MARK);
      const surprise = surpriseOf(path, key, await post(service, path, JSON.stringify(body)));
      if (surprise !== undefined) surprises.push([key, place, surprise.slice(0, 200)]);
    }
    expect(places.length).toBeGreaterThan(3);
    expect(surprises).toEqual([]);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
    expect([inherited(), await post(appWithLog(), path, plain)]).toEqual(before);
  });
});

/** Control characters, the separators that some take for line ends, and marks that turn the direction of text. */
const forbiddenInLine = /[\p{Cc}\u2028-\u202e]/u;
const LINE_LIMIT_CHARACTERS = 8 * 1024;

/** Every text in a value, by where it is. */
function textsOf(value: unknown) {
  return containersOf(value).flatMap((container, place) =>
    Object.keys(container)
      .filter((key) => typeof (container as Record<string, unknown>)[key] === 'string')
      .map((key) => ({ place, key })),
  );
}

/** Tells whether these lines are the one that a request is worth. */
function isOneGoodLine(lines: readonly string[]): boolean {
  const [line = '', ...more] = lines;
  if (more.length > 0 || line.length > LINE_LIMIT_CHARACTERS || !line.endsWith('\n')) return false;
  const { level } = JSON.parse(line) as { level: number };
  return !forbiddenInLine.test(line.slice(0, -1)) && level <= 40;
}

describe('a forged text, in every place where there is one', () => {
  const texts = [FORGED_TEXT, 'n'.repeat(10_000), `${'n'.repeat(10_000)}${FORGED_TEXT}`];
  it.each(paths)('%s', async (path) => {
    const lines: string[] = [];
    const logger = createLogger('debug', { write: (line) => lines.push(line) });
    const service = appWithLog({ logger, bodyLimitBytes: BODY_LIMIT_BYTES });
    const cases = textsOf(requestOf(path)).flatMap((place) => texts.map((text) => ({ ...place, text })));
    const surprises: unknown[] = [];
    for (const { place, key, text } of cases) {
      const body = requestOf(path);
      setOwn(containersOf(body)[place] ?? {}, key, text);
      lines.length = 0;
      const { statusCode } = await post(service, path, JSON.stringify(body));
      if (![200, 400].includes(statusCode) || !isOneGoodLine(lines)) surprises.push([place, key, statusCode, lines]);
    }
    expect(surprises).toEqual([]);
  });
});

const API_VERSION = 'drop.corewire.io/v1alpha1';
const group = {
  labels: {},
  taints: [],
  ready: true,
  unschedulable: false,
  os: 'linux',
  nodes: ['node-a aaaaaaaaaaaa'],
};

/** A policy of any name that starts a pull. */
function startingPolicy(name: string): string {
  const spec = { image: 'docker.io/library/alpine', policyRef: { name } };
  return JSON.stringify({
    parent: { kind: 'PullPolicy', metadata: { name, uid: name }, spec: {} },
    children: { 'Pod.v1': {}, [`PolicyView.${API_VERSION}`]: {} },
    related: {
      [`Fleet.${API_VERSION}`]: {
        default: { kind: 'Fleet', metadata: { name: 'default' }, status: { groups: [group] } },
      },
      [`CachedImage.${API_VERSION}`]: { alpine: { kind: 'CachedImage', metadata: { name: 'alpine', uid: 'u' }, spec } },
      'Pod.v1': {},
    },
  });
}

it('invented policies do not fill the metrics: those above the limit are counted together', async () => {
  const metrics = createMetrics();
  const service = appWithLog({ metrics });
  for (let index = 0; index < POLICY_LABELS_LIMIT + 20; index += 1) {
    await post(service, '/hooks/pullpolicies/sync', startingPolicy(`policy-${index}`));
  }
  const text = await metrics.registry.metrics();
  expect(text.match(/^drop_pulls_started_total\{/gm)).toHaveLength(POLICY_LABELS_LIMIT + 1);
  expect(text).toContain('drop_pulls_started_total{policy="(other)"} 20');
});
