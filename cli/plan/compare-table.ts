// Two plans side by side, as text for a terminal.
import { bytesText } from '../../hooks/text/bytes-text.ts';
import { cutMiddle, safeName, wrapText } from '../text/cut-text.ts';
import { durationText } from '../text/duration-text.ts';
import { fittedTable } from '../text/fitted-table.ts';
import type { Plan } from './plan.ts';
import { completionText, TABLE_COLUMNS } from './plan-table.ts';
import { whatIfText } from './what-if-text.ts';

const HEADING_COLUMNS = 24;

type Names = readonly [string, string];

/** For example `-1h5m` where the second plan is faster; empty if they are equal or one has no time. */
function differenceText(first: number | undefined, second: number | undefined): string {
  if (first === undefined || second === undefined || first === second) return '';
  return `${second < first ? '-' : '+'}${durationText(Math.abs(second - first))}`;
}

function registryRows(first: Plan, second: Plan): readonly (readonly string[])[] {
  const names = [...new Set([...first.registries, ...second.registries].map(({ name }) => name))];
  if (names.length < 2) return [];
  const peakOf = ({ registries }: Plan, name: string) =>
    String(registries.find((each) => each.name === name)?.pulls ?? 0);
  return names.map((name) => [`at once, ${safeName(name)}`, peakOf(first, name), peakOf(second, name)]);
}

function figures(first: Plan, second: Plan, names: Names): string {
  const row = (title: string, of: (plan: Plan) => string) => [title, of(first), of(second)];
  const sizeOf = ({ bytes }: Plan) => (bytes === undefined ? '' : bytesText(bytes));
  const sizes = row('bytes', sizeOf);
  const rows = [
    [
      ...row('duration', ({ durationMilliseconds }) => durationText(durationMilliseconds)),
      differenceText(first.durationMilliseconds, second.durationMilliseconds),
    ],
    row('pulls', ({ pulls }) => String(pulls.length)),
    row('at once', ({ peakPulls }) => String(peakPulls)),
    row('at once, one node', ({ peakOfNode }) => String(peakOfNode?.pulls ?? 0)),
    ...registryRows(first, second),
    ...(sizes.slice(1).some((cell) => cell !== '') ? [sizes] : []),
    row('images never on all nodes', ({ images }) =>
      String(images.filter(({ obstacles }) => obstacles.length > 0).length),
    ),
  ];
  return fittedTable([['', ...names, 'CHANGE'], ...rows], TABLE_COLUMNS);
}

interface Timed {
  readonly name: string;
  readonly text: string;
  readonly milliseconds: number | undefined;
}

/** A row for each name of either plan, in the order of the first plan. */
function timeRows(first: readonly Timed[], second: readonly Timed[]): readonly (readonly string[])[] {
  const firstByName = new Map(first.map((each) => [each.name, each]));
  const secondByName = new Map(second.map((each) => [each.name, each]));
  return [...new Set([...firstByName.keys(), ...secondByName.keys()])].map((name) => {
    const [left, right] = [firstByName.get(name), secondByName.get(name)];
    const difference = differenceText(left?.milliseconds, right?.milliseconds);
    return [safeName(name), left?.text ?? '-', right?.text ?? '-', difference];
  });
}

const imageTimes = ({ images }: Plan): readonly Timed[] =>
  images.map((image) => ({
    name: image.name,
    text: completionText(image),
    milliseconds: image.obstacles.length > 0 ? undefined : image.completeMilliseconds,
  }));

const policyTimes = ({ policies }: Plan): readonly Timed[] =>
  policies.map(({ name, durationMilliseconds: milliseconds }) => ({
    name,
    text: durationText(milliseconds),
    milliseconds,
  }));

const whatIfLines = ({ policies }: Plan, planName: string) =>
  policies.flatMap((policy) => {
    const sentence = whatIfText(policy);
    return sentence === undefined
      ? []
      : [wrapText(`${planName}, ${safeName(policy.name)}: ${sentence}`, TABLE_COLUMNS)];
  });

/** Lines of at most 100 columns. The names stand for the plans, for example their files. */
export function compareTable(first: Plan, second: Plan, names: Names = ['FIRST', 'SECOND']): string {
  const [firstName, secondName] = names.map((name) => cutMiddle(safeName(name), HEADING_COLUMNS)) as [string, string];
  const table = (heading: string, rows: readonly (readonly string[])[]) =>
    rows.length === 0 ? '' : `\n${fittedTable([[heading, firstName, secondName, 'CHANGE'], ...rows], TABLE_COLUMNS)}`;
  const sentences = [...whatIfLines(first, firstName), ...whatIfLines(second, secondName)];
  return [
    figures(first, second, [firstName, secondName]),
    table('IMAGE ON ALL NODES', timeRows(imageTimes(first), imageTimes(second))),
    table('POLICY', timeRows(policyTimes(first), policyTimes(second))),
    sentences.length === 0 ? '' : `\n${sentences.join('')}`,
  ].join('');
}
