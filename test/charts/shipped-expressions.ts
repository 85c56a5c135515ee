// Every PromQL expression that the project ships: alerts, panels of the dashboard, and queries of the documents.
import { alerts } from '../../charts/alerts.ts';
import { rows } from '../../charts/dashboard-panels.ts';
import { createMetrics } from '../../service/metrics/metrics.ts';
import { blocks } from '../docs/documents.ts';

interface Expression {
  readonly what: string;
  readonly expr: string;
}

export const alertExpressions: readonly Expression[] = alerts.map(({ alert, expr }) => ({
  what: `the alert ${alert}`,
  expr,
}));

export const panelExpressions: readonly Expression[] = rows.flatMap(({ panels }) =>
  panels.flatMap(({ title, queries }) =>
    queries.map(({ expr, legend }) => ({ what: `the panel "${title}" (${legend})`, expr })),
  ),
);

const documentExpressions: readonly Expression[] = blocks
  .filter(({ language }) => language === 'promql')
  .map(({ file, text }) => ({ what: `the query "${text.trim()}" of ${file}`, expr: text }));

export const shippedExpressions = [...alertExpressions, ...panelExpressions, ...documentExpressions];

const SUM_OF_RATE = /\bsum(?: by \([\w, ]+\) )?\((?:rate|increase)\($/;
const MAXIMUM = /\bmax without \(instance, pod\) \($/;
/** For metrics that describe the replica itself. */
const MAXIMUM_OF_REPLICA = /\bmax by \(instance\) \($/;

const types = new Map(
  (await createMetrics().registry.getMetricsAsJSON()).map(({ name, type }) => [name, String(type)] as const),
);

function typeOf(name: string): string | undefined {
  return types.get(name) ?? types.get(name.replace(/_(?:bucket|count|sum)$/, ''));
}

function isRight(name: string, before: string): boolean {
  if (typeOf(name) !== 'gauge') return SUM_OF_RATE.test(before);
  return MAXIMUM.test(before) || (!name.startsWith('drop_') && MAXIMUM_OF_REPLICA.test(before));
}

/** Metrics of an expression that do not exist, or whose values over several replicas would be wrong. */
export function wrongMetrics(expr: string): readonly string[] {
  return [...expr.matchAll(/\b(?:drop|nodejs|process)_\w+/g)].flatMap(({ 0: name, index }) => {
    if (typeOf(name) === undefined) return [`${name} does not exist`];
    return isRight(name, expr.slice(0, index)) ? [] : [`${name} is wrong with several replicas`];
  });
}
