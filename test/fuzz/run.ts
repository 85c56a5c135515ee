// One bounded run: requests of every hook, valid and not, drawn from a seed, with every answer looked at and the heap measured around it.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createRandom, type Random } from '../../simulator/random.ts';
import { asRead } from './as-read.ts';
import { type HookAnswer, violationOf } from './check-answer.ts';
import { spoilText, spoilValue } from './mutations.ts';
import { bodiesByPath, type HookRequest, validRequest } from './requests.ts';
import { type ServiceUnderFuzz, serviceUnderFuzz } from './service-under-fuzz.ts';
import { shrink } from './shrink.ts';

/** Longest that an answer may take. */
const ANSWER_LIMIT_MILLISECONDS = 5_000;
/** After as many most of what the engine compiles is there; its code is all that grows later, by a few percent. */
const WARM_REQUESTS = 5_000;
const START_MILLISECONDS = Date.UTC(2026, 10, 21, 12);
/** 20,000 requests in an hour of the clock that the service sees. */
const STEP_MILLISECONDS = 180;
/** Longer than any answer is remembered. */
const FORGOTTEN_AFTER_MILLISECONDS = 60_000;

export interface FuzzOptions {
  readonly seed: number;
  readonly requestsLimit: number;
  /** The run ends after this time even if not every request was sent. */
  readonly limitMilliseconds: number;
  /** Told of every request before it is sent. */
  readonly onRequest?: (count: number) => void;
}

export interface Violation {
  readonly path: string;
  /** The body that was sent, or the smallest that offends alike. */
  readonly payload: string;
  readonly problem: string;
}

export interface FuzzResult {
  readonly sent: number;
  /** How many answers, by hook and status code. */
  readonly counts: ReadonlyMap<string, number>;
  readonly heapBeforeBytes: number;
  readonly heapAfterBytes: number;
  readonly violation: Violation | undefined;
}

interface Prepared {
  readonly request: HookRequest;
  readonly payload: string;
  readonly isValid: boolean;
  /** Whether the payload is the body, so that it can be made smaller. */
  readonly isJson: boolean;
}

const fixtures = resolve(import.meta.dirname, '../fixtures/metacontroller');
const pathsByPrefix: readonly (readonly [string, string])[] = [
  ['composite-customize-cachedimage', '/hooks/cachedimages/customize'],
  ['composite-customize-pullpolicy', '/hooks/pullpolicies/customize'],
  ['composite-sync-cachedimage', '/hooks/cachedimages/sync'],
  ['composite-sync-pullpolicy', '/hooks/pullpolicies/sync'],
  ['decorator-sync-node', '/hooks/nodes/sync'],
];

/** The requests that a real Metacontroller sent. */
export function recordedRequests(): HookRequest[] {
  return readdirSync(fixtures).map((file) => {
    const path = pathsByPrefix.find(([prefix]) => file.startsWith(prefix))?.[1];
    if (path === undefined) throw new Error(`no hook is known for the recording ${file}`);
    return { path, body: JSON.parse(readFileSync(join(fixtures, file), 'utf8')) };
  });
}

const paths = Object.keys(bodiesByPath);

/** An hour of a cluster is mostly heartbeats; here every hook gets its share. */
function drawRequest(random: Random, nowMilliseconds: number, recorded: readonly HookRequest[]): HookRequest {
  return random.chance(0.2) ? random.pick(recorded) : validRequest(random.pick(paths), { random, nowMilliseconds });
}

function prepare(random: Random, nowMilliseconds: number, recorded: readonly HookRequest[]): Prepared {
  const request = drawRequest(random, nowMilliseconds, recorded);
  if (random.chance(0.4)) return { request, payload: JSON.stringify(request.body), isValid: true, isJson: true };
  const spoilt = JSON.stringify(spoilValue(request.body, random));
  const payload = random.chance(0.8) ? spoilt : spoilText(spoilt, random);
  // What is no JSON may be answered if it is broken where nobody looks; then what the service reads of it is what counts.
  const { body, isJson } = asRead(payload);
  return { request: { path: request.path, body }, payload, isValid: false, isJson };
}

