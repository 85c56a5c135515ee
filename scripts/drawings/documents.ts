// Every generated drawing of the documents, by its path from the root of the repository.
import { aggregateDrawing } from './aggregate.ts';
import { svgOf } from './drawing.ts';
import { modelExposureDrawing } from './model-exposure.ts';
import { pipelineDrawing } from './pipeline.ts';
import { pullTimeDrawing } from './pull-time.ts';
import { timeWeightedDrawing } from './time-weighted.ts';
import { weightedSumDrawing } from './weighted-sum.ts';
import { windowDrawing } from './window.ts';

export function drawingFiles(): readonly [string, string][] {
  return [
    ['docs/discovery-pipeline.svg', svgOf(pipelineDrawing())],
    ['docs/signal-aggregate.svg', svgOf(aggregateDrawing())],
    ['docs/signal-time-weighted.svg', svgOf(timeWeightedDrawing())],
    ['docs/signal-window.svg', svgOf(windowDrawing())],
    ['docs/signal-pull-time.svg', svgOf(pullTimeDrawing())],
    ['docs/ranking-weighted-sum.svg', svgOf(weightedSumDrawing())],
    ['docs/ranking-model-exposure.svg', svgOf(modelExposureDrawing())],
  ];
}
