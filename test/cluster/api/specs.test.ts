// Shows that the real API server takes and refuses the same specs as the hooks, gives the same defaults, and says why in the same words.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { documentedPolicies } from '../../crds/documented-discovery.ts';
import { documentedManifests } from '../../crds/documented-manifests.ts';
import { invalidImageSpecs } from '../../crds/invalid-image-specs.ts';
import { invalidPolicySpecs } from '../../crds/invalid-policy-specs.ts';
import type { SpecRow } from '../../crds/spec-reading.ts';
import { validSpecs } from '../../crds/valid-specs.ts';
import { type Cluster, theCluster } from '../cluster.ts';
import { describeWith } from '../requirements.ts';
import { defineOurKinds, kindNamed, objectOf, pathOf, removeOurKinds } from './our-kinds.ts';

/** What zod says of a wrong type or size; the API server has its own words for it. */
const wordsOfZod = /Invalid input|Invalid option|Too small|Too big/;

/** The field in the way the API server writes it: list indices in brackets. */
const fieldOf = (problem: string) =>
  (problem.split(': ')[0] ?? '').replace(/\.(\d+)/g, '[$1]').replace(/(\.[\w.]+) .*$/, '$1');

/** What the API server must say: the field, and our own sentence where the rule has one. */
function expectedWords(problem: string): string[] {
  const sentence = problem.slice(problem.indexOf(': ') + 2).replace(/ \(and \d+ more\)$/, '');
  return [fieldOf(problem), ...(wordsOfZod.test(problem) ? [] : [sentence])];
}

describeWith(['controlPlane'], 'specs on a real API server', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = theCluster();
    await defineOurKinds(cluster);
  });
  afterAll(() => removeOurKinds(cluster));

  const dryCreate = (kind: string, spec: unknown) =>
    cluster.create(`${pathOf(kindNamed(kind))}?dryRun=All&fieldValidation=Ignore`, objectOf(kind, 'it', spec));

  it.each<SpecRow>(validSpecs)('%s: %s is taken with its defaults', async (title, kind, spec, expected) => {
    const created = await dryCreate(kind, spec ?? {});
    const wanted = title.includes('nobody knows') ? expected : (expected as object);
    expect(created.spec).toEqual(wanted);
  });

  it.each<SpecRow>([...invalidImageSpecs, ...invalidPolicySpecs])(
    '%s: %s is refused',
    async (_title, kind, spec, problem) => {
      const refusal = await dryCreate(kind, spec ?? {}).then(
        (created) => `taken: ${JSON.stringify(created.spec)}`,
        (error: { status: number; message: string }) => `${error.status} ${error.message}`,
      );
      expect(refusal).toMatch(/^(422|400) /);
      for (const words of expectedWords(String(problem))) expect(refusal).toContain(words);
    },
  );

  it.each([
    ...documentedManifests.map((manifest) => [manifest.metadata.name, manifest] as const),
    ...Object.entries(documentedPolicies),
  ])('the documented manifest %s applies', async (_name, manifest) => {
    expect(await cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], JSON.stringify(manifest))).toMatch(
      /(created|configured) \(server dry run\)/,
    );
  });

  it('kubectl apply says what is wrong so that a person can act on it', async () => {
    const bad = objectOf('CachedImage', 'both', {
      image: 'docker.io/library/alpine',
      tag: '3',
      digest: `sha256:${'0'.repeat(64)}`,
    });
    await expect(cluster.apply([bad])).rejects.toThrow(
      'The CachedImage "both" is invalid: spec: Invalid value: tag and digest exclude each other',
    );
  });
});
