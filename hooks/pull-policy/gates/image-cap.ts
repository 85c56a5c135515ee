// maxConcurrentNodes limits the pulls of one image where each image is a queue of its own.
import { pullsOfImage } from '../occupancy.ts';
import type { ImageGate } from './gate.ts';

export const imageCap: ImageGate = {
  name: 'image-cap',
  scope: 'image',
  reason: 'ImageCap',
  closed({ pace, image }) {
    const { imageCap: cap } = pace.limits;
    if (cap === undefined || pullsOfImage(pace.occupancy, image.name) < cap) return undefined;
    return { message: () => `${image.name} is at its maxConcurrentNodes (${cap})` };
  },
};
