// Keys and texts of a request affect only its own response: no prototype, no other log line, no header and no metric.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_VERSION } from '../../crds/kind.ts';
import { hooks } from '../../service/hook-table.ts';
import { createLogger } from '../../service/log.ts';
import { createMetrics, POLICY_LABELS_LIMIT } from '../../service/metrics/metrics.ts';
import { containersOf, FORGED_TEXT, PROTOTYPE_KEYS, setOwn } from '../fuzz/mutations.ts';
import { arbitraryBody } from '../fuzz/requests.ts';
import { type AppWithLog, alpine, appWithLog, jsonHeaders } from '../service/app-with-log.ts';

const BODY_LIMIT_BYTES = 1024 * 1024;
const paths = hooks.map(({ path }) => path);

/** The largest of some arbitrary bodies, always the same one. */
function bodyOf(path: string): unknown {
  const texts = fc.sample(arbitraryBody(path), { seed: 1, numRuns: 20 }).map((body) => JSON.stringify(body));
  return JSON.parse(texts.reduce((longest, text) => (text.length > longest.length ? text : longest)));
}

/** A copy with an own property set in one of the value's lists and objects. */
function withProperty(value: unknown, place: number, key: string, property: unknown): string {
  const copy = structuredClone(value);
  setOwn(containersOf(copy)[place] ?? {}, key, property);
  return JSON.stringify(copy);
}

async function post({ app }: Pick<AppWithLog, 'app'>, url: string, payload: string) {
  const { statusCode, body } = await app.inject({ method: 'POST', url, headers: jsonHeaders, payload });
  return { statusCode, body };
}

const inheritedNames = () =>
  [Object, Array, Function, String, Map, Promise].map(({ prototype }) => Object.getOwnPropertyNames(prototype));

describe('a key with a meaning in JavaScript changes no prototype and no other response', () => {
  it.each(paths)('%s', async (path) => {
    const service = appWithLog({ bodyLimitBytes: BODY_LIMIT_BYTES });
    const body = bodyOf(path);
    const before = [inheritedNames(), await post(appWithLog(), path, JSON.stringify(body))];
    const places = containersOf(body).flatMap((container, place) => (Array.isArray(container) ? [] : [place]));
    for (const key of PROTOTYPE_KEYS) {
      const codes = new Set<number>();
      for (const place of places) {
        const forged = withProperty(body, place, key, { polluted: 'yes', prototype: { polluted: 'yes' } });
        codes.add((await post(service, path, forged)).statusCode);
      }
      expect([key, ...codes]).toEqual([key, key === '__proto__' ? 400 : 200]);
    }
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
    expect([inheritedNames(), await post(appWithLog(), path, JSON.stringify(body))]).toEqual(before);
  });
});

/** Control characters, line separators and marks that change the direction of text. */
const forbiddenInLine = /[\p{Cc}\u2028-\u202e]/u;
const LINE_LIMIT_CHARACTERS = 8 * 1024;

function isSafeLine(line: string): boolean {
  if (line.length > LINE_LIMIT_CHARACTERS || !line.endsWith('\n') || forbiddenInLine.test(line.slice(0, -1)))
    return false;
  return (JSON.parse(line) as { level: number }).level <= 40;
}

describe('a forged text in any field leaves one line in the log', () => {
  it.each(paths)('%s', async (path) => {
    const lines: string[] = [];
    const logger = createLogger('debug', { write: (line) => lines.push(line) });
    const service = appWithLog({ logger, bodyLimitBytes: BODY_LIMIT_BYTES });
    const body = bodyOf(path);
    const fields = containersOf(body).flatMap((container, place) =>
      Object.entries(container).flatMap(([key, value]) => (typeof value === 'string' ? [{ place, key }] : [])),
    );
    const problems: unknown[] = [];
    for (const { place, key } of fields) {
      lines.length = 0;
      const forged = withProperty(body, place, key, `${FORGED_TEXT}${'n'.repeat(10_000)}${FORGED_TEXT}`);
      const { statusCode } = await post(service, path, forged);
      const isOk = [200, 400].includes(statusCode) && lines.length === 1 && lines.every(isSafeLine);
      if (!isOk) problems.push([place, key, statusCode, lines]);
    }
    expect(fields.length).toBeGreaterThan(1);
    expect(problems).toEqual([]);
  });
});

it('a forged name adds no header to the response', async () => {
  const name = 'a\r\nset-cookie: stolen=1\r\n\r\n<html>';
  const payload = { parent: { ...alpine, metadata: { ...alpine.metadata, name, uid: name } } };
  const url = '/hooks/cachedimages/sync';
  const { headers, statusCode } = await appWithLog().app.inject({ method: 'POST', url, headers: jsonHeaders, payload });
  expect(statusCode).toBe(200);
  expect(Object.keys(headers).sort()).toEqual(['connection', 'content-length', 'content-type', 'date']);
});

const group = { labels: {}, taints: [], ready: true, unschedulable: false, os: 'linux', nodes: ['a aaaaaaaaaaaa'] };

/** A request in which the policy of this name starts a pull. */
function startingPolicy(name: string): string {
  const spec = { image: 'docker.io/library/alpine', policyRef: { name } };
  return JSON.stringify({
    parent: { kind: 'PullPolicy', metadata: { name, uid: name }, spec: {} },
    children: { 'Pod.v1': {}, [`PolicyView.${API_VERSION}`]: {} },
    related: {
      [`Fleet.${API_VERSION}`]: { default: { metadata: { name: 'default' }, status: { groups: [group] } } },
      [`CachedImage.${API_VERSION}`]: { alpine: { metadata: { name: 'alpine', uid: 'u' }, spec } },
      'Pod.v1': {},
    },
  });
}

it('invented policies above a limit are counted in one metric', async () => {
  const metrics = createMetrics();
  const service = appWithLog({ metrics });
  for (let index = 0; index < POLICY_LABELS_LIMIT + 20; index += 1) {
    await post(service, '/hooks/pullpolicies/sync', startingPolicy(`policy-${index}`));
  }
  const text = await metrics.registry.metrics();
  expect(text.match(/^drop_pulls_started_total\{/gm)).toHaveLength(POLICY_LABELS_LIMIT + 1);
  expect(text).toContain('drop_pulls_started_total{policy="(other)"} 20');
});
