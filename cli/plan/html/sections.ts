// The parts of the page that need no script: figures and tables.
import { nodeList } from '../../../hooks/status/node-list.ts';
import { bytesText } from '../../../hooks/text/bytes-text.ts';
import { redactMessage } from '../../../hooks/text/redact.ts';
import { safeName } from '../../text/cut-text.ts';
import { durationText } from '../../text/duration-text.ts';
import type { GateTime, NotPlanned, Obstacle, Plan, PlannedImage, PlannedPolicy } from '../plan.ts';
import { completionText } from '../plan-table.ts';
import { whatIfText } from '../what-if-text.ts';
import { html, type Markup } from './markup.ts';

const MESSAGE_CHARACTERS = 400;
const IMAGE_COLUMNS = 7;
const POLICY_COLUMNS = 6;

const countText = (count: number) => count.toLocaleString('en-US');

const message = (text: string) => redactMessage(text, MESSAGE_CHARACTERS);

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly detail?: string | undefined;
}

function figuresOf(plan: Plan): readonly Figure[] {
  const { pulls, peakPulls, peakOfNode, registries, bytes } = plan;
  const [busiest] = registries;
  return [
    { name: 'duration', value: durationText(plan.durationMilliseconds) },
    { name: 'pulls', value: countText(pulls.length) },
    { name: 'most at once', value: countText(peakPulls) },
    ...(peakOfNode === undefined
      ? []
      : [{ name: 'most on a node', value: String(peakOfNode.pulls), detail: peakOfNode.name }]),
    ...(busiest === undefined || registries.length < 2
      ? []
      : [{ name: 'most from a registry', value: String(busiest.pulls), detail: busiest.name }]),
    ...(bytes === undefined ? [] : [{ name: 'data', value: bytesText(bytes) }]),
  ];
}

export function figures(plan: Plan): Markup {
  const tiles = figuresOf(plan).map(({ name, value, detail }) => {
    const small = detail === undefined ? undefined : html` <small>${safeName(detail)}</small>`;
    return html`<div><dt>${name}</dt><dd>${value}${small}</dd></div>`;
  });
  return html`<dl class="tiles">${tiles}</dl>`;
}

function obstacle({ reason, message: text, nodes }: Obstacle): Markup {
  const where = nodes.length === 0 ? '' : ` on ${nodeList(nodes.map(safeName))}`;
  return html`<div><b>${safeName(reason)}</b>${where}: ${message(text)}</div>`;
}

function note({ obstacles, alreadyCached }: PlannedImage): readonly Markup[] {
  const cached = alreadyCached > 0 ? [html`<div class="muted">${alreadyCached} cached before</div>`] : [];
  return [...obstacles.map(obstacle), ...cached];
}

/** A row below the one that it explains; nothing without content. */
function detailRow(columns: number, content: readonly Markup[]): Markup {
  return content.length === 0
    ? html``
    : html`<tr class="detail"><td colspan="${columns}">${content}</td></tr>
`;
}

function imageRow(image: PlannedImage): Markup {
  const { firstStartMilliseconds: first } = image;
  const never = image.completeMilliseconds === undefined ? html` never` : undefined;
  return html`<tr><td class="name">${safeName(image.name)}</td>
<td class="reference">${message(image.reference)}</td><td class="policy muted">${safeName(image.policy)}</td>
<td class="number">${image.nodes}</td><td class="number">${image.pulls}</td>
<td class="number">${first === undefined ? '' : durationText(first)}</td>
<td class="number${never}">${completionText(image)}</td></tr>
${detailRow(IMAGE_COLUMNS, note(image))}`;
}

export function imageTable({ images }: Plan): Markup {
  return html`<h3>Images</h3>
<div class="scroll"><table><thead><tr><th>Image</th><th class="reference">Reference</th>
<th class="policy">Policy</th><th class="number">Nodes</th><th class="number">Pulls</th>
<th class="number">First pull</th><th class="number">On all nodes</th></tr></thead>
<tbody>${images.map(imageRow)}</tbody></table></div>
`;
}

const BAR_WIDTH = 100;

function gateBar({ gate, milliseconds }: GateTime, duration: number): Markup {
  const part = duration > 0 ? Math.min(BAR_WIDTH, (milliseconds / duration) * BAR_WIDTH) : 0;
  return html`<span>waited for ${gate}</span><span class="number">${durationText(milliseconds)}</span>
<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="8"></rect>
<rect class="part" width="${part.toFixed(1)}" height="8"></rect></svg>`;
}

function policyRow(policy: PlannedPolicy): Markup {
  const { name, pulls, peakPulls, cap, imageCap, delayMilliseconds, durationMilliseconds, gateTimes } = policy;
  const gates = gateTimes.map((each) => gateBar(each, durationMilliseconds));
  const whatIf = whatIfText(policy);
  const waited = [
    ...(gates.length === 0 ? [] : [html`<div class="gates">${gates}</div>`]),
    ...(whatIf === undefined ? [] : [html`<div>${message(whatIf)}</div>`]),
  ];
  const perImage = imageCap === undefined ? '' : `, ${imageCap} an image`;
  return html`<tr><td class="name">${safeName(name)}</td><td class="number">${pulls}</td>
<td class="number">${peakPulls}</td><td class="number">${cap}${perImage}</td>
<td class="number">${durationText(delayMilliseconds)}</td>
<td class="number">${durationText(durationMilliseconds)}</td></tr>
${detailRow(POLICY_COLUMNS, waited)}`;
}

export function policyTable({ policies }: Plan): Markup {
  return html`<h3>Policies</h3>
<div class="scroll"><table><thead><tr><th>Policy</th><th class="number">Pulls</th>
<th class="number">Most at once</th><th class="number">Cap</th><th class="number">Delay</th>
<th class="number">Duration</th></tr></thead>
<tbody>${policies.map(policyRow)}</tbody></table></div>
`;
}

function notPlannedItem({ kind, name, reason }: NotPlanned): Markup {
  return html`<li>${safeName(kind)} <b>${safeName(name)}</b>: ${message(reason)}</li>`;
}

export function notPlannedList({ notPlanned }: Plan): Markup {
  if (notPlanned.length === 0) return html``;
  return html`<h3>Not planned</h3><ul>${notPlanned.map(notPlannedItem)}</ul>`;
}
