// Serves the page of `kubectl drop ui` with views of a test.
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { pageHtml, pageIcon, pageScript, pageStyle } from '../../../cli/ui/page/page-assets.ts';
import type { UiChange, UiView } from '../../../cli/ui/view/ui-view.ts';
import { sampleReport } from '../../cli/ui/page/sample-reports.ts';

export interface UiServer {
  readonly url: string;
  /** Sends the whole view. */
  show(view: UiView): void;
  /** Sends a change to the pages, and answers later requests with the view. */
  change(change: UiChange, view: UiView): void;
  /** Ends all streams, and responds to new ones with the status; 200 accepts them again. */
  disconnect(status: number): void;
  close(): Promise<void>;
}

const litHtml = readFileSync(resolve(import.meta.dirname, '../../../node_modules/lit-html/lit-html.js'), 'utf8');

const files: Readonly<Record<string, readonly [type: string, body: string]>> = {
  '/': ['text/html', pageHtml],
  '/app.js': ['text/javascript', pageScript],
  '/style.css': ['text/css', pageStyle],
  '/icon.svg': ['image/svg+xml', pageIcon],
  '/lit-html.js': ['text/javascript', litHtml],
};

const headers = (type: string) => ({ 'content-type': type, 'content-security-policy': "default-src 'self'" });
const eventText = (name: string, data: unknown) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

function sendReport(response: ServerResponse, view: UiView, params: URLSearchParams): void {
  const report = sampleReport(view, params.get('image') ?? '', params.get('node') ?? undefined);
  response.writeHead(report === undefined ? 404 : 200, headers('application/json'));
  response.end(JSON.stringify(report ?? { message: 'no such image or node: reload the page' }));
}

export async function startUiServer(first: UiView): Promise<UiServer> {
  let view = first;
  let status = 200;
  const streams = new Set<ServerResponse>();
  const openStream = (response: ServerResponse) => {
    if (status !== 200) {
      response.writeHead(status).end();
      return;
    }
    response.writeHead(200, headers('text/event-stream'));
    response.write(`retry: 100\n${eventText('view', view)}`);
    streams.add(response);
    response.on('close', () => streams.delete(response));
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/api/events') return openStream(response);
    if (pathname === '/api/why') return sendReport(response, view, searchParams);
    const [type, body] = files[pathname] ?? ['text/plain', 'not found'];
    response.writeHead(files[pathname] === undefined ? 404 : 200, headers(type)).end(body);
  });
  const send = (name: string, data: unknown) => {
    for (const stream of streams) stream.write(eventText(name, data));
  };
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    show(next) {
      view = next;
      send('view', view);
    },
    change(change, next) {
      view = next;
      send('change', change);
    },
    disconnect(next) {
      status = next;
      for (const stream of streams) stream.end();
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
