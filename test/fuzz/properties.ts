// Properties of every hook: a valid request gets a valid response, a damaged one at worst an error response.
import fc from 'fast-check';
import { z } from 'zod';
import { kinds } from '../../crds/kinds.ts';
import type { DiscoveryQuery, SourceOutcome } from '../../hooks/discovery-policy/query.ts';
import { buildApp } from '../../service/app.ts';
import { hooks } from '../../service/hook-table.ts';
import { createLogger } from '../../service/log.ts';
import { createMetrics } from '../../service/metrics/metrics.ts';
import { NOON, settings } from '../hooks/builders/wire.ts';
import { damagedDocument, truncatedText } from './mutations.ts';
import { arbitraryBody } from './requests.ts';

const TOKEN = 'correct-horse-battery-staple';
const SECRET = 'secret-of-a-source';

const metadata = z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).optional() });
const child = z.strictObject({ apiVersion: z.string(), kind: z.string(), metadata, spec: z.unknown().optional() });
const resyncAfterSeconds = z.number().min(0).optional();
const errorResponse = z.strictObject({ error: z.string().min(1) });
const customizeResponse = z.strictObject({ relatedResources: z.array(z.looseObject({ resource: z.string() })) });
const decoratorResponse = z.strictObject({ attachments: z.array(child), resyncAfterSeconds });

function responseSchema(path: string): z.ZodType {
  if (path.endsWith('/customize')) return customizeResponse;
  const status = kinds.find(({ plural }) => path === `/hooks/${plural}/sync`)?.status;
  if (status === undefined) return decoratorResponse;
  return z.strictObject({ status: status.strict(), children: z.array(child), resyncAfterSeconds });
}

/** Every second source fails with a message that contains a credential; the others return odd names in part. */
function outcomeOf({ index, type }: DiscoveryQuery): SourceOutcome {
  const message = `https://me:${SECRET}@host?token=${SECRET}`;
  if (index % 2 === 1) return { ok: false, reason: 'Timeout', message };
  const names = ['alpine', 'UPPER/case', '', '__proto__', 'x'.repeat(600)];
  if (type === 'registry') {
    const repositories = names.map((tag) => ({ repository: 'app', tags: [tag] }));
    return { ok: true, type, repositories, missing: { repositories: ['gone'], message } };
  }
  if (type === 'loki') {
    const texts = names.map((image) => `Successfully pulled image "${image}" in 1m2.5s. Image size: 7 bytes.`);
    const labels = { image: 'alpine', reason: 'Pulled' };
    return { ok: true, type, lines: texts.map((text) => ({ time: 1, labels, text })), missing: message };
  }
  const series = names.map((image) => ({ image, times: [1], values: [1e300] }));
  return { ok: true, type, series, seriesWithoutImage: 1, valuesDropped: 1, warnings: ['partial'], isPartial: true };
}

const metrics = createMetrics();

function check(isOk: boolean, problem: string): void {
  if (!isOk) throw new Error(problem);
}

/** Sends a body to a new service. Throws unless the response is valid and neither it nor the log contains a secret. */
async function statusCodeOf(url: string, payload: string): Promise<number> {
  let log = '';
  const app = buildApp({
    token: TOKEN,
    bodyLimitBytes: 512 * 1024,
    settings,
    clock: () => NOON,
    logger: createLogger('debug', { write: (line) => (log += line.slice(0, -1)) }),
    metrics,
    runDiscovery: async (queries) => new Map(queries.map((query) => [query.index, outcomeOf(query)])),
  });
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const { statusCode, body } = await app.inject({ method: 'POST', url, headers, payload });
  check(![SECRET, TOKEN].some((secret) => `${body}${log}`.includes(secret)), 'a secret in the response or the log');
  check(!/[\p{Cc}\u2028-\u202e]/u.test(log), `a control character in the log: ${log}`);
  check([200, 400, 413].includes(statusCode), `unexpected status code ${statusCode}: ${log}`);
  const result = (statusCode === 200 ? responseSchema(url) : errorResponse).safeParse(JSON.parse(body));
  check(result.success, `an invalid response with status code ${statusCode}: ${result.error?.message}`);
  return statusCode;
}

const path = fc.constantFrom(...hooks.map((hook) => hook.path));

/** A request of any hook, its body changed or not. */
function request<Body>(change: (body: unknown) => fc.Arbitrary<Body>): fc.Arbitrary<[path: string, body: Body]> {
  return path.chain((each) => fc.tuple(fc.constant(each), arbitraryBody(each).chain(change)));
}

export const properties: Readonly<Record<string, fc.IAsyncProperty<unknown>>> = {
  'a valid request gets a valid response with status code 200': fc.asyncProperty(
    request(fc.constant),
    async ([url, body]) =>
      check((await statusCodeOf(url, JSON.stringify(body))) === 200, 'a valid request was rejected'),
  ),
  'a request with damaged fields gets a valid response or an error response': fc.asyncProperty(
    request(damagedDocument),
    async ([url, body]) => void (await statusCodeOf(url, JSON.stringify(body))),
  ),
  'a truncated body is rejected': fc.asyncProperty(
    request((body) => truncatedText(JSON.stringify(body))),
    async ([url, text]) => check((await statusCodeOf(url, text)) !== 200, 'a truncated body was accepted'),
  ),
};
