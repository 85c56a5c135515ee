// What `kubectl drop why IMAGE NODE` reports.
import { html, nothing, type TemplateResult } from 'lit-html';
import { counted } from '../../../../../hooks/status/node-list.ts';
import type { GateReport, ImageReport, PairReport, PodReport, QueuePlace } from '../../../../why/report.ts';
import { cellStateOf } from '../../../view/pair-states.ts';
import { relativeText } from '../relative-time.ts';
import { attemptSection, failureItem, imageItem, rejectedItem } from './attempts.ts';

const gateMarks: Readonly<Record<GateReport['state'], string>> = { open: '✓', closed: '✕', unknown: '?' };

function opensText({ opensAt, opensWhen }: GateReport, at: string): string {
  const parts = [
    ...(opensAt === undefined ? [] : [relativeText(opensAt, at)]),
    ...(opensWhen === undefined ? [] : [`when ${opensWhen}`]),
  ];
  return parts.length === 0 ? '' : `opens ${parts.join(', or ')}`;
}

function gateItem(gate: GateReport, at: string): TemplateResult {
  const opens = opensText(gate, at);
  return html`<li data-gate=${gate.state}>
    <span class="gate-mark" aria-hidden="true">${gateMarks[gate.state]}</span>
    <span class="gate-name">${gate.name}</span>
    <span class="gate-state">${gate.state}</span>
    <span class="gate-value">${gate.value}
      ${opens === '' ? nothing : html`<span class="opens">${opens}</span>`}</span>
  </li>`;
}

function gateSection(gates: readonly GateReport[], at: string): TemplateResult | typeof nothing {
  if (gates.length === 0) return nothing;
  return html`<section>
    <h3>Gates</h3>
    <ol class="gates">${gates.map((gate) => gateItem(gate, at))}</ol>
  </section>`;
}

function queueText({ pairsBefore, isExact }: QueuePlace): string {
  if (pairsBefore === 0 && isExact) return 'first of the policy';
  const verb = pairsBefore === 1 ? 'comes' : 'come';
  return `${isExact ? '' : 'about '}${counted(pairsBefore, 'pair')} of the policy ${verb} before it`;
}

function podSection(pod: PodReport | undefined, at: string): TemplateResult | typeof nothing {
  if (pod === undefined) return nothing;
  const { name, slot, createdAt, phase, waiting, deadline } = pod;
  return html`<section>
    <h3>Pod</h3>
    <ul class="plain">
      <li><bdi>${name}</bdi>, ${phase}${slot === undefined ? '' : `, slot ${slot}`},
        created ${relativeText(createdAt, at)}</li>
      ${deadline === undefined ? nothing : html`<li>ends at the latest ${relativeText(deadline, at)}</li>`}
      ${waiting === undefined ? nothing : html`<li>container waiting: ${waiting}</li>`}
    </ul>
  </section>`;
}

/** The failure on another node matters only where this one has none. */
function pairAttempts({ attempts }: ImageReport, pair: PairReport, at: string): TemplateResult {
  const { failure } = pair.attempts;
  const other = failure === undefined ? attempts.failing.find(({ node }) => node !== pair.node) : undefined;
  return attemptSection([
    failure === undefined ? nothing : failureItem(failure, at),
    rejectedItem(pair.attempts, at),
    imageItem(attempts, at),
    other === undefined ? nothing : failureItem(other, at),
  ]);
}

export function pairDetail(image: ImageReport, pair: PairReport, at: string): TemplateResult {
  return html`<section class="verdict">
      <canvas class="swatch" data-swatch=${cellStateOf(pair.state)} aria-hidden="true"></canvas>
      <p><strong>${pair.verdict}</strong></p>
      ${pair.queue === undefined ? nothing : html`<p class="muted">Queue: ${queueText(pair.queue)}</p>`}
    </section>
    <section class="advice">
      <h3>What to do</h3>
      <p>${image.advice}</p>
    </section>
    ${gateSection(pair.gates, at)} ${pairAttempts(image, pair, at)} ${podSection(pair.pod, at)}`;
}
