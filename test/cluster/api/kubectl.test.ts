// Shows what kubectl prints for our kinds: names, columns and the description of every field.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kinds } from '../../../crds/kinds.ts';
import { type Cluster, theCluster } from '../cluster.ts';
import { describeWith } from '../requirements.ts';
import { defineOurKinds, kindNamed, pathOf, removeOurKinds } from './our-kinds.ts';

const manifests = resolve(import.meta.dirname, '../../../demo/manifests');
const AT = '2026-11-22T00:00:00Z';
const ready = (status: string, reason: string, message: string) => [
  { type: 'Ready', status, reason, message, lastTransitionTime: AT },
];

/** Splits at two or more spaces, because a message contains single spaces. */
function cells(table: string): string[][] {
  return table
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/\s{2,}/));
}

/** All fields of a schema, by the path that `kubectl explain` accepts. */
function fieldsOf(schema: SchemaNode, path: readonly string[]): [path: string, field: SchemaNode][] {
  const inner = schema.items ?? schema;
  return Object.entries(inner.properties ?? {}).flatMap(([name, field]) => [
    [[...path, name].join('.'), field],
    ...fieldsOf(field, [...path, name]),
  ]);
}

interface SchemaNode {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

describeWith(['controlPlane'], 'kubectl on a real API server', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = theCluster();
    await defineOurKinds(cluster);
    // The manifests contain Secrets in this namespace.
    await cluster.createNamespace('drop-system');
    for (const file of readdirSync(manifests).sort()) await cluster.apply(readFileSync(join(manifests, file), 'utf8'));
    const setStatus = (kind: string, name: string, status: object) =>
      cluster.patch(`${pathOf(kindNamed(kind))}/${name}/status`, { status });
    await setStatus('CachedImage', 'nginx', { ready: '2/2', conditions: ready('True', 'Cached', 'on all 2 nodes') });
    await setStatus('CachedImage', 'auth-fail', {
      ready: '0/1',
      conditions: ready('False', 'ImagePullBackOff', 'unauthorized: check imagePullSecrets'),
    });
    await setStatus('CachedImageSet', 'web-apps', {
      ready: '1/3',
      imagesManaged: 3,
      conditions: ready('False', 'Degraded', '2 fail'),
    });
  });
  afterAll(async () => {
    await cluster.deleteNamespace('drop-system');
    await removeOurKinds(cluster);
  });

  it.each([
    ['cachedimages', 'NAME IMAGE TAG STATUS READY AGE'],
    ['ci', 'NAME IMAGE TAG STATUS READY AGE'],
    ['cachedimagesets', 'NAME STATUS READY MANAGED SOURCE AGE'],
    ['cis', 'NAME STATUS READY MANAGED SOURCE AGE'],
    ['discoverypolicies', 'NAME STATUS SOURCES IMAGES LASTSYNC AGE'],
    ['dp', 'NAME STATUS SOURCES IMAGES LASTSYNC AGE'],
    ['pullpolicies', 'NAME MAXNODES MAXPULLS MINDELAY REPULLINTERVAL ACTIVE QUEUED DONE ETA AGE'],
    ['pp', 'NAME MAXNODES MAXPULLS MINDELAY REPULLINTERVAL ACTIVE QUEUED DONE ETA AGE'],
  ])('kubectl get %s prints %s', async (resource, header) => {
    const [columns = []] = cells(await cluster.kubectl(['get', resource]));
    expect(columns.join(' ').replace(/\s+/g, ' ')).toBe(header);
  });

  it('kubectl get cachedimages prints the documented rows', async () => {
    const rows = cells(await cluster.kubectl(['get', 'cachedimages', 'nginx', 'auth-fail']));
    expect(rows[1]?.slice(0, 5)).toEqual(['nginx', 'docker.io/library/nginx', '1.25-alpine', 'Cached', '2/2']);
    expect(rows[2]?.slice(0, 5)).toEqual(['auth-fail', 'private.io/app', 'v1', 'ImagePullBackOff', '0/1']);
  });

  it('kubectl get cachedimages -o wide adds the message', async () => {
    const table = await cluster.kubectl(['get', 'cachedimage', 'auth-fail', '-o', 'wide']);
    expect(cells(table)[0]).toContain('MESSAGE');
    expect(table).toContain('unauthorized: check imagePullSecrets');
  });

  it('kubectl get drop lists every user-facing kind and no internal kind', async () => {
    const names = (await cluster.kubectl(['get', 'drop', '-o', 'name'])).trim().split('\n');
    const groups = new Set(names.map((name) => name.split('.')[0]));
    expect([...groups].sort()).toEqual(['cachedimage', 'cachedimageset', 'discoverypolicy', 'pullpolicy']);
    expect(await cluster.kubectl(['get', 'drop', '-o', 'wide'])).toContain('MESSAGE');
  });

  it.each(kinds.map((kind) => [kind.plural, kind] as const))(
    'kubectl explain %s describes every field',
    async (plural, kind) => {
      // The source of kubectl explain. Running kubectl for every field would start it two hundred times.
      const { components } = await cluster.get('/openapi/v3/apis/drop.corewire.io/v1alpha1');
      const schema: SchemaNode = components.schemas[`io.corewire.drop.v1alpha1.${kind.kind}`];
      const fields = fieldsOf(schema, []).filter(([path]) => /^(spec|status)/.test(path));
      expect(fields.length).toBeGreaterThan(0);
      expect(fields.filter(([, { description = '' }]) => description === '').map(([path]) => path)).toEqual([]);
      const [path, { description = '' }] = fields.at(-1) ?? ['', {}];
      const squeezed = (text: string) => text.replace(/\s+/g, ' ');
      expect(squeezed(await cluster.kubectl(['explain', plural]))).toContain(squeezed(kind.description));
      expect(squeezed(await cluster.kubectl(['explain', `${plural}.${path}`]))).toContain(squeezed(description));
    },
  );
});
