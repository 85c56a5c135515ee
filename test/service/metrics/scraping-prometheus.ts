// A real Prometheus that scrapes services as the Prometheus Operator configures it.
import { createFolder, startProgram } from '../discovery/programs.ts';
import { unusedPort } from '../discovery/servers.ts';

type Labels = Readonly<Record<string, string>>;

interface ResultSeries {
  readonly metric: Labels;
  /** Seconds since the epoch and value. */
  readonly values: readonly (readonly [number, string])[];
}

export interface ScrapingPrometheus {
  /** The value of an expression with one series now. */
  value(expr: string): Promise<number>;
  /** The series of the last minute, as a panel shows them. */
  lastMinute(expr: string): Promise<readonly ResultSeries[]>;
  rules(): Promise<readonly { readonly name: string; readonly health: string; readonly state: string }[]>;
  stop(): Promise<void>;
}

/** The labels that the operator adds to the target of a ServiceMonitor. */
const targetOf = (port: number, index: number) => ({
  targets: [`127.0.0.1:${port}`],
  labels: {
    job: 'drop-admin',
    namespace: 'drop-system',
    service: 'drop-admin',
    endpoint: 'http',
    container: 'drop',
    pod: `drop-${index}`,
  },
});

export async function startScrapingPrometheus(
  ports: readonly number[],
  rulesFile: string,
): Promise<ScrapingPrometheus> {
  const folder = createFolder();
  const configuration = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [rulesFile],
    scrape_configs: [{ job_name: 'drop', honor_labels: true, static_configs: ports.map(targetOf) }],
  };
  const url = `http://127.0.0.1:${await unusedPort()}`;
  const program = await startProgram(
    [
      'prometheus',
      `--config.file=${folder.write('prometheus.yml', JSON.stringify(configuration))}`,
      `--storage.tsdb.path=${folder.path}/data`,
      `--web.listen-address=${url.replace('http://', '')}`,
    ],
    `${url}/-/ready`,
  );

  async function get<Data>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<Data> {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const { data, error } = (await response.json()) as { readonly data: Data; readonly error?: string };
    if (error !== undefined) throw new Error(`${JSON.stringify(parameters)}: ${error}`);
    return data;
  }

  return {
    async value(query) {
      const { result } = await get<{ result: readonly { readonly value: readonly [number, string] }[] }>('query', {
        query,
      });
      if (result.length !== 1) throw new Error(`${query} has ${result.length} series`);
      return Number(result[0]?.value[1]);
    },
    async lastMinute(query) {
      const end = Date.now() / 1000;
      const range = { start: String(end - 60), end: String(end), step: '1' };
      return (await get<{ result: readonly ResultSeries[] }>('query_range', { query, ...range })).result;
    },
    async rules() {
      const { groups } = await get<{ groups: readonly { rules: Awaited<ReturnType<ScrapingPrometheus['rules']>> }[] }>(
        'rules',
      );
      return groups.flatMap(({ rules }) => rules);
    },
    async stop() {
      await program.stop();
      folder.remove();
    },
  };
}
