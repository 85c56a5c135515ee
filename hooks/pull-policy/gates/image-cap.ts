// maxConcurrentNodes limits the pulls of one image where each image is a queue of its own.
import { counted } from '../../status/node-list.ts';
import { pullsOfImage } from '../occupancy.ts';
import type { ImageGate } from './gate.ts';

const opens = () => 'a running pull of the image ends';

export const imageCap: ImageGate = {
  name: 'image-cap',
  scope: 'image',
  reason: 'ImageCap',
  readsPods: true,
  appliesTo: ({ limits }) => limits.imageCap !== undefined,
  closed({ pace, image }) {
    const { imageCap: cap } = pace.limits;
    if (cap === undefined || pullsOfImage(pace.occupancy, image.name) < cap) return undefined;
    return { opens, message: () => `${image.name} is at its maxConcurrentNodes (${cap})` };
  },
  value({ pace, image }) {
    const pulls = counted(pace.limits.imageCap ?? 0, 'pull');
    return `${pullsOfImage(pace.occupancy, image.name)} of ${pulls} of the image in progress`;
  },
};
