// Events are written to the API server. Too many of them, or an API server without a response, cost only Events.
import { KubeConfig } from '@kubernetes/client-node';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EVENT_QUEUE_LIMIT } from '../../../service/events/event-queue.ts';
import { createEventWriter, type EventWriter } from '../../../service/events/event-writer.ts';
import type { StatusChange } from '../../../service/events/status-event.ts';
import { closeServers, json, plain, serve, serveTcp, unusedPort } from '../discovery/servers.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const API_TOKEN = 'service-account-token';

let writer: EventWriter | undefined;
afterEach(async () => {
  await closeServers();
  await writer?.stop();
  writer = undefined;
});

function failure(name: string, message = 'not found: check the tag'): StatusChange {
  const condition = {
    type: 'Ready',
    status: 'False',
    reason: 'PolicyNotFound',
    message,
    lastTransitionTime: '',
  } as const;
  return {
    subject: { kind: 'CachedImage', name, uid: `uid-${name}` },
    before: {},
    after: { revision: 1, conditions: [condition] },
  };
}

function writerTo(url: string) {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: 'test', server: url, skipTLSVerify: true },
    { name: 'drop', token: API_TOKEN },
  );
  const outcomes: string[] = [];
  const lines: string[] = [];
  const logger = pino({ base: null }, { write: (line: string) => lines.push(line) });
  const onOutcome = (outcome: string) => outcomes.push(outcome);
  const created = createEventWriter({ kubeConfig, clock: () => NOON, logger, onOutcome });
  writer = created;
  return { observe: created.observe, stop: created.stop, outcomes, lines };
}

describe('a status change', () => {
  it('becomes an Event of its object in the namespace of cluster-scoped objects', async () => {
    const server = await serve((_request, response) => json(response, {}));
    const { observe, outcomes } = writerTo(server.url);
    observe(failure('nginx'));
    await vi.waitFor(() => expect(outcomes).toHaveLength(1));
    const [seen] = server.seen;
    expect([seen?.method, seen?.url]).toEqual(['POST', '/api/v1/namespaces/default/events']);
    expect(JSON.parse(seen?.body ?? '')).toMatchObject({
      metadata: { namespace: 'default', name: expect.stringMatching(/^nginx\.[0-9a-f]{16}$/) },
      involvedObject: { apiVersion: 'drop.corewire.io/v1alpha1', kind: 'CachedImage', name: 'nginx', uid: 'uid-nginx' },
      type: 'Warning',
      reason: 'PolicyNotFound',
      message: 'not found: check the tag',
      source: { component: 'drop' },
      count: 1,
      firstTimestamp: '2026-11-22T12:00:00.000Z',
      lastTimestamp: '2026-11-22T12:00:00.000Z',
    });
    expect(outcomes).toEqual(['written']);
  });

  it.each([
    ['that another replica recorded before is not an error', 409, ['known'], 0],
    ['that may not be recorded is logged once', 403, ['failed', 'failed'], 1],
  ])('%s', async (_title, code, expected, warnings) => {
    const server = await serve(plain(code, JSON.stringify({ kind: 'Status', code, message: API_TOKEN })));
    const { observe, outcomes, lines } = writerTo(server.url);
    for (const [index] of expected.entries()) observe(failure(`image-${index}`));
    await vi.waitFor(() => expect(outcomes).toHaveLength(expected.length));
    expect(outcomes).toEqual(expected);
    expect(lines).toHaveLength(warnings);
    expect(lines.join('')).not.toContain(API_TOKEN);
  });

  it('that is observed again is written once', async () => {
    const server = await serve((_request, response) => json(response, {}));
    const { observe, outcomes } = writerTo(server.url);
    observe(failure('nginx'));
    observe(failure('nginx'));
    observe(failure('redis'));
    await vi.waitFor(() => expect(outcomes).toHaveLength(2));
    expect(server.seen).toHaveLength(2);
  });

  it('is lost without an error if the API server refuses the connection', async () => {
    const { observe, outcomes } = writerTo(`http://127.0.0.1:${await unusedPort()}`);
    observe(failure('nginx'));
    await vi.waitFor(() => expect(outcomes).toHaveLength(1));
    expect(outcomes).toEqual(['failed']);
  });
});

describe('while the API server does not respond', () => {
  it('Events above the queue limit are dropped, and the rest is dropped on stop', async () => {
    const { url } = await serveTcp(() => undefined);
    const { observe, outcomes, stop } = writerTo(url);
    // One Event is being written and no longer in the queue.
    for (let index = 0; index < EVENT_QUEUE_LIMIT + 1 + 7; index += 1) observe(failure(`image-${index}`));
    expect(outcomes).toEqual(Array.from({ length: 7 }, () => 'dropped'));
    const stopped = stop();
    expect(outcomes).toHaveLength(7 + EVENT_QUEUE_LIMIT);
    await closeServers();
    await stopped;
    expect(outcomes.at(-1)).toBe('failed');
    observe(failure('late'));
    expect(outcomes.at(-1)).toBe('dropped');
  });
});
