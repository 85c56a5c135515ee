// Shows that a real API server accepts and refuses the same specs as the hooks, with the same defaults and messages.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { documentedPolicies } from '../../crds/documented-discovery.ts';
import { documentedManifests } from '../../crds/documented-manifests.ts';
import { invalidImageSpecs } from '../../crds/invalid-image-specs.ts';
import { invalidPolicySpecs } from '../../crds/invalid-policy-specs.ts';
import { originalStatus } from '../../crds/original-status.ts';
import type { SpecRow } from '../../crds/spec-reading.ts';
import { unsetSpecs } from '../../crds/unset-specs.ts';
import { validSpecs } from '../../crds/valid-specs.ts';
import { type Cluster, theCluster } from '../cluster.ts';
import { describeWith } from '../requirements.ts';
import { defineOurKinds, kindNamed, objectOf, pathOf, removeOurKinds } from './our-kinds.ts';

/** zod's messages for a wrong type or size. The API server has its own. */
const messagesOfZod = /Invalid input|Invalid option|Too small|Too big/;

/** The path of the field as the API server writes it, with list indices in brackets. */
const fieldOf = (problem: string) =>
  (problem.split(': ')[0] ?? '').replace(/\.(\d+)/g, '[$1]').replace(/(\.[\w.]+) .*$/, '$1');

/** Texts that the error of the API server must contain: the field, and the message of the rule if a rule refuses it. */
function expectedTexts(problem: string): string[] {
  const sentence = problem.slice(problem.indexOf(': ') + 2).replace(/ \(and \d+ more\)$/, '');
  return [fieldOf(problem), ...(messagesOfZod.test(problem) ? [] : [sentence])];
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

  it.each<SpecRow>(validSpecs)('a %s with %s is accepted with its defaults', async (kind, _content, spec, expected) => {
    const created = await dryCreate(kind, spec ?? {});
    expect(created.spec).toEqual(expected);
  });

  it.each<SpecRow>(unsetSpecs)('a %s with %s is accepted and stored as it is', async (kind, _content, spec) => {
    const created = await dryCreate(kind, spec);
    expect(created.spec).toEqual(kindNamed(kind).spec.parse(spec));
  });

  it.each<SpecRow>([...invalidImageSpecs, ...invalidPolicySpecs])(
    'a %s with %s is refused with the message of the hooks',
    async (kind, _content, spec, problem) => {
      const refusal = await dryCreate(kind, spec ?? {}).then(
        (created) => `accepted: ${JSON.stringify(created.spec)}`,
        (error: { status: number; message: string }) => `${error.status} ${error.message}`,
      );
      expect(refusal).toMatch(/^(422|400) /);
      for (const text of expectedTexts(String(problem))) expect(refusal).toContain(text);
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

  it('a DiscoveryPolicy of the original Drop keeps its spec and its status', async () => {
    const path = `${pathOf(kindNamed('DiscoveryPolicy'))}/original`;
    const spec = {
      queries: [{ name: 'usage', type: 'loki' }],
      signals: [{ name: 'total', query: 'usage', type: 'aggregate', aggregate: { method: 'sum' } }],
      ranking: { strategy: 'weightedSum', weightedSum: { terms: [{ signal: 'total', weight: '700m' }] } },
    };
    await cluster.apply([objectOf('DiscoveryPolicy', 'original', spec)]);
    await cluster.patch(`${path}/status`, { status: originalStatus });
    await cluster.patch(path, { metadata: { annotations: { edited: 'true' } } });
    expect(await cluster.get(path)).toMatchObject({ spec, status: originalStatus });
  });

  it('kubectl apply prints the message of the violated rule', async () => {
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
