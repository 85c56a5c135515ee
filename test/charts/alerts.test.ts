// Prometheus itself decides when the alerts of the chart fire, by `promtool test rules`.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { alerts } from '../../charts/alerts.ts';
import { createFolder, isInstalled } from '../service/discovery/programs.ts';
import { type AlertRow, alertRows } from './alert-rows.ts';

const rulesFile = resolve(import.meta.dirname, '../../charts/drop/files/alerts.yaml');
const canRun = isInstalled('promtool');

/** A test file of promtool. It is JSON, which is YAML too. */
function testFile({ alert, series, minute, fired }: AlertRow): string {
  const expected =
    fired === undefined
      ? []
      : [
          {
            exp_labels: fired.labels,
            exp_annotations: {
              summary: fired.summary,
              description: fired.description,
              runbook_url: `#${alert.toLowerCase()}`,
            },
          },
        ];
  return JSON.stringify({
    rule_files: [rulesFile],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: series.map(([name, values]) => ({ series: name, values })),
        alert_rule_test: [{ eval_time: `${minute}m`, alertname: alert, exp_alerts: expected }],
      },
    ],
  });
}

const promtool = (...args: readonly string[]) => execFileSync('promtool', args, { encoding: 'utf8', stdio: 'pipe' });

describe.skipIf(!canRun)(canRun ? 'the alerts' : 'promtool is not installed', () => {
  const folder = createFolder();
  afterAll(() => folder.remove());

  it('are valid rules', () => {
    expect(promtool('check', 'rules', rulesFile)).toContain(`SUCCESS: ${alerts.length} rules found`);
  });

  it.each(alertRows)('$alert $what', (row) => {
    expect(promtool('test', 'rules', folder.write('test.yaml', testFile(row)))).toContain('SUCCESS');
  });

  it('fire and stay silent in some row each', () => {
    for (const { alert } of alerts) {
      const rows = alertRows.filter((row) => row.alert === alert);
      expect(new Set(rows.map(({ fired }) => fired !== undefined)), alert).toEqual(new Set([true, false]));
    }
  });

  it('a wrong expectation fails', () => {
    const [row] = alertRows;
    const wrong = { ...(row as AlertRow), minute: 1 };
    expect(() => promtool('test', 'rules', folder.write('test.yaml', testFile(wrong)))).toThrow();
  });
});
