// The event stream of the page: a real server, and a real client that reads it.
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { RawObject } from '../../../cli/cluster/snapshot.ts';
import { securityHeaders } from '../../../cli/ui/server/access.ts';
import { STREAM_LIMIT } from '../../../cli/ui/server/event-streams.ts';
import { startUiServer, type UiServer, type UiServerOptions } from '../../../cli/ui/server/ui-server.ts';
import { eventually } from '../../waiting.ts';
import { secrets as hostileSecrets, hostileText } from '../hostile-text.ts';
import { cookieOf, openEvents, type SeenEvent } from './event-client.ts';
import { appWith, type ChangingSource, changingSource, cookie, host, imageNamed } from './ui-requests.ts';

const QUICK = { shortestInterval: 20, tickInterval: 60, idleInterval: 60_000 };

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

interface Started {
  readonly server: UiServer;
  readonly source: ChangingSource;
  readonly cookie: string;
  readonly open: () => ReturnType<typeof openEvents>;
}

async function start(images: readonly RawObject[], options: Partial<UiServerOptions> = {}): Promise<Started> {
  const source = changingSource(images);
  const server = await startUiServer({ title: 'test', feedTimes: QUICK, ...options, source });
  closers.push(server.close);
  const key = await cookieOf(server.url);
  return { server, source, cookie: key, open: () => openEvents(`http://127.0.0.1:${server.port}`, key) };
}

const namesIn = ({ data }: SeenEvent) => (data.images ?? []).map(({ name }: { name: string }) => name);

describe('a stream', () => {
  it('begins with the whole view and has the headers of every response', async () => {
    const { server, cookie: key } = await start([imageNamed('nginx')]);
    const response = await fetch(`http://127.0.0.1:${server.port}/api/events`, { headers: { cookie: key } });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      ...securityHeaders,
      'content-type': 'text/event-stream',
    });
    await response.body?.cancel();
  });

  it('gets a view where names changed, and a change where a change can express it', async () => {
    const { source, open } = await start([imageNamed('nginx')]);
    const client = await open();
    const first = await client.find(({ name }) => name === 'view');
    expect([first.data.title, namesIn(first)]).toEqual(['test', ['nginx']]);
    source.set([imageNamed('nginx'), imageNamed('redis')]);
    await client.find((event) => event.name === 'view' && namesIn(event).includes('redis'));
    source.set([imageNamed('nginx'), imageNamed('redis')], 'not up to date since noon');
    const change = await client.find(({ name }) => name === 'change');
    expect(change.data.remarks[0]).toBe('not up to date since noon');
    expect(change.data.images).toBeUndefined();
    expect(client.events.map(({ name }) => name)).toEqual(['view', 'view', 'change']);
    client.close();
  });

  it('gets nothing where the cluster changed and the view did not', async () => {
    const { source, open } = await start([imageNamed('nginx')]);
    const client = await open();
    await client.find(({ name }) => name === 'view');
    source.set([imageNamed('nginx')]);
    await eventually(() => expect(source.reads()).toBeGreaterThan(1));
    await sleep(50);
    expect(client.events).toHaveLength(1);
  });

  it('gets comments while nothing changes', async () => {
    const { open } = await start([], { streamTimes: { aliveInterval: 10, stalledLimit: 1_000 } });
    const client = await open();
    await eventually(() => expect(client.comments).toContain(': alive'));
  });

  it('ends when the server closes, quickly', async () => {
    const { server, open } = await start([]);
    const client = await open();
    const before = performance.now();
    await server.close();
    await eventually(() => expect(client.hasEnded()).toBe(true));
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});

describe('the number of streams', () => {
  it('is limited, and an ended stream makes a new one possible', async () => {
    const { open } = await start([]);
    const clients = await Promise.all(Array.from({ length: STREAM_LIMIT }, open));
    expect(clients.map(({ status }) => status)).toEqual(clients.map(() => 200));
    expect((await open()).status).toBe(503);
    clients[0]?.close();
    await eventually(async () => expect((await open()).status).toBe(200));
  });

  it('changes no number of computations: all streams share one', async () => {
    const { source, open } = await start([imageNamed('nginx')]);
    const clients = await Promise.all(Array.from({ length: 8 }, open));
    const before = source.reads();
    source.set([imageNamed('redis')]);
    for (const client of clients) await client.find((event) => namesIn(event).includes('redis'));
    expect(source.reads()).toBe(before + 1);
  });

  it('zero means that nothing is computed or observed', async () => {
    const { source, open } = await start([imageNamed('nginx')]);
    expect([source.reads(), source.listenerCount()]).toEqual([0, 0]);
    const client = await open();
    await client.find(({ name }) => name === 'view');
    expect(source.listenerCount()).toBe(1);
    client.close();
    await eventually(() => expect(source.listenerCount()).toBe(0));
    const before = source.reads();
    source.set([imageNamed('redis')]);
    await sleep(100);
    expect(source.reads()).toBe(before);
    const next = await open();
    expect(namesIn(await next.find(({ name }) => name === 'view'))).toEqual(['redis']);
  });
});

describe('the report of why', () => {
  const ask = (url: string, images: readonly RawObject[] = [imageNamed('nginx')]) =>
    appWith({ source: changingSource(images) }).inject({ url, headers: { host, cookie } });

  it('is the report of the command as JSON', async () => {
    const response = await ask('/api/why?image=nginx');
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(response.headers).toMatchObject(securityHeaders);
    expect(response.json().images).toMatchObject([{ name: 'nginx', reference: 'registry.example.com/a:v1' }]);
  });

  it.each<[string, string, number, RegExp]>([
    ['an unknown image is a 404 with a message', '/api/why?image=redis', 404, /^no CachedImage has the name/],
    ['no image is a 400', '/api/why', 400, /^the parameter image, or node, is missing or not valid$/],
    ['an empty image is a 400', '/api/why?image=', 400, /not valid$/],
    ['two images are a 400', '/api/why?image=a&image=b', 400, /not valid$/],
    ['a long image is a 400', `/api/why?image=${'a'.repeat(1_025)}`, 400, /not valid$/],
    ['a long node is a 400', `/api/why?image=nginx&node=${'a'.repeat(254)}`, 400, /not valid$/],
  ])('%s', async (_title, url, status, message) => {
    const response = await ask(url);
    expect(response.statusCode).toBe(status);
    expect(response.json().message).toMatch(message);
  });
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not reach the page.
const controls = /[\u0000-\u001f\u007f-\u009f]/;

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

it('hostile texts of a cluster arrive without credentials and control characters, and break no event', async () => {
  const { source, open } = await start([]);
  const client = await open();
  await client.find(({ name }) => name === 'view');
  for (const [round, text] of fc.sample(hostileText, 25).entries()) {
    const message = { type: 'Ready', status: 'False', reason: 'Pulling', message: text, observedGeneration: 1 };
    const image = { ...imageNamed('hostile', { image: text }), status: { conditions: [message] } };
    source.set([image, imageNamed(`round-${round}`)]);
    const event = await client.find((each) => namesIn(each).includes(`round-${round}`));
    const why = await appWith({ source }).inject({ url: '/api/why?image=hostile', headers: { host, cookie } });
    expect(why.statusCode).toBe(200);
    const texts = textsIn([event, why.json()]);
    expect(texts.filter((each) => controls.test(each))).toEqual([]);
    for (const secret of hostileSecrets) expect(texts.join('\n')).not.toContain(secret);
  }
});
