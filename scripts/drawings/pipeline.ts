// The way from queries to ranked images.
import { type Box, box, type Drawing, path, text } from './drawing.ts';

interface Stage {
  readonly place: Box;
  readonly kind: 'band' | 'second' | 'third' | 'panel';
  readonly name: string;
  readonly lines: readonly string[];
}

const stages: readonly Stage[] = [
  {
    place: [24, 60, 200, 116],
    kind: 'third',
    name: 'queries',
    lines: ['prometheus, loki, registry:', 'samples of each image, that is', 'times with numbers'],
  },
  {
    place: [270, 60, 200, 116],
    kind: 'band',
    name: 'signals',
    lines: ['each reduces the samples', 'of one query to one number', 'for each image'],
  },
  {
    place: [516, 60, 200, 116],
    kind: 'second',
    name: 'ranking',
    lines: ['combines the signals to a', 'score; without a ranking it is', 'the highest sample'],
  },
  {
    place: [762, 60, 194, 116],
    kind: 'panel',
    name: 'discoveredImages',
    lines: ['by score, then by name,', 'cut at maxImages;', 'a CachedImageSet follows'],
  },
  {
    place: [270, 222, 446, 62],
    kind: 'panel',
    name: 'candidates',
    lines: ['every image of every query that imageFilter keeps'],
  },
];

function stageElements({ place, kind, name, lines }: Stage): string[] {
  const [left, top] = place;
  return [
    box(place, 'panel', 6),
    ...(kind === 'panel' ? [] : [box(place, kind, 6)]),
    text([left + 14, top + 26], name, 'name'),
    ...lines.map((line, index) => text([left + 14, top + 48 + index * 17], line)),
  ];
}

export function pipelineDrawing(): Drawing {
  return {
    title: 'From queries to ranked images',
    width: 980,
    height: 306,
    elements: [
      ...stages.flatMap(stageElements),
      ...[224, 470, 716].map((x) =>
        path(
          [
            [x, 118],
            [x + 44, 118],
          ],
          'arrow',
        ),
      ),
      path(
        [
          [124, 176],
          [124, 253],
          [268, 253],
        ],
        'arrow',
      ),
      path(
        [
          [616, 222],
          [616, 178],
        ],
        'arrow',
      ),
    ],
  };
}