async function problemOf(service: ServiceUnderFuzz, prepared: Prepared) {
  const began = performance.now();
  const answer: HookAnswer = await service.ask(prepared.request.path, prepared.payload);
  const milliseconds = performance.now() - began;
  const slow = milliseconds > ANSWER_LIMIT_MILLISECONDS ? `the answer took ${Math.round(milliseconds)} ms` : undefined;
  const problem = violationOf(prepared, answer) ?? service.logProblem() ?? slow;
  return { statusCode: answer.statusCode, problem };
}

/** The same trouble with other values in it is the same trouble. */
const kindOfProblem = (problem: string) => problem.slice(0, 24);

async function smallest(prepared: Prepared, problem: string, nowMilliseconds: number): Promise<Violation> {
  const { path } = prepared.request;
  if (!prepared.isJson) return { path, payload: prepared.payload, problem };
  const body = await shrink(prepared.request.body, async (candidate) => {
    const service = serviceUnderFuzz({ clock: () => nowMilliseconds, random: createRandom(1) });
    const again = {
      ...prepared,
      request: { path, body: candidate },
      payload: JSON.stringify(candidate),
      isValid: false,
    };
    const found = await problemOf(service, again);
    await service.close();
    return found.problem !== undefined && kindOfProblem(found.problem) === kindOfProblem(problem);
  });
  return { path, payload: JSON.stringify(body), problem };
}

function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('the heap can only be measured with --expose-gc');
  // What finalizers of one collection free is gone after the next.
  for (let round = 0; round < 3; round += 1) globalThis.gc();
}

function heapBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Sends requests until the limit of their number or of time; gives what came of it. Needs Node's --expose-gc. */
export async function runFuzz({ seed, requestsLimit, limitMilliseconds, onRequest }: FuzzOptions): Promise<FuzzResult> {
  const random = createRandom(seed);
  let nowMilliseconds = START_MILLISECONDS;
  const recorded = recordedRequests();
  const service = serviceUnderFuzz({ clock: () => nowMilliseconds, random: random.fork('world') });
  const counts = new Map<string, number>();
  let sent = 0;

  async function send(): Promise<Violation | undefined> {
    nowMilliseconds += STEP_MILLISECONDS;
    const prepared = prepare(random, nowMilliseconds, recorded);
    sent += 1;
    onRequest?.(sent);
    const { statusCode, problem } = await problemOf(service, prepared);
    const key = `${prepared.request.path} ${statusCode}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return problem === undefined ? undefined : smallest(prepared, problem, nowMilliseconds);
  }

  async function sendUntil(limit: number, deadline: number): Promise<Violation | undefined> {
    while (sent < limit && performance.now() < deadline) {
      const violation = await send();
      if (violation !== undefined) return violation;
    }
    return undefined;
  }

  /** What the service remembers for seconds is no leak. */
  async function restingHeapBytes(): Promise<number> {
    nowMilliseconds += FORGOTTEN_AFTER_MILLISECONDS;
    const { path, body } = validRequest('/hooks/fleets/sync', { random: createRandom(seed), nowMilliseconds });
    await service.ask(path, JSON.stringify(body));
    return heapBytes();
  }

  const began = performance.now();
  const deadline = began + limitMilliseconds;
  const early = await sendUntil(Math.min(WARM_REQUESTS, requestsLimit / 2), began + limitMilliseconds / 2);
  const heapBeforeBytes = await restingHeapBytes();
  const violation = early ?? (await sendUntil(requestsLimit, deadline));
  const heapAfterBytes = await restingHeapBytes();
  await service.close();
  return { sent, counts, heapBeforeBytes, heapAfterBytes, violation };
}
