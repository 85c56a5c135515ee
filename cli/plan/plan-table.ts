// A plan as text for a terminal.
import { counted, nodeList } from '../../hooks/status/node-list.ts';
import { redactMessage } from '../../hooks/text/redact.ts';
import { safeName, wrapText } from '../text/cut-text.ts';
import { durationText } from '../text/duration-text.ts';
import { fittedTable } from '../text/fitted-table.ts';
import { headline } from './headline.ts';
import { missingNodes, type ObstacleGroup, obstacleGroups } from './obstacle-groups.ts';
import type { NotPlanned, Plan, PlannedImage, PlannedPolicy } from './plan.ts';
import { gateTimesText, whatIfText } from './what-if-text.ts';

/** Longest line of a table. */
export const TABLE_COLUMNS = 100;
const MESSAGE_CHARACTERS = 400;
const INDENT = '  ';

const IMAGE_HEADINGS = ['IMAGE', 'NODES', 'PULLS', 'FIRST PULL', 'ON ALL NODES', 'NOTE'];
const POLICY_HEADINGS = ['POLICY', 'PULLS', 'MOST AT ONCE', 'CAP', 'DURATION'];
const PEAK_HEADINGS = ['REGISTRY', 'MOST AT ONCE'];

const timeOf = (milliseconds: number | undefined) => (milliseconds === undefined ? '' : durationText(milliseconds));

/** For example `2 nodes: NodeNotEligible`. */
function neverText(image: PlannedImage): string {
  const [obstacle] = image.obstacles;
  if (obstacle === undefined) return '';
  const count = missingNodes(image);
  const others = image.obstacles.length > 1 ? ` and ${image.obstacles.length - 1} more` : '';
  return `${count === undefined ? '' : `${counted(count, 'node')}: `}${safeName(obstacle.reason)}${others}`;
}

function noteText(image: PlannedImage): string {
  const cached = image.alreadyCached > 0 ? `${counted(image.alreadyCached, 'node')} cached before` : '';
  return [neverText(image), cached].filter((text) => text !== '').join(', ');
}

/** When an image is on all its nodes, for example `2h5m` or `never`. */
export function completionText({ completeMilliseconds }: PlannedImage): string {
  return completeMilliseconds === undefined ? 'never' : durationText(completeMilliseconds);
}

function imageRow(image: PlannedImage): readonly string[] {
  const { name, nodes, pulls, firstStartMilliseconds: first } = image;
  return [safeName(name), String(nodes), String(pulls), timeOf(first), completionText(image), noteText(image)];
}

function policyRow({ name, pulls, peakPulls, cap, durationMilliseconds }: PlannedPolicy): readonly string[] {
  return [safeName(name), String(pulls), String(peakPulls), String(cap), durationText(durationMilliseconds)];
}

const wrapped = (text: string, indent = '') => wrapText(text, TABLE_COLUMNS, indent);

function gateLines(policy: PlannedPolicy): string {
  const name = safeName(policy.name);
  const waited = gateTimesText(policy);
  const whatIf = whatIfText(policy);
  return [
    waited === '' ? '' : wrapped(`${name} waited for: ${waited}`),
    whatIf === undefined ? '' : wrapped(`${name}: ${redactMessage(whatIf, MESSAGE_CHARACTERS)}`),
  ].join('');
}

function obstacleLines({ reason, message, nodes, images }: ObstacleGroup): string {
  const where = nodes.length === 0 ? '' : ` on ${nodeList(nodes.map(safeName))}`;
  const title = `${safeName(reason)}: ${nodeList(images.map(safeName))}${where}`;
  return wrapped(title, INDENT) + wrapped(redactMessage(message, MESSAGE_CHARACTERS), INDENT + INDENT);
}

const notPlannedLine = ({ kind, name, reason }: NotPlanned) =>
  wrapped(`${safeName(kind)} ${safeName(name)}: ${redactMessage(reason, MESSAGE_CHARACTERS)}`, INDENT);

/** A section after an empty line; nothing without content. */
const section = (title: string, content: string) => (content === '' ? '' : `\n${title}${content}`);

/** The registries matter once there are several: the peak of a single one is that of the plan. */
function registryTable({ registries }: Plan): string {
  if (registries.length < 2) return '';
  return fittedTable(
    [PEAK_HEADINGS, ...registries.map(({ name, pulls }) => [safeName(name), String(pulls)])],
    TABLE_COLUMNS,
  );
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : fittedTable([headings, ...rows], TABLE_COLUMNS);
}

/** Lines of at most 100 columns; times are durations since the start of the plan. */
export function planTable(plan: Plan): string {
  const { images, policies, notPlanned } = plan;
  return [
    wrapped(headline(plan)),
    section('', table(IMAGE_HEADINGS, images.map(imageRow))),
    section('', table(POLICY_HEADINGS, policies.map(policyRow))),
    section('', policies.map(gateLines).join('')),
    section('', registryTable(plan)),
    section('Never:\n', obstacleGroups(images).map(obstacleLines).join('')),
    section('Not planned:\n', notPlanned.map(notPlannedLine).join('')),
  ].join('');
}
