// Starts a real Prometheus that scrapes the metrics of a test, for discovery.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serve, unusedPort } from '../../service/discovery/servers.ts';
import type { Caretaker } from '../caretaker.ts';
import { startProgram } from '../program.ts';

/** Whether Prometheus is on PATH. */
export const hasPrometheus = spawnSync('sh', ['-c', 'command -v prometheus']).status === 0;

export interface PrometheusInput {
  readonly folder: string;
  readonly caretaker: Caretaker;
  /** Returns the metrics of a scrape in the Prometheus text format. */
  readonly metrics: () => string;
}

/** Returns the URL of a Prometheus that scrapes every second, once it is ready. */
export async function startPrometheus({ folder, caretaker, metrics }: PrometheusInput): Promise<string> {
  const exporter = await serve((_request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(metrics());
  });
  const port = await unusedPort();
  const home = join(folder, 'prometheus');
  mkdirSync(home);
  const configuration = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ job_name: 'test', static_configs: [{ targets: [`127.0.0.1:${exporter.port}`] }] }],
  };
  writeFileSync(join(home, 'prometheus.yml'), JSON.stringify(configuration));
  const url = `http://127.0.0.1:${port}`;
  const command = [
    'prometheus',
    `--config.file=${home}/prometheus.yml`,
    `--storage.tsdb.path=${home}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const isReady = async () => {
    if (!(await fetch(`${url}/-/ready`)).ok) throw new Error('not ready');
  };
  await startProgram({ command, folder: home, caretaker, isReady });
  return url;
}
