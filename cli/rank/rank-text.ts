// The report as text of at most 80 columns. Every text of the report must be cleaned already.
import { parseTimeMilliseconds } from '../../kubernetes/time.ts';
import { timeText } from '../text/time-text.ts';
import { labelledLines } from '../text/wrapped-text.ts';
import { shortText, valueText } from './number-text.ts';
import type { ImageReport, LeftOutImage, QueryReport, RankReport, RawNumber, SignalReport } from './report.ts';
import { type Block, scoreBlocks, scoreSummary } from './score-text.ts';

const LABEL_COLUMNS = 17;
const NAME_COLUMNS = 30;
const INDENT = 2;
const STEP_COLUMNS = 14;
/** Further images that are left out are only counted. */
const LEFT_OUT_LIMIT = 20;

const field = (label: string, text: string | undefined): string[] =>
  text === undefined || text === '' ? [] : labelledLines(label, text, LABEL_COLUMNS);

/** A name and what is reported about it. A long name has a line of its own. */
function entry(name: string, text: string): string[] {
  const label = `${' '.repeat(INDENT)}${name}`;
  const column = Math.min(NAME_COLUMNS, Math.max(LABEL_COLUMNS, label.length + INDENT));
  if (label.length < column) return labelledLines(label, text, column);
  return [...labelledLines('', name, INDENT), ...labelledLines('', text, LABEL_COLUMNS)];
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines];

function headLines(report: RankReport, nowMilliseconds: number): string[] {
  const { ready, lastSyncTime, images, maxImages } = report;
  return [
    ...field('DiscoveryPolicy', report.policy),
    ...field('Status', ready === undefined ? 'not synced yet' : `${ready.reason}: ${ready.message}`),
    ...field('Last sync', lastSyncTime === undefined ? undefined : timeText(lastSyncTime, nowMilliseconds)),
    ...field('Ranking', report.ranking),
    ...field('Images', `${images.length}${maxImages === undefined ? '' : ` of at most ${maxImages}`}`),
    ...report.remarks.flatMap((remark) => field('Note', remark)),
  ];
}

const images = (count: number | undefined) => (count === undefined ? '' : `${count} image${count === 1 ? '' : 's'}`);

function failureText(query: QueryReport, nowMilliseconds: number): string {
  const { reason = 'failed', message, failingSince, standInTime, retryTime } = query;
  const time = (text: string) => timeText(text, nowMilliseconds);
  return [
    `${reason}${failingSince === undefined ? '' : ` since ${time(failingSince)}`}: ${message ?? 'no message'}`,
    standInTime === undefined ? 'it has no numbers yet' : `its numbers of ${time(standInTime)} are used`,
    ...(retryTime === undefined ? [] : [`next query ${time(retryTime)}`]),
  ].join('; ');
}

function queryText(query: QueryReport, nowMilliseconds: number): string {
  if (query.state === 'pending') return `${query.type}: not queried yet`;
  if (query.state === 'failed') return `${query.type}: ${failureText(query, nowMilliseconds)}`;
  const parts = [images(query.imageCount), query.message ?? ''].filter((part) => part !== '');
  return `${query.type}: ${parts.length === 0 ? 'succeeded' : parts.join('; ')}`;
}

function signalText({ query, type, min, max }: SignalReport): string {
  const bounds = min === undefined || max === undefined ? 'no value yet' : `${shortText(min)} to ${shortText(max)}`;
  return `${type} of ${query}: ${bounds}`;
}

const rawText = (raw: readonly RawNumber[]) => raw.map(({ query, value }) => `${query} ${valueText(value)}`).join(', ');

/** Width of `500. `, the longest rank. */
const RANK_COLUMNS = 5;
const DETAIL_COLUMNS = 12;

const detail = (label: string, text: string) =>
  labelledLines(`${' '.repeat(RANK_COLUMNS)}${label}`, text, DETAIL_COLUMNS);

function imageLines({ rank, image, finalScore, explanation, raw, remark }: ImageReport): string[] {
  const summary = explanation === undefined ? '' : ` = ${scoreSummary(explanation)}`;
  return [
    ...labelledLines(`${rank}.`.padStart(RANK_COLUMNS - 1), image, RANK_COLUMNS),
    ...detail('score', `${finalScore}${summary}`),
    ...(raw.length === 0 ? [] : detail('raw', rawText(raw))),
    ...(remark === undefined ? [] : detail('note', remark)),
  ];
}

function leftOutLines(leftOut: readonly LeftOutImage[] = []): string[] {
  const others = leftOut.length - LEFT_OUT_LIMIT;
  return [
    ...leftOut.slice(0, LEFT_OUT_LIMIT).flatMap(({ image, why }) => labelledLines('', `${image}: ${why}`, INDENT)),
    ...(others > 0 ? [`  and ${others} more images`] : []),
  ];
}

const text = (lines: readonly string[]) => [...lines, ''].join('\n');

/** The whole policy. */
export function rankText(report: RankReport): string {
  const nowMilliseconds = parseTimeMilliseconds(report.at) ?? 0;
  return text([
    ...headLines(report, nowMilliseconds),
    ...section(
      report.shape === 'queries' ? 'Queries' : 'Sources',
      report.queries.flatMap((query) => entry(query.name, queryText(query, nowMilliseconds))),
    ),
    ...section(
      'Signals',
      report.signals.flatMap((signal) => entry(signal.name, signalText(signal))),
    ),
    ...section('Images', report.images.flatMap(imageLines)),
    ...section('Left out', leftOutLines(report.leftOut)),
  ]);
}

function blockLines({ title, steps }: Block): string[] {
  return section(
    title,
    steps.flatMap(([label, step]) => labelledLines(`${' '.repeat(INDENT)}${label}`, step, STEP_COLUMNS)),
  );
}

/** The arithmetic of one image, line by line. */
export function rankedImageText(report: RankReport, image: ImageReport): string {
  const { explanation, raw, finalScore } = image;
  const steps = raw.map(({ query, value }) => [query, valueText(value)] as const);
  return text([
    ...field('DiscoveryPolicy', report.policy),
    ...field('Image', image.image),
    ...field('Rank', `${image.rank} of ${report.images.length}`),
    ...field('Score', finalScore),
    ...field('Ranking', report.ranking),
    ...(image.remark === undefined ? [] : field('Note', image.remark)),
    ...section(
      'Highest raw numbers',
      steps.flatMap(([query, value]) => entry(query, value)),
    ),
    ...(explanation === undefined ? [] : scoreBlocks(explanation).flatMap(blockLines)),
  ]);
}
