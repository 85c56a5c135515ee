// The report on one pair as text that fits one screen.
import { counted } from '../../hooks/status/node-list.ts';
import { timeText } from '../text/time-text.ts';
import { cutText, labelledLines, TEXT_COLUMNS, wrappedLines } from '../text/wrapped-text.ts';
import type { Attempt, GateReport, ImageReport, PairReport, PodReport } from './report.ts';

/** Where the text begins that follows a label. */
const TEXT_COLUMN = 13;
const GATE_COLUMN = 15;
const VALUE_COLUMN = 24;
/** Longer messages would push the advice off the screen. */
const MESSAGE_LIMIT_CHARACTERS = 300;
/** Names of CachedImages and nodes can have 253 characters. */
const NAME_LIMIT_CHARACTERS = 200;

export const line = (label: string, text: string) => labelledLines(label, text, TEXT_COLUMN);

/** A line of a section; the lines that continue it are indented further. */
const indented = (text: string) =>
  wrappedLines(text, TEXT_COLUMNS - 4).map((each, index) => `${index === 0 ? '  ' : '    '}${each}`);

export function headerLines({ name, reference, policy, status }: ImageReport): string[] {
  return [
    ...line('CachedImage', cutText(name, NAME_LIMIT_CHARACTERS)),
    ...line('Image', reference ?? 'the spec is not valid'),
    ...line('PullPolicy', policy),
    ...(status === undefined ? [] : line('Status', cutText(status, MESSAGE_LIMIT_CHARACTERS))),
  ];
}

function opensLine({ opensAt, opensWhen }: GateReport, nowMilliseconds: number): string[] {
  const parts = [
    ...(opensAt === undefined ? [] : [`at ${timeText(opensAt, nowMilliseconds)}`]),
    ...(opensWhen === undefined ? [] : [`when ${opensWhen}`]),
  ];
  return parts.length === 0 ? [] : labelledLines('', `opens ${parts.join(', or ')}`, VALUE_COLUMN);
}

function gateLines(gate: GateReport, nowMilliseconds: number): string[] {
  const state = gate.state === 'closed' ? 'CLOSED' : gate.state;
  const label = `  ${gate.name}`.padEnd(GATE_COLUMN) + state;
  return [...labelledLines(label, gate.value, VALUE_COLUMN), ...opensLine(gate, nowMilliseconds)];
}

const gateSection = (gates: readonly GateReport[], nowMilliseconds: number) =>
  gates.length === 0 ? [] : ['', 'Gates', ...gates.flatMap((gate) => gateLines(gate, nowMilliseconds))];

function failureText({ reason, message, failures, at }: Attempt, nowMilliseconds: number): string {
  const text = `${counted(failures, 'failure')}, the last ${timeText(at, nowMilliseconds)}: ${reason}`;
  return message === '' ? text : `${text} "${cutText(message, MESSAGE_LIMIT_CHARACTERS)}"`;
}

export function imageAttemptLines({ attempts }: ImageReport, nowMilliseconds: number): string[] {
  const { failuresSinceSuccess, lastPulledAt, lastPullSeconds } = attempts;
  if (lastPulledAt === undefined && failuresSinceSuccess === 0) return [];
  const took = lastPullSeconds === undefined ? '' : `, took ${lastPullSeconds}s`;
  const failures = counted(failuresSinceSuccess, 'failure');
  if (lastPulledAt === undefined) return indented(`the image: never pulled, ${failures}`);
  const since = failuresSinceSuccess === 0 ? '' : `, ${failures} since`;
  return indented(`the image: last pulled ${timeText(lastPulledAt, nowMilliseconds)}${took}${since}`);
}

export function otherFailureLines(
  { attempts: { failing } }: ImageReport,
  nowMilliseconds: number,
  exceptNode?: string,
): string[] {
  const other = failing.find(({ node }) => node !== exceptNode);
  return other === undefined
    ? []
    : indented(`on ${cutText(other.node, NAME_LIMIT_CHARACTERS)}: ${failureText(other, nowMilliseconds)}`);
}

function pairAttemptLines({ attempts: { failure, rejected } }: PairReport, nowMilliseconds: number): string[] {
  const refused = rejected && `${counted(rejected.count, 'start')} without a Pod`;
  return [
    ...(failure === undefined ? [] : indented(`on this node: ${failureText(failure, nowMilliseconds)}`)),
    ...(rejected === undefined ? [] : indented(`${refused}, the last ${timeText(rejected.at, nowMilliseconds)}`)),
  ];
}

function attemptSection(image: ImageReport, pair: PairReport, nowMilliseconds: number): string[] {
  const lines = [...pairAttemptLines(pair, nowMilliseconds), ...imageAttemptLines(image, nowMilliseconds)];
  // The failure on another node matters only where this one has none.
  const others = pair.attempts.failure === undefined ? otherFailureLines(image, nowMilliseconds, pair.node) : [];
  const all = [...lines, ...others];
  return ['', 'Last attempts', ...(all.length === 0 ? ['  none'] : all)];
}

function podSection(pod: PodReport, nowMilliseconds: number): string[] {
  const { name, slot, createdAt, phase, waiting, deadline } = pod;
  const parts = [
    `${name}, ${phase}${slot === undefined ? '' : `, slot ${slot}`}, created ${timeText(createdAt, nowMilliseconds)}`,
    ...(deadline === undefined ? [] : [`ends at the latest ${timeText(deadline, nowMilliseconds)}`]),
    ...(waiting === undefined ? [] : [`container waiting: ${cutText(waiting, MESSAGE_LIMIT_CHARACTERS)}`]),
  ];
  return ['', 'Pod', ...parts.flatMap(indented)];
}

function queueText({ queue }: PairReport): string[] {
  if (queue === undefined) return [];
  const { pairsBefore, isExact } = queue;
  if (pairsBefore === 0 && isExact) return line('Queue', 'first of the policy');
  const verb = pairsBefore === 1 ? 'comes' : 'come';
  return line('Queue', `${isExact ? '' : 'about '}${counted(pairsBefore, 'pair')} of the policy ${verb} before it`);
}

export function pairLines(image: ImageReport, pair: PairReport, nowMilliseconds: number): string[] {
  return [
    ...headerLines(image),
    ...line('Node', pair.node),
    ...line('Verdict', pair.verdict),
    ...queueText(pair),
    ...gateSection(pair.gates, nowMilliseconds),
    ...attemptSection(image, pair, nowMilliseconds),
    ...(pair.pod === undefined ? [] : podSection(pair.pod, nowMilliseconds)),
  ];
}
