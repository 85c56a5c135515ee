// Images that real nodes hold, lose and stop listing. A real kubelet reports them, and no image is pulled in vain.
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { API_VERSION } from '../../../crds/kind.ts';
import { eventually } from '../../waiting.ts';
import { pathOf } from '../binaries.ts';
import { type Caretaker, startCaretaker } from '../caretaker.ts';
import { type Cluster, theCluster } from '../cluster.ts';
import { type RunningNode, startNode } from '../node.ts';
import { type Registry, startRegistry } from '../registry.ts';
import { describeWith } from '../requirements.ts';
import { buildImage, pushImage, type TestImage } from '../test-image.ts';
import { type Installation, install, NAMESPACE_PATH } from './installation.ts';
import { countStarts, type StartCount } from './start-count.ts';
import { createWatches, type Watches } from './watch.ts';

const GROUP_PATH = '/apis/drop.corewire.io/v1alpha1';
const PULL_LIMIT_MILLISECONDS = 90_000;
/** A kubelet reports a new image within 40 seconds. */
const LISTED_LIMIT_MILLISECONDS = 90_000;
/** The kubelet's report, 60 seconds in which the list must prove the loss, the Inventory and the pull. */
const PULLED_AGAIN_LIMIT_MILLISECONDS = 240_000;
/** Longer than a report and the 60 seconds in which it must prove a loss. */
const LOSS_MILLISECONDS = 110_000;
const MEGABYTE = 1_000_000;
const MAX_LISTED_IMAGES = 3;
const TAG = 'v1';

/** What happens on the node, and the value of its label `story`. */
const stories = ['holds', 'restarts', 'lists-few'] as const;
type Story = (typeof stories)[number];

const kept = ['kept-0', 'kept-1'];
/** By size in megabytes. The list of the node is full when the small images are there. */
const small = ['size-1', 'size-2', 'size-3'];
const large = ['size-4', 'size-5'];
const megabytesOf = (name: string) => Number(/^size-(\d)$/.exec(name)?.[1] ?? 0);
/** Images that were imported on the node before Drop was installed. */
const preloaded = ['tag-only', 'tag-and-digest'];
const pulled = ['removed', ...kept, ...small, ...large];

