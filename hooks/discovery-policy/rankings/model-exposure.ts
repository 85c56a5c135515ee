// Strategy modelExposure: the time that cold pulls of an image are expected to take in the target window.
import { InvalidFieldError } from '../compiled-field.ts';
import { powerOf } from './power.ts';
import type { RankingStrategy } from './ranking-strategy.ts';

export const modelExposure: RankingStrategy = {
  compile({ modelExposure: block }, path, knownSignal) {
    const blockPath = `${path}.modelExposure`;
    if (block === undefined) throw new InvalidFieldError(`${blockPath}: is required for strategy modelExposure`);
    const preSignal = knownSignal(block.preWindowUsageSignal, `${blockPath}.preWindowUsageSignal`);
    const targetSignal = knownSignal(block.targetWindowUsageSignal, `${blockPath}.targetWindowUsageSignal`);
    const pullSignal = knownSignal(block.pullTimeSignal, `${blockPath}.pullTimeSignal`);
    return {
      signals: [...new Set([preSignal, targetSignal, pullSignal])],
      nodes: block.nodes ?? {},
      explain: (input) => (image) => {
        const read = (signal: string) => ({ signal, value: input.values(signal, image) });
        const [pre, target, pull] = [read(preSignal), read(targetSignal), read(pullSignal)];
        const nodeCount = Math.max(1, input.nodeCount);
        const coldShare = powerOf(1 - 1 / nodeCount, pre.value ?? 0);
        const isMissing = target.value === undefined || pull.value === undefined;
        // The order of the factors decides about the last digit.
        const score = isMissing ? 0 : (target.value ?? 0) * coldShare * (pull.value ?? 0);
        return {
          strategy: 'modelExposure',
          preWindowUsage: pre,
          targetWindowUsage: target,
          pullTime: pull,
          nodeCount,
          coldShare,
          score,
        };
      },
    };
  },
};
