// Shows what a user does, from `kubectl apply` to `kubectl delete`, with a real node and real registries.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { API_VERSION } from '../../../crds/kind.ts';
import { closeServers } from '../../service/discovery/servers.ts';
import { eventually } from '../../waiting.ts';
import { pathOf } from '../binaries.ts';
import { type Caretaker, startCaretaker } from '../caretaker.ts';
import type { Cluster } from '../cluster.ts';
import { startNode } from '../node.ts';
import { type Registry, startRegistry, whyNoRegistry } from '../registry.ts';
import { describeWith, NOT_RUN } from '../requirements.ts';
import { buildImage, type PushTarget, pushImage } from '../test-image.ts';
import { chart, type Installation, install, NAMESPACE, NAMESPACE_PATH } from './installation.ts';
import { hasPrometheus, startPrometheus } from './prometheus.ts';

const PULL_LIMIT_MILLISECONDS = 60_000;
const GROUP_PATH = '/apis/drop.corewire.io/v1alpha1';
const login = { username: 'puller', password: 'correct horse battery staple' };
const ours = (kind: string, name: string, spec: object) => ({
  apiVersion: API_VERSION,
  kind,
  metadata: { name },
  spec,
});

const missing = [whyNoRegistry(), hasPrometheus ? undefined : 'prometheus not on PATH'].find(
  (why) => why !== undefined,
);
const title = `a real node under a real Metacontroller${missing === undefined ? '' : ` (${NOT_RUN}${missing})`}`;

