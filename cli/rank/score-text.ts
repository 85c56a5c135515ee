// The arithmetic of a score: in one line for a list, and line by line for one image.
import type { Explanation, TermExplanation } from '../../hooks/discovery-policy/rankings/ranking-strategy.ts';
import { exactText, factorText, shortText, valueText } from './number-text.ts';

type Weighted = Extract<Explanation, { readonly strategy: 'weightedSum' }>;
type Exposure = Extract<Explanation, { readonly strategy: 'modelExposure' }>;

const signalText = ({ signal, value }: Pick<TermExplanation, 'signal' | 'value'>) => `${signal} ${valueText(value)}`;

function exposureSummary({ preWindowUsage, targetWindowUsage, pullTime, nodeCount }: Exposure): string {
  const cold = `(1 - 1/${nodeCount})^(${signalText(preWindowUsage)})`;
  return `${signalText(targetWindowUsage)} x ${cold} x ${signalText(pullTime)}`;
}

/** For example `0.7 x 0.8011 (busy 8210) + 0.3 x 1 (cold 96)`. */
export function scoreSummary(explanation: Explanation): string {
  switch (explanation.strategy) {
    case 'highestRaw':
      return 'highest raw number';
    case 'highest':
      return 'highest score of a source';
    case 'signal':
      return signalText(explanation);
    case 'weightedSum':
      return explanation.terms
        .map((term) => `${shortText(term.weight)} x ${shortText(term.normalized)} (${signalText(term)})`)
        .join(' + ');
    case 'modelExposure':
      return exposureSummary(explanation);
  }
}

/** A line of a calculation: what is computed, and from what. */
type Step = readonly [label: string, text: string];

export interface Block {
  readonly title: string;
  readonly steps: readonly Step[];
}

function normalizedText({ value, bounds, normalized }: TermExplanation): string {
  const result = exactText(normalized);
  if (bounds === undefined) return `${result}, because no image has a value`;
  const { min, max } = bounds;
  if (min === max)
    return `${result}, because all values are equal${value === undefined ? ' and this one is missing' : ''}`;
  const lowest = factorText(min);
  return `(${exactText(value ?? 0)} - ${lowest}) / (${exactText(max)} - ${lowest}) = ${result}`;
}

function termBlock(term: TermExplanation, index: number): Block {
  const { signal, value, bounds, weight, normalized, product } = term;
  return {
    title: `Term ${index + 1}: ${signal}`,
    steps: [
      ['value', value === undefined ? 'none, counts as 0' : exactText(value)],
      ['minimum', valueText(bounds?.min, exactText)],
      ['maximum', valueText(bounds?.max, exactText)],
      ['normalised', normalizedText(term)],
      ['weight', shortText(weight)],
      ['product', `${exactText(weight)} x ${factorText(normalized)} = ${exactText(product)}`],
    ],
  };
}

function weightedBlocks({ terms, score }: Weighted): Block[] {
  const sum = terms.map(({ product }) => factorText(product)).join(' + ');
  const result = score === undefined ? 'none, because a signal has no value' : exactText(score);
  return [...terms.map(termBlock), { title: 'Sum', steps: [['score', `${sum} = ${result}`]] }];
}

function exposureBlock({ preWindowUsage: pre, targetWindowUsage, pullTime, ...result }: Exposure): Block {
  const { nodeCount, coldShare, score = 0 } = result;
  const exponent = exactText(pre.value ?? 0);
  const factors = [targetWindowUsage.value ?? 0, coldShare, pullTime.value ?? 0].map(factorText).join(' x ');
  return {
    title: 'Exposure',
    steps: [
      ['before', `${pre.signal} = ${valueText(pre.value, exactText)}`],
      ['target', `${targetWindowUsage.signal} = ${valueText(targetWindowUsage.value, exactText)}`],
      ['pull time', `${pullTime.signal} = ${valueText(pullTime.value, exactText)}`],
      ['nodes', String(nodeCount)],
      ['cold share', `(1 - 1/${nodeCount})^${exponent} = ${exactText(coldShare)}`],
      ['score', `${factors} = ${exactText(score)}`],
    ],
  };
}

/** The calculation of one score, line by line. */
export function scoreBlocks(explanation: Explanation): Block[] {
  switch (explanation.strategy) {
    case 'weightedSum':
      return weightedBlocks(explanation);
    case 'modelExposure':
      return [exposureBlock(explanation)];
    case 'signal':
      return [
        {
          title: `Signal ${explanation.signal}`,
          steps: [
            ['value', explanation.value === undefined ? 'none, counts as 0' : exactText(explanation.value)],
            ['score', exactText(explanation.score ?? 0)],
          ],
        },
      ];
    case 'highestRaw':
    case 'highest':
      return [];
  }
}
