// Turns the answer of a source into images with scores, and counts what could not be used.
import { formatImageReference } from '../../kubernetes/image-reference.ts';
import { counted } from '../status/node-list.ts';
import { parseImageReference } from '../text/parsed.ts';
import { newestTags } from './newest-tags.ts';
import type { PrometheusAnswer, RegistryAnswer } from './query.ts';
import { type CompiledSource, hostOf } from './source.ts';

export interface ScoredImage {
  readonly image: string;
  readonly score: number;
}

export interface ParsedResponse {
  readonly images: readonly ScoredImage[];
  /** What could not be used, in sentences for a person. */
  readonly remarks: readonly string[];
  /** Whether something came at all. */
  readonly isEmpty: boolean;
}

type Aggregation = 'sum' | 'count' | 'avg' | 'max';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function aggregate(method: Aggregation, values: readonly number[]): number {
  switch (method) {
    case 'sum':
      return sum(values);
    case 'count':
      return values.length;
    case 'avg':
      return sum(values) / values.length;
    case 'max':
      return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  }
}

/** What cAdvisor says of an image whose name it does not know; the grammar would take it for a tag of Docker Hub's `sha256`. */
const imageId = /^sha(?:256|512):[0-9a-f]{64,}$/;

function normalized(image: string): string | undefined {
  if (imageId.test(image)) return undefined;
  const parsed = parseImageReference(image);
  return parsed.ok ? formatImageReference(parsed.reference) : undefined;
}

const remark = (count: number, noun: string, words: string): string[] =>
  count > 0 ? [`${counted(count, noun)} ${words}`] : [];

/** Adds in place: tens of thousands of series may be of one image. */
function addValues(values: Map<string, number[]>, image: string, more: readonly number[]): void {
  const known = values.get(image);
  if (known === undefined) values.set(image, [...more]);
  else for (const value of more) known.push(value);
}

function readSeries(answer: PrometheusAnswer, method: Aggregation): ParsedResponse {
  const values = new Map<string, number[]>();
  let unreadable = 0;
  for (const series of answer.series) {
    const image = normalized(series.image);
    if (image === undefined) unreadable += 1;
    else if (series.values.length > 0) addValues(values, image, series.values);
  }
  const images = [...values].map(([image, list]) => ({ image, score: aggregate(method, list) }));
  // Finite values can have a sum that is not, and no object can hold that.
  const scored = images.filter(({ score }) => Number.isFinite(score));
  return {
    images: scored,
    remarks: [
      ...remark(answer.seriesWithoutImage, 'result', 'without an image label'),
      ...remark(unreadable, 'image label', 'not a reference'),
      ...remark(answer.valuesDropped, 'value', 'not finite'),
      ...remark(images.length - scored.length, 'score', 'not finite'),
      ...answer.warnings.slice(0, 1),
    ],
    isEmpty: answer.series.length + answer.seriesWithoutImage === 0,
  };
}

function readTags(answer: RegistryAnswer, source: CompiledSource): ParsedResponse {
  const { registry } = source.spec;
  const host = hostOf(registry?.url ?? '');
  const scores = new Map<string, number>();
  let unreadable = 0;
  for (const { repository, tags } of answer.repositories) {
    const matching = tags.filter((tag) => source.tagFilter?.matches(tag) ?? true);
    const newest = newestTags(matching, registry?.topX);
    for (const [index, tag] of newest.entries()) {
      const image = normalized(source.template?.({ registry: host, repository, tag }) ?? '');
      // The newest of n tags scores n.
      if (image === undefined) unreadable += 1;
      else scores.set(image, Math.max(newest.length - index, scores.get(image) ?? 0));
    }
  }
  return {
    images: [...scores].map(([image, score]) => ({ image, score })),
    remarks: remark(unreadable, 'tag', 'gave no image reference: check imageTemplate'),
    isEmpty: answer.repositories.every(({ tags }) => tags.length === 0),
  };
}

/** Takes an answer and the source it is of; gives the images in it. */
export function parseResponse(answer: PrometheusAnswer | RegistryAnswer, source: CompiledSource): ParsedResponse {
  return answer.kind === 'registry'
    ? readTags(answer, source)
    : readSeries(answer, source.spec.prometheus?.aggregationMethod ?? 'sum');
}
