// The mirror to which an admission webhook rewrites images. A node then lists them under the name of the mirror.
import type { NodeImages } from '../../simulator/image-puller.ts';

export const MIRROR_HOST = 'harbor.internal.example';

const repositoryIn = (reference: string) => reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '');

/** Whether a node has the image, from its registry or from the mirror. An empty digest means any. */
export function hasImage({ byReference, layers }: NodeImages, reference: string, digest = ''): boolean {
  return [reference, `${MIRROR_HOST}/${reference}`].some(
    (name) => byReference.has(name) && (digest === '' || layers.has(`${repositoryIn(name)}@${digest}`)),
  );
}
