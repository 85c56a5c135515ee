// What `why` reports on the pairs of the made-up clusters.
import { type CellState, cellCodes, type ImageRow, type UiView } from '../../../../cli/ui/view/ui-view.ts';
import type { GateReport, ImageReport, PairReport, PairState, WhyReport } from '../../../../cli/why/report.ts';

const states = Object.keys(cellCodes) as readonly CellState[];

const stateAt = (row: ImageRow, node: number): CellState =>
  states.find((state) => cellCodes[state] === row.cells[node]) ?? 'unknown';

const pairStateOf = (state: CellState): PairState => (state === 'failing' ? 'queued' : state);

const gates: readonly GateReport[] = [
  { name: 'paused', state: 'open', value: 'false' },
  { name: 'policy-cap', state: 'closed', value: '5 of 5 pulls', opensWhen: 'a running pull of the policy ends' },
  { name: 'delay', state: 'closed', value: '4s since the last start, 10s wanted', opensAt: '2026-11-21T12:00:06Z' },
  { name: 'image-cap', state: 'open', value: 'no limit' },
  { name: 'breaker', state: 'open', value: '0 of 3 failing nodes' },
  { name: 'node-busy', state: 'open', value: '0 of 1 pull on the node' },
  { name: 'backoff', state: 'open', value: 'no failure' },
  { name: 'not-eligible', state: 'open', value: 'ready' },
];

function samplePair(row: ImageRow, node: string, state: CellState): PairReport {
  const wantsPull = state !== 'cached' && state !== 'not targeted' && state !== 'blocked';
  const hasFailed = state === 'failing' || state === 'backing off';
  const failure = { node, reason: 'ErrImagePull', message: 'unexpected status: 401 Unauthorized', failures: 3 };
  const pod = { name: `drop-pull-${row.name}`, slot: 2, createdAt: '2026-11-21T11:59:40Z', phase: 'Pending' };
  return {
    node,
    state: pairStateOf(state),
    group: pairStateOf(state),
    detail: '',
    verdict: state === 'queued' ? 'waiting: policy-cap, until a running pull of the policy ends' : state,
    queue: wantsPull ? { pairsBefore: 4, isExact: true } : undefined,
    gates: wantsPull ? gates : [],
    attempts: { failure: hasFailed ? { ...failure, at: '2026-11-21T11:57:00Z' } : undefined, rejected: undefined },
    pod: state === 'pulling' ? { ...pod, waiting: undefined, deadline: '2026-11-21T12:29:40Z' } : undefined,
  };
}

function sampleGroups(view: UiView, row: ImageRow): ImageReport['groups'] {
  return states.flatMap((state) => {
    const nodes = view.nodes.names.filter((_, node) => stateAt(row, node) === state);
    if (nodes.length === 0) return [];
    const detail = state === 'backing off' ? 'until 2026-11-21T12:05:00Z (in 5m)' : '';
    return [{ state: pairStateOf(state), group: state, nodes: nodes.map((name) => ({ name, detail })) }];
  });
}

/** Undefined where the image or the node does not exist. */
export function sampleReport(view: UiView, image: string, node: string | undefined): WhyReport | undefined {
  const row = view.images.find(({ name }) => name === image);
  const index = node === undefined ? 0 : view.nodes.names.indexOf(node);
  if (row === undefined || index < 0) return undefined;
  const hasProblem = row.reason === 'PolicyNotFound';
  const attempts = { lastPulledAt: '2026-11-21T11:48:00Z', lastPullSeconds: 94, lastAttemptedAt: undefined };
  const report: ImageReport = {
    name: row.name,
    reference: row.reference,
    policy: row.policy,
    status: `${row.reason}: ${row.message}`,
    problem: hasProblem ? { reason: row.reason, message: row.message, advice: 'Create the PullPolicy.' } : undefined,
    attempts: { ...attempts, failuresSinceSuccess: 0, failing: [] },
    pair: node === undefined ? undefined : samplePair(row, node, stateAt(row, index)),
    groups: node === undefined ? sampleGroups(view, row) : [],
    advice: 'Wait for a slot, or raise the limit of concurrent pulls of PullPolicy default.',
  };
  return { at: view.at, images: [report], imagesLeftOut: 0, unread: [] };
}