describeWith(['controlPlane', 'helm', 'metacontroller', 'node'], title, () => {
  const cannotRun = missing !== undefined;
  let installation: Installation;
  let cluster: Cluster;
  let caretaker: Caretaker;
  let open: Registry;
  let closed: Registry;
  let prometheus = '';
  let popular = '';

  /** Pushes an image that contains `content`, so that different content has another digest. Returns the digest. */
  function push(content: string, target: PushTarget): Promise<string> {
    const program = readFileSync(pathOf(inject('clusterRun').binaries, 'true'));
    const files = [
      { name: 'bin/true', content: program, mode: 0o755 },
      { name: 'content', content },
    ];
    return pushImage(buildImage(files, { Env: ['PATH=/bin'] }), target);
  }

  const toOpen = (repository: string, tag: string) => push(`${repository}:${tag}`, { url: open.url, repository, tag });

  const status = async (plural: string, name: string) => (await cluster.get(`${GROUP_PATH}/${plural}/${name}`)).status;
  const reasonOf = async (plural: string, name: string) =>
    (await status(plural, name))?.conditions?.find(({ type }: { type: string }) => type === 'Ready')?.reason;
  const becomes = (plural: string, name: string, reason: string) =>
    eventually(async () => expect(await reasonOf(plural, name)).toBe(reason), PULL_LIMIT_MILLISECONDS);
  const childrenOf = async (set: string) => {
    const children = await cluster.list(`${GROUP_PATH}/cachedimages?labelSelector=drop.corewire.io/imageset=${set}`);
    return children.map(({ spec }) => `${spec.image}:${spec.tag ?? spec.digest}`).sort();
  };

  beforeAll(async () => {
    if (cannotRun) return;
    const values = ['defaultPullPolicy.spec.minDelayBetweenPulls=1s', 'defaultPullPolicy.spec.maxConcurrentNodes=2'];
    installation = await install({ values });
    ({ cluster } = installation);
    caretaker = startCaretaker();
    const folder = mkdtempSync(join(tmpdir(), 'drop-real-node-'));
    caretaker.add({ kind: 'folder', of: folder });
    open = await startRegistry({ name: 'open', folder, caretaker });
    closed = await startRegistry({ name: 'closed', folder, caretaker, login });
    prometheus = await startPrometheus({ folder, caretaker, metrics: () => popular });
    const { binaries } = inject('clusterRun');
    await startNode({ cluster, binaries, name: 'real-0', folder, caretaker, labels: { pool: 'build' } });
  }, 180_000);
  afterAll(async () => {
    if (cannotRun) return;
    await installation.remove();
    await caretaker.stop();
    await cluster.remove('/api/v1/nodes/real-0');
    await closeServers();
  });

  it.skipIf(cannotRun)('pulls an applied image and reports it as Cached', async () => {
    const digest = await toOpen('team/app', 'v1');
    await cluster.apply([ours('CachedImage', 'app', { image: `${open.host}/team/app`, tag: 'v1' })]);
    await becomes('cachedimages', 'app', 'Cached');
    expect(await status('cachedimages', 'app')).toMatchObject({
      ready: '1/1',
      phase: 'Ready',
      cachedNodes: ['real-0'],
      resolvedDigest: expect.stringContaining(digest),
    });
    expect(await cluster.kubectl(['get', 'cachedimages', 'app'])).toMatch(/app\s+\S+\/team\/app\s+v1\s+Cached\s+1\/1/);
    const node = await cluster.get('/api/v1/nodes/real-0');
    const names = node.status.images?.flatMap((image: { names: string[] }) => image.names) ?? [];
    // The kubelet reports its images periodically. Once it has reported any, ours must be among them.
    if (names.length > 1) expect(names).toContain(`${open.host}/team/app:v1`);
  });

  it.skipIf(cannotRun)('pulls the new tag when spec.tag is edited', async () => {
    const digest = await toOpen('team/app', 'v2');
    await cluster.kubectl(['patch', 'cachedimage', 'app', '--type=merge', '-p', '{"spec":{"tag":"v2"}}']);
    await eventually(async () => {
      expect((await status('cachedimages', 'app')).resolvedDigest).toContain(digest);
    }, PULL_LIMIT_MILLISECONDS);
    await becomes('cachedimages', 'app', 'Cached');
  });

  it.skipIf(cannotRun)('follows a moved tag within repullInterval', async () => {
    await toOpen('team/moving', 'latest');
    const policy = ours('PullPolicy', 'often', { repullInterval: '5s', minDelayBetweenPulls: '1s' });
    const image = ours('CachedImage', 'moving', { image: `${open.host}/team/moving`, policyRef: { name: 'often' } });
    await cluster.apply([policy, image]);
    await becomes('cachedimages', 'moving', 'Cached');
    const digest = await push('moved', { url: open.url, repository: 'team/moving', tag: 'latest' });
    await eventually(async () => {
      expect((await status('cachedimages', 'moving')).resolvedDigest).toContain(digest);
    }, PULL_LIMIT_MILLISECONDS);
    expect(await reasonOf('cachedimages', 'moving')).toBe('Cached');
    await cluster.kubectl(['delete', 'cachedimage/moving', 'pullpolicy/often']);
  });

  it.skipIf(cannotRun)('pulls a private set with a pull secret, and reports a wrong password with advice', async () => {
    await push('private', { url: closed.url, repository: 'ci/builder', tag: 'v3.1.0', login });
    const secret = (name: string, password: string) =>
      cluster.kubectl([
        ...['create', 'secret', 'docker-registry', name, '-n', NAMESPACE, `--docker-server=${closed.host}`],
        ...[`--docker-username=${login.username}`, `--docker-password=${password}`],
      ]);
    await secret('right', login.password);
    await secret('wrong', 'guess');
    const set = (name: string) =>
      ours('CachedImageSet', `private-${name}`, {
        imagePullSecrets: [{ name }],
        images: [{ image: `${closed.host}/ci/builder`, tag: 'v3.1.0' }],
      });
    await cluster.apply([set('wrong')]);
    await becomes('cachedimagesets', 'private-wrong', 'Degraded');
    const table = await cluster.kubectl([
      'get',
      'cachedimages',
      '-l',
      'drop.corewire.io/imageset=private-wrong',
      '-o',
      'wide',
    ]);
    expect(table).toMatch(/ErrImagePull|ImagePullBackOff/);
    expect(table).toContain('check imagePullSecrets');
    expect(table).not.toContain('guess');
    await cluster.kubectl(['delete', 'cachedimageset', 'private-wrong']);
    await cluster.apply([set('right')]);
    await becomes('cachedimagesets', 'private-right', 'AllReady');
  });

  it.skipIf(cannotRun)('pulls the images that Prometheus and a registry discover, and follows changes', async () => {
    for (const tag of ['v1.0.0', 'v1.1.0', 'nightly']) {
      await push(`tools ${tag}`, { url: closed.url, repository: 'ci/tools', tag, login });
    }
    await toOpen('ci/job', '1');
    popular = `pods{image="${open.host}/ci/job:1"} 7\npods{image="elsewhere.example.com/x:1"} 9\n`;
    await cluster.kubectl([
      ...['create', 'secret', 'generic', 'registry-api', '-n', NAMESPACE],
      ...[`--from-literal=username=${login.username}`, `--from-literal=password=${login.password}`],
    ]);
    const policy = ours('DiscoveryPolicy', 'found', {
      syncInterval: '5s',
      imageFilter: '^(?!elsewhere\\.).*$',
      sources: [
        { type: 'prometheus', prometheus: { endpoint: prometheus, query: 'max(pods) by (image)' } },
        {
          type: 'registry',
          registry: { url: closed.url, repositories: ['ci/tools'], tagFilter: '^v\\d+\\.\\d+\\.\\d+$', topX: 1 },
          secretRef: { name: 'registry-api' },
        },
      ],
    });
    const set = ours('CachedImageSet', 'found', {
      discoveryPolicyRef: { name: 'found' },
      imagePullSecrets: [{ name: 'right' }],
    });
    await eventually(async () =>
      expect(await (await fetch(`${prometheus}/api/v1/query?query=pods`)).text()).toContain('ci/job'),
    );
    await cluster.apply([policy, set]);
    await becomes('discoverypolicies', 'found', 'Synced');
    await becomes('cachedimagesets', 'found', 'AllReady');
    expect(await childrenOf('found')).toEqual([`${open.host}/ci/job:1`, `${closed.host}/ci/tools:v1.1.0`].sort());
    await push('tools v1.2.0', { url: closed.url, repository: 'ci/tools', tag: 'v1.2.0', login });
    await eventually(async () => {
      expect(await childrenOf('found')).toEqual([`${open.host}/ci/job:1`, `${closed.host}/ci/tools:v1.2.0`].sort());
    });
    await becomes('cachedimagesets', 'found', 'AllReady');
    expect(installation.serviceLog()).not.toContain(login.password);
  });

  it.skipIf(cannotRun)('keeps the record of pulled images when the chart is upgraded', async () => {
    const before = await status('cachedimages', 'app');
    await cluster.helm(['upgrade', 'drop', chart, '-n', NAMESPACE, '--reuse-values', '--set', 'logLevel=debug']);
    await new Promise((done) => setTimeout(done, 3_000));
    const after = await status('cachedimages', 'app');
    expect(after.cached).toEqual(before.cached);
    expect(await reasonOf('cachedimages', 'app')).toBe('Cached');
  });

  it.skipIf(cannotRun)(
    'deletes all Pods and images when a user deletes the objects, and keeps those of the chart',
    async () => {
      const kinds = 'cachedimagesets,cachedimages,discoverypolicies';
      // The garbage collector deletes the images of a set while kubectl does.
      await cluster.kubectl(['delete', kinds, '--all', '--ignore-not-found', '--timeout=60s']);
      await eventually(async () => {
        expect(await cluster.list(`${NAMESPACE_PATH}/pods?labelSelector=drop.corewire.io/policy`)).toEqual([]);
        expect(await cluster.list(`${GROUP_PATH}/cachedimages`)).toEqual([]);
        // The views of the policies that earlier tests deleted are collected as well.
        const views = await cluster.list(`${GROUP_PATH}/policyviews`);
        expect(views.map(({ metadata }) => metadata.name)).toEqual(['default']);
      });
    },
  );
});
