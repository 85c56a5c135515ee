// The shipped expressions are right with several replicas, and the dashboard and the alerts are complete.
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { alerts } from '../../charts/alerts.ts';
import { rows } from '../../charts/dashboard-panels.ts';
import { dropValues } from '../../charts/values.ts';
import { documents } from '../docs/documents.ts';
import { textOf } from './chart-text.ts';
import { shippedExpressions, wrongMetrics } from './shipped-expressions.ts';

describe('with several replicas', () => {
  it.each(shippedExpressions)('$what is right', ({ expr }) => {
    expect(expr).toMatch(/\b(?:drop|nodejs|process)_/);
    expect(wrongMetrics(expr)).toEqual([]);
  });

  it.each([
    ['a gauge that is summed', 'sum(drop_nodes_cached)', ['drop_nodes_cached is wrong with several replicas']],
    ['a gauge as it is', 'drop_queued_pulls > 0', ['drop_queued_pulls is wrong with several replicas']],
    [
      'a gauge in a range',
      'min_over_time(drop_queued_pulls[1h])',
      ['drop_queued_pulls is wrong with several replicas'],
    ],
    [
      'the maximum of one replica',
      'max by (instance) (drop_queued_pulls)',
      ['drop_queued_pulls is wrong with several replicas'],
    ],
    [
      'the maximum of a counter',
      'max without (instance, pod) (drop_pull_errors_total)',
      ['drop_pull_errors_total is wrong with several replicas'],
    ],
    [
      'a rate without a sum',
      'rate(drop_pull_errors_total[5m])',
      ['drop_pull_errors_total is wrong with several replicas'],
    ],
    ['an unknown metric', 'sum(rate(drop_pulls_total[5m]))', ['drop_pulls_total does not exist']],
  ])('%s is refused', (_title, expr, problems) => {
    expect(wrongMetrics(expr)).toEqual(problems);
  });
});

describe('the alerts', () => {
  it.each(alerts)('$alert has a section of its own in the runbook', ({ alert, expr }) => {
    const operations = documents.find(({ file }) => file === 'docs/operations.md');
    expect(operations?.headings).toContain(alert);
    expect(expr).not.toContain('\n');
    const { groups } = parse(textOf('charts/drop/files/alerts.yaml'));
    const rule = groups[0].rules.find((each: { readonly alert: string }) => each.alert === alert);
    expect(rule.annotations.runbook_url).toBe(`#${alert.toLowerCase()}`);
  });

  it('link to the runbook by default', () => {
    expect(dropValues.parse({}).prometheusRule.runbookUrl).toMatch(/^https:\/\/.*\/docs\/operations\.md$/);
  });
});

interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: object;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly datasource: object; readonly refId: string }[];
}

describe('the dashboard', () => {
  const dashboard = JSON.parse(textOf('charts/drop/files/dashboard.json'));
  const panels = dashboard.panels as readonly PanelJson[];

  it('has a fixed UID, a schema of Grafana 10, and a variable for the data source', () => {
    expect(dashboard).toMatchObject({ uid: 'drop-on-metacontroller', schemaVersion: 39 });
    expect(dashboard).not.toHaveProperty('id');
    expect(dashboard.templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
  });

  it('has every panel, with the data source of the variable', () => {
    const titles = rows.flatMap((row) => [row.title, ...row.panels.map(({ title }) => title)]);
    expect(panels.map(({ title }) => title)).toEqual(titles);
    const sources = panels.flatMap(({ datasource, targets = [] }) => [
      ...(datasource === undefined ? [] : [datasource]),
      ...targets.map((target) => target.datasource),
    ]);
    expect(new Set(sources.map((source) => JSON.stringify(source)))).toEqual(
      new Set(['{"type":"prometheus","uid":"$datasource"}']),
    );
  });

  it('has panels of different IDs and places that do not overlap', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });

  it('has a query for every reference of a panel', () => {
    for (const { type, targets = [] } of panels) {
      expect(targets.length > 0).toBe(type !== 'row');
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
  });
});
