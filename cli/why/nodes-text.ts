// The report on all nodes of an image as text: one line per node, grouped by reason.
import { counted } from '../../hooks/status/node-list.ts';
import { cutText, labelledLines, TEXT_COLUMNS } from '../text/wrapped-text.ts';
import { headerLines, imageAttemptLines, line, otherFailureLines } from './pair-text.ts';
import type { ImageReport, NodeGroup } from './report.ts';

/** Further nodes of a group are only counted. All of them are in the JSON. */
const NODES_PER_GROUP_LIMIT = 10;
const NAME_LIMIT_CHARACTERS = 36;
const INDENT = '  ';

function groupLines({ group, nodes }: NodeGroup): string[] {
  const shown = nodes.slice(0, NODES_PER_GROUP_LIMIT).map(({ name, detail }) => {
    return { name: cutText(name, NAME_LIMIT_CHARACTERS), detail };
  });
  const width = Math.max(0, ...shown.map(({ name }) => name.length)) + INDENT.length;
  const left = nodes.length - shown.length;
  return [
    '',
    ...labelledLines('', `${group} (${counted(nodes.length, 'node')})`, 0),
    ...shown.map(({ name, detail }) => cutText(`${INDENT}${name.padEnd(width)}${detail}`.trimEnd(), TEXT_COLUMNS)),
    ...(left > 0 ? [`${INDENT}and ${left} more`] : []),
  ];
}

function nodeCounts(groups: readonly NodeGroup[]): string {
  const counts = new Map<string, number>();
  for (const { state, nodes } of groups) counts.set(state, (counts.get(state) ?? 0) + nodes.length);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
}

export function nodesLines(image: ImageReport, nowMilliseconds: number): string[] {
  const { problem, groups } = image;
  const attempts = [...imageAttemptLines(image, nowMilliseconds), ...otherFailureLines(image, nowMilliseconds)];
  return [
    ...headerLines(image),
    ...(problem === undefined ? [] : line('Problem', `${problem.reason}: ${problem.message}`)),
    ...(groups.length === 0 ? [] : line('Nodes', nodeCounts(groups))),
    ...groups.flatMap(groupLines),
    ...(attempts.length === 0 ? [] : ['', 'Last attempts', ...attempts]),
  ];
}
