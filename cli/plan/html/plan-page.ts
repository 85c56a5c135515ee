// A plan, or two plans, as one HTML file that loads nothing: a timeline of all pulls, and tables.
import { createHash } from 'node:crypto';
import { safeName } from '../../text/cut-text.ts';
import { durationText } from '../../text/duration-text.ts';
import { completionSentence, headline } from '../headline.ts';
import type { Plan } from '../plan.ts';
import { encodePlans, type NamedPlan } from './encode-plans.ts';
import { html, type Markup, scriptJson, trusted } from './markup.ts';
import { pageScript, pageStyle } from './page-assets.ts';
import { figures, imageTable, notPlannedList, policyTable } from './sections.ts';

export interface PageOptions {
  /** Names the plan, for example by its file. */
  readonly name: string;
  /** A second plan, shown below the first one with the same time scale. */
  readonly compareWith?: NamedPlan | undefined;
}

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Only the script and the style sheet of this page run, and nothing is loaded or sent. */
const contentSecurityPolicy = [
  "default-src 'none'",
  `script-src ${hashOf(pageScript)}`,
  `style-src ${hashOf(pageStyle)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const controls = html`<section class="controls" aria-label="Controls of the timeline"><div class="toolbar">
<span>time <button type="button" id="zoom-out" aria-label="Show more time">−</button>
<button type="button" id="zoom-in" aria-label="Show less time">+</button></span>
<span>rows <button type="button" id="rows-lower" aria-label="Lower rows">−</button>
<button type="button" id="rows-higher" aria-label="Higher rows">+</button></span>
<button type="button" id="fit-rows">all rows</button>
<button type="button" id="reset">reset</button>
<span class="hint">Ctrl + wheel zooms, a drag moves in time, arrow keys select pulls.</span></div>
<div class="legend" id="legend" role="group" aria-label="Images: a click highlights an image"></div></section>
`;

function charts({ nodes, pulls }: Plan, index: number): Markup {
  const label = `Timeline of ${pulls.length} pulls on ${nodes.length} nodes. The arrow keys move between pulls.`;
  return html`<div class="chart" data-plan="${index}"><div class="strips"></div>
<canvas class="axis" role="img" aria-label="Time since the start of the plan"></canvas>
<div class="rows" tabindex="0" role="application" aria-roledescription="timeline" aria-label="${label}">
<div class="spacer"><canvas></canvas></div></div></div>
`;
}

/** A page with a single plan has the name and the headline at its top. */
function planSection({ name, plan }: NamedPlan, index: number, isSingle: boolean): Markup {
  const title = isSingle ? undefined : html`<h2>${safeName(name)}</h2><p>${headline(plan)}</p>${figures(plan)}`;
  return html`<section>${title}${plan.pulls.length === 0 ? undefined : charts(plan, index)}
${imageTable(plan)}${policyTable(plan)}${notPlannedList(plan)}</section>
`;
}

function differenceSentence(first: Plan, second: Plan): string {
  const difference = second.durationMilliseconds - first.durationMilliseconds;
  if (difference === 0) return 'Both plans take the same time';
  return `The second plan is ${durationText(Math.abs(difference))} ${difference < 0 ? 'faster' : 'slower'}`;
}

function body(plans: readonly NamedPlan[]): Markup {
  const [first, second] = plans.map(({ plan }) => plan);
  if (first === undefined) return html``;
  const hasCharts = plans.some(({ plan }) => plan.pulls.length > 0);
  const title = second === undefined ? completionSentence(first) : differenceSentence(first, second);
  const started = `${new Date(first.startedAtMilliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const names = plans.map((each) => safeName(each.name)).join(' and ');
  const sections = plans.map((each, index) => planSection(each, index, plans.length === 1));
  return html`<header><p class="kicker">kubectl drop plan: ${names}</p><h1>${title}</h1>
${second === undefined ? figures(first) : undefined}</header>
<main>${hasCharts ? controls : undefined}${sections}</main>
<div id="tooltip" role="tooltip" hidden></div><p class="hidden" id="announcement" aria-live="polite"></p>
<noscript><p>The timeline needs JavaScript.</p></noscript>
<footer>Times are durations since the start of the plan, ${started}.</footer>
`;
}

/** Returns the whole text of an HTML file. */
export function planPage(plan: Plan, { name, compareWith }: PageOptions): string {
  const plans = [{ name, plan }, ...(compareWith === undefined ? [] : [compareWith])];
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(contentSecurityPolicy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>Plan of ${plans.map((each) => html`${safeName(each.name)} `)}</title>
<style>${trusted(pageStyle)}</style></head><body>
${body(plans)}
<script type="application/json" id="plan-data">${scriptJson(encodePlans(plans))}</script>
<script>${trusted(pageScript)}</script></body></html>
`.html;
}
