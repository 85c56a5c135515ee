// The mirror to which an admission webhook rewrites images. A node then lists them under the name of the mirror.
import type { NodeImages } from '../../simulator/node-images.ts';

export const MIRROR_HOST = 'harbor.internal.example';

const repositoryIn = (reference: string) => reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '');

/**
 * Whether a node has ever had the image, from its registry or from the mirror. An empty digest means any. A removed
 * image counts too, because the service does not learn of removals yet.
 */
export function hadImage({ everHeld }: NodeImages, reference: string, digest = ''): boolean {
  const { byReference, layers } = everHeld;
  return [reference, `${MIRROR_HOST}/${reference}`].some(
    (name) => byReference.has(name) && (digest === '' || layers.has(`${repositoryIn(name)}@${digest}`)),
  );
}
