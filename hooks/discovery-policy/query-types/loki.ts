// Loki: each log line of a stream with an `image` label is one sample, or a parser finds the image in the line.
import { z } from 'zod';
import { counted } from '../../status/node-list.ts';
import { writtenReference } from '../reference.ts';
import { remark } from '../remark.ts';
import type { ImageSamples, QueryData } from '../samples.ts';
import { durationField, urlField } from './field.ts';
import { type EventFields, readPull } from './kubernetes-events.ts';
import type { QueryBlock, QueryOrigin, QueryType } from './query-type.ts';
import { isSameUrl } from './same-url.ts';

export interface CompiledLoki {
  readonly url: string;
  readonly query: string;
  readonly lookbackMilliseconds: number;
  /** Undefined without a parser. */
  readonly events: EventFields | undefined;
}

export interface LokiQuery extends QueryOrigin {
  readonly type: 'loki';
  /** Base URL of Loki. It may have a path. */
  readonly url: string;
  /** LogQL. */
  readonly query: string;
  /** Inclusive, in milliseconds since the epoch. */
  readonly startMilliseconds: number;
  /** Exclusive, in milliseconds since the epoch. */
  readonly endMilliseconds: number;
  /** The labels of streams that `parse` reads. The service may drop all others. */
  readonly labels: readonly string[];
}

export interface LokiResponse {
  readonly ok: true;
  readonly type: 'loki';
  /** The newest lines of the query. */
  readonly lines: readonly LogLine[];
  /** What is missing, for example `lines before the newest 50000 were not read`. Absent if all lines are there. */
  readonly missing?: string;
}

export interface LogLine {
  /** In seconds since the epoch. */
  readonly time: number;
  /** Labels of the stream. */
  readonly labels: Readonly<Record<string, string>>;
  readonly text: string;
}

const DEFAULT_LOOKBACK_MILLISECONDS = 24 * 3_600_000;
const IMAGE_LABEL = 'image';

function compile(block: QueryBlock<'loki'>, path: string): CompiledLoki {
  const { endpoint, query, lookback, parser } = block;
  return {
    url: urlField(`${path}.endpoint`, endpoint),
    query,
    lookbackMilliseconds: durationField(`${path}.lookback`, lookback, DEFAULT_LOOKBACK_MILLISECONDS),
    events: parser,
  };
}

function labelsOf({ events }: CompiledLoki): readonly string[] {
  if (events === undefined) return [IMAGE_LABEL];
  return [...new Set([events.reasonField, events.messageField, events.imageField])];
}

interface MutableSamples extends ImageSamples {
  readonly times: number[];
  readonly values: number[];
  readonly sizes: number[];
}

interface Collected {
  readonly images: Map<string, MutableSamples>;
  linesWithoutImage: number;
  invalidImages: number;
}

/** Returns the samples of a valid reference, which are empty at first. Counts any other text. */
function samplesOf(text: string, collected: Collected): MutableSamples | undefined {
  const image = writtenReference(text);
  if (image === undefined) {
    collected.invalidImages += 1;
    return undefined;
  }
  const known = collected.images.get(image) ?? { times: [], values: [], sizes: [] };
  collected.images.set(image, known);
  return known;
}

function addLine({ labels, time }: LogLine, collected: Collected): void {
  const text = Object.hasOwn(labels, IMAGE_LABEL) ? (labels[IMAGE_LABEL] ?? '') : '';
  if (text === '') {
    collected.linesWithoutImage += 1;
    return;
  }
  const samples = samplesOf(text, collected);
  samples?.times.push(time);
  samples?.values.push(1);
}

function addPull(line: LogLine, fields: EventFields, collected: Collected): void {
  const pull = readPull(line, fields);
  if (pull === undefined) return;
  const samples = samplesOf(pull.image, collected);
  if (samples === undefined) return;
  if (pull.seconds !== undefined) {
    samples.times.push(line.time);
    samples.values.push(pull.seconds);
  }
  if (pull.bytes !== undefined) samples.sizes.push(pull.bytes);
}

function parse({ lines, missing }: LokiResponse, { events }: CompiledLoki): QueryData {
  const collected: Collected = { images: new Map(), linesWithoutImage: 0, invalidImages: 0 };
  for (const line of lines) {
    if (events === undefined) addLine(line, collected);
    else addPull(line, events, collected);
  }
  const { images, linesWithoutImage, invalidImages } = collected;
  const isWithoutPulls = events !== undefined && images.size === 0;
  return {
    images,
    remarks: [
      ...remark(linesWithoutImage, 'line', ' without an image label'),
      ...remark(invalidImages, 'invalid image reference'),
      ...(missing === undefined ? [] : [missing]),
    ],
    // Events about images that were on their nodes already are no pulls: a quiet day is not an error.
    isEmpty: lines.length === 0 || (isWithoutPulls && invalidImages === 0),
    ...(isWithoutPulls && lines.length > 0
      ? { emptyRemark: `no pull in ${counted(lines.length, 'line')}: check query and parser if there were pulls` }
      : {}),
  };
}

const storedBlockShape = z.object({ endpoint: z.string(), query: z.string() });

export const lokiQueries: QueryType<'loki'> = {
  type: 'loki',
  compile,
  query: (compiled, origin, nowMilliseconds) => ({
    ...origin,
    type: 'loki',
    url: compiled.url,
    query: compiled.query,
    startMilliseconds: nowMilliseconds - compiled.lookbackMilliseconds,
    endMilliseconds: nowMilliseconds,
    labels: labelsOf(compiled),
  }),
  parse,
  allows(storedBlock, { url, query }) {
    const { data: stored } = storedBlockShape.safeParse(storedBlock);
    return stored !== undefined && isSameUrl(stored.endpoint, url) && stored.query.trim() === query.trim();
  },
};