describeWith(['controlPlane', 'helm', 'metacontroller', 'node', 'registry'], 'the images of real nodes', () => {
  let installation: Installation;
  let cluster: Cluster;
  let caretaker: Caretaker;
  let registry: Registry;
  let watches: Watches;
  let count: StartCount;
  const nodes = new Map<Story, RunningNode>();
  const digests = new Map<string, string>();

  const repositoryOf = (name: string) => `${registry.host}/team/${name}`;
  const referenceOf = (name: string) => `${repositoryOf(name)}:${TAG}`;
  const digestReferenceOf = (name: string) => `${repositoryOf(name)}@${digests.get(name)}`;

  function nodeOf(story: Story): RunningNode {
    const node = nodes.get(story);
    if (node === undefined) throw new Error(`there is no node that ${story}`);
    return node;
  }

  /** No two images share a layer, because a node pulls a layer only once. */
  function imageOf(name: string): TestImage {
    const program = readFileSync(pathOf(inject('clusterRun').binaries, 'true'));
    const files = [
      { name: 'bin/true', content: program, mode: 0o755 },
      { name: 'name', content: name },
      { name: 'content', content: randomBytes(megabytesOf(name) * MEGABYTE) },
    ];
    return buildImage(files, { Env: ['PATH=/bin'] });
  }

  const cachedImage = (story: Story, name: string, imagePullPolicy = 'Always') => ({
    apiVersion: API_VERSION,
    kind: 'CachedImage',
    metadata: { name },
    spec: { image: repositoryOf(name), tag: TAG, imagePullPolicy, nodeSelector: { story } },
  });
  const applyOn = (story: Story, names: readonly string[]) =>
    cluster.apply(names.map((name) => cachedImage(story, name)));

  const status = async (name: string) => (await cluster.get(`${GROUP_PATH}/cachedimages/${name}`)).status;
  const reasonOf = async (name: string) =>
    (await status(name))?.conditions?.find(({ type }: { type: string }) => type === 'Ready')?.reason;
  async function becomeCached(names: readonly string[]): Promise<void> {
    await eventually(
      async () => expect(await Promise.all(names.map(reasonOf))).toEqual(names.map(() => 'Cached')),
      PULL_LIMIT_MILLISECONDS,
    );
  }

  const listed = async (story: Story): Promise<readonly string[]> => {
    const node = await cluster.get(`/api/v1/nodes/${nodeOf(story).name}`);
    return (node.status.images ?? []).flatMap(({ names }: { names?: string[] }) => names ?? []);
  };
  const becomeListed = (story: Story, references: readonly string[]) =>
    eventually(
      async () => expect(await listed(story)).toEqual(expect.arrayContaining([...references])),
      LISTED_LIMIT_MILLISECONDS,
    );

  const kubeletStarts = (story: Story) =>
    nodeOf(story)
      .logs()
      .match(/Started kubelet/g) ?? [];

  const startsOf = (names: readonly string[]) =>
    count.starts
      .map(({ image }) => image)
      .filter((image) => names.includes(image))
      .sort();
  const eventsOf = (name: string) => cluster.kubectl(['describe', 'cachedimage', name]);

  async function startNodeOf(story: Story, parent: string): Promise<void> {
    const folder = join(parent, story);
    mkdirSync(folder);
    const { binaries } = inject('clusterRun');
    const name = `node-${story}`;
    const limit = story === 'lists-few' ? { maxListedImages: MAX_LISTED_IMAGES } : {};
    nodes.set(story, await startNode({ cluster, binaries, name, folder, caretaker, labels: { story }, ...limit }));
  }

  /** Without a reference by digest, as after `ctr images import`, and with it, as after a pull. */
  async function preload(): Promise<void> {
    const node = nodeOf('holds');
    for (const name of preloaded) {
      const image = imageOf(name);
      await node.importImage(image, referenceOf(name));
      digests.set(name, image.manifest.digest);
    }
    const name = 'tag-and-digest';
    await node.ctr('images', 'tag', referenceOf(name), digestReferenceOf(name));
  }

  /** The nodes run, and one of them lists its images, before Drop is installed. */
  async function startNodes(): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'drop-node-images-'));
    caretaker.add({ kind: 'folder', of: folder });
    registry = await startRegistry({ name: 'registry', folder, caretaker });
    await Promise.all(stories.map((story) => startNodeOf(story, folder)));
    await preload();
    for (const name of pulled) {
      const digest = await pushImage(imageOf(name), { url: registry.url, repository: `team/${name}`, tag: TAG });
      digests.set(name, digest);
    }
    await becomeListed('holds', [...preloaded.map(referenceOf), digestReferenceOf('tag-and-digest')]);
    expect(await listed('holds')).not.toContain(digestReferenceOf('tag-only'));
  }

  beforeAll(async () => {
    cluster = theCluster();
    caretaker = startCaretaker();
    await startNodes();
    const values = ['defaultPullPolicy.spec.minDelayBetweenPulls=0s', 'defaultPullPolicy.spec.maxConcurrentNodes=3'];
    installation = await install({ values });
    watches = createWatches(cluster);
    count = countStarts(watches, NAMESPACE_PATH);
    await applyOn('holds', ['removed']);
    await applyOn('restarts', kept);
    await applyOn('lists-few', small);
  }, 240_000);
  afterAll(async () => {
    await installation.remove();
    await watches.close();
    await caretaker.stop();
    for (const story of stories) await cluster.remove(`/api/v1/nodes/node-${story}`);
  });

  it('are Cached without a Pod, with and without a digest, when they were there before Drop', async () => {
    await cluster.apply(preloaded.map((name) => cachedImage('holds', name, 'IfNotPresent')));
    await becomeCached(preloaded);
    for (const name of preloaded) {
      expect(await status(name)).toMatchObject({ ready: '1/1', cachedNodes: ['node-holds'] });
    }
    expect(startsOf(preloaded)).toEqual([]);
    const table = await cluster.kubectl(['get', 'ci', '-o', 'wide', ...preloaded]);
    const [header = '', ...rows] = table.trim().split('\n');
    const column = header.indexOf('SIZE');
    expect(column).toBeGreaterThan(0);
    for (const row of rows) expect(row.slice(column)).toMatch(/^\d+(\.\d+)? [kKM]i?B /);
  });

  describe('two minutes after one was removed, a kubelet restarted, and larger images pushed others off a list', () => {
    beforeAll(async () => {
      await becomeCached(['removed', ...kept, ...small]);
      await becomeListed('holds', [referenceOf('removed'), digestReferenceOf('removed')]);
      await becomeListed('restarts', kept.map(referenceOf));
      await becomeListed('lists-few', small.map(referenceOf));
      await nodeOf('holds').ctr('images', 'rm', referenceOf('removed'), digestReferenceOf('removed'));
      await nodeOf('restarts').restartKubelet();
      await applyOn('lists-few', large);
      await becomeListed('lists-few', large.map(referenceOf));
      await Promise.all([
        new Promise((done) => setTimeout(done, LOSS_MILLISECONDS)),
        eventually(
          () => expect(startsOf(['removed'])).toEqual(['removed', 'removed']),
          PULLED_AGAIN_LIMIT_MILLISECONDS,
        ),
      ]);
      await becomeCached(['removed', ...large]);
    }, 600_000);

    it('are pulled again once they are gone from a node, with an Event', async () => {
      expect(await status('removed')).toMatchObject({ ready: '1/1', cachedNodes: ['node-holds'] });
      expect(startsOf(['removed'])).toEqual(['removed', 'removed']);
      await eventually(async () => expect(await eventsOf('removed')).toMatch(/Warning\s+ImageRemovedFromNode/));
      await becomeListed('holds', [referenceOf('removed')]);
    });

    it('are not pulled again after a restart of the kubelet', async () => {
      expect(kubeletStarts('restarts')).toHaveLength(2);
      await becomeListed('restarts', kept.map(referenceOf));
      expect(startsOf(kept)).toEqual(kept);
      for (const name of kept) expect(await eventsOf(name)).not.toContain('ImageRemovedFromNode');
    });

    it('are not pulled again when the kubelet lists only the largest three', async () => {
      expect(await listed('lists-few')).not.toContain(referenceOf('size-1'));
      expect(startsOf([...small, ...large])).toEqual([...small, ...large]);
      for (const name of small) expect(await eventsOf(name)).not.toContain('ImageRemovedFromNode');
    });
  });
});
