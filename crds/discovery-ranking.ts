// The ranking of a DiscoveryPolicy: how signals become the score of an image.
import { z } from 'zod';
import { discoveryName } from './discovery-queries.ts';
import { DISCOVERY_NAME_LIMIT_CHARACTERS, RANKING_TERMS_LIMIT } from './limits.ts';
import { nodeAffinitySelector } from './node-affinity-selector.ts';
import { quantity } from './quantity.ts';
import { unsetIfEmpty } from './unset-values.ts';

const term = z
  .object({
    signal: discoveryName.describe('Name of the signal.'),
    weight: quantity.describe('Factor of the normalized signal. May be negative.'),
  })
  .describe('A signal and its weight.');

const weightedSum = z
  .object({
    normalize: z
      .enum(['minMax'])
      .default('minMax')
      .describe('minMax maps the lowest value of a signal to 0 and the highest to 1.'),
    missingSignal: z
      .enum(['zero', 'drop'])
      .default('zero')
      .describe('Whether an image without a value of a signal counts as 0, or is dropped.'),
    terms: z
      .array(term)
      .min(1)
      .max(RANKING_TERMS_LIMIT)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .optional()
      .describe('Signals that are added up, each with its weight.'),
  })
  .describe('A weighted sum of signals, for strategy weightedSum.');

const LARGEST_INT32 = 2147483647;

const nodes = z
  .object({
    count: z
      .int()
      .min(1)
      .max(LARGEST_INT32)
      .optional()
      .describe('Number of nodes. With a selector, used only if the nodes cannot be counted.'),
    selector: nodeAffinitySelector.optional(),
  })
  .describe('Over how many nodes the images are spread.');

const modelExposure = z
  .object({
    preWindowUsageSignal: discoveryName.describe('Name of the signal with the usage before the window.'),
    targetWindowUsageSignal: discoveryName.describe('Name of the signal with the usage in the window.'),
    pullTimeSignal: discoveryName.describe('Name of the signal with the time that a pull takes.'),
    nodes: nodes.optional(),
  })
  .describe('The time that cold pulls are expected to take, for strategy modelExposure.');

export const discoveryRanking = z
  .object({
    strategy: z
      .enum(['signal', 'weightedSum', 'modelExposure'])
      .describe('How the score is computed. It names the field that counts.'),
    signal: unsetIfEmpty(z.string().max(DISCOVERY_NAME_LIMIT_CHARACTERS))
      .optional()
      .describe('Name of the signal that is the score, for strategy signal.'),
    weightedSum: weightedSum.optional(),
    modelExposure: modelExposure.optional(),
  })
  .describe('How signals become the score of an image. Unset: the highest raw number.');
