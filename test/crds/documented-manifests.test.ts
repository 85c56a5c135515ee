// Proves that the manifests of the documents that define the product are valid here, as they are written there.
import { describe, expect, it } from 'vitest';
import { kinds } from '../../crds/kinds.ts';
import { observedSchema } from '../../crds/observed.ts';
import { documentedManifests } from './documented-manifests.ts';

const image = { imagePullPolicy: 'Always', priority: 0 };

/** What the fields that a manifest leaves out become. */
const defaultsOf: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'alpine-3-20': image,
  'golang-ci': image,
  'ci-cache-conservative': { maxConcurrentPullsPerNode: 1, pullTimeout: '30m', paused: false },
  'ci-tools': { ...image, imagePullPolicy: 'IfNotPresent' },
  'private-ci-images': image,
  'auto-cached-ci-images': image,
  'registry-discovered-apps': image,
  nginx: image,
};

describe.each(documentedManifests.map((manifest) => [manifest.metadata.name, manifest] as const))(
  '%s',
  (name, manifest) => {
    const kind = kinds.find((candidate) => candidate.kind === manifest.kind);

    it('is of a kind and version that is defined', () => {
      expect(kind).toBeDefined();
      expect(manifest.apiVersion).toBe('drop.corewire.io/v1alpha1');
    });

    it('loses nothing and gets the defaults', () => {
      if (kind === undefined) throw new Error(`there is no kind ${manifest.kind}`);
      expect(observedSchema(kind).parse(manifest).spec).toEqual({
        ok: true,
        value: { ...defaultsOf[name], ...manifest.spec },
      });
    });
  },
);
