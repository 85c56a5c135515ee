// One plan, or two side by side, as text, as JSON and as a page.
import { durationText } from '../text/duration-text.ts';
import { compareTable } from './compare-table.ts';
import { planPage } from './html/plan-page.ts';
import type { PlanResult } from './make-plan.ts';
import type { Plan } from './plan.ts';
import { planJson } from './plan-json.ts';
import { planTable } from './plan-table.ts';
import { isNodeState } from './summary.ts';

interface NamedResult extends PlanResult {
  /** The files that the plan comes from. */
  readonly name: string;
}

export interface ReportInput {
  readonly first: NamedResult;
  readonly second: NamedResult | undefined;
  readonly output: 'table' | 'json';
  readonly maxDurationMilliseconds: number | undefined;
}

export interface PlanReport {
  readonly text: string;
  /** Builds the HTML page. */
  readonly page: () => string;
}

/** Whether the rollout takes longer, or never ends because something keeps an image from its nodes. */
export function isLongerThan({ durationMilliseconds, images }: Plan, maxDurationMilliseconds: number): boolean {
  if (durationMilliseconds > maxDurationMilliseconds) return true;
  return images.some(({ obstacles }) => !obstacles.every(isNodeState));
}

function jsonOf({ first, second }: ReportInput): string {
  const documentOf = ({ name, plan, assumption }: NamedResult) => ({ name, assumption, ...planJson(plan) });
  const document = second === undefined ? documentOf(first) : { plans: [first, second].map(documentOf) };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function limitLine({ first, maxDurationMilliseconds: limit }: ReportInput): string {
  if (limit === undefined) return '';
  const isLate = isLongerThan(first.plan, limit);
  return `${isLate ? 'Longer than' : 'Within'} the limit of ${durationText(limit)} (--max-duration).\n`;
}

function tableOf(input: ReportInput): string {
  const { first, second } = input;
  const table =
    second === undefined ? planTable(first.plan) : compareTable(first.plan, second.plan, [first.name, second.name]);
  return `${table}\nAssumes ${first.assumption}.\n${limitLine(input)}`;
}

export function planReport(input: ReportInput): PlanReport {
  const { first, second, output } = input;
  const named = ({ name, plan }: NamedResult) => ({ name, plan });
  return {
    text: output === 'json' ? jsonOf(input) : tableOf(input),
    page: () =>
      planPage(first.plan, { name: first.name, ...(second === undefined ? {} : { compareWith: named(second) }) }),
  };
}
