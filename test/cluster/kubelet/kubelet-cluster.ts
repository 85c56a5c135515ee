// The set-up for tests with a real kubelet: a node, an open and a private registry, and small images in both.
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { pathOf } from '../binaries.ts';
import { startCaretaker } from '../caretaker.ts';
import type { Cluster } from '../cluster.ts';
import { type RunningNode, startNode } from '../node.ts';
import { type Registry, startRegistry } from '../registry.ts';
import { buildImage, pushImage, type TestImage } from '../test-image.ts';

export const login = { username: 'puller', password: 'the-right-password' } as const;

/** Digest of the tag v1, by repository. */
type Digests = ReadonlyMap<string, string>;

export interface KubeletSetup {
  readonly node: RunningNode;
  readonly open: Registry;
  readonly closed: Registry;
  readonly digests: Digests;
  stop(): Promise<void>;
}

/** The only repository of the private registry. */
export const PRIVATE = 'team/private';

/**
 * Images by repository. No two share a layer, because a node pulls a layer only once. The images contain no C
 * library, so `true` must be a static program.
 */
function testImages(trueProgram: Uint8Array): Readonly<Record<string, TestImage>> {
  const program = { name: 'bin/true', content: trueProgram, mode: 0o755 };
  const Env = ['PATH=/bin'];
  return {
    'team/app': buildImage([program], { Env, Entrypoint: ['/bin/server'], Cmd: ['--forever'] }),
    'team/by-digest': buildImage([program, { name: 'by-digest' }], { Env }),
    [PRIVATE]: buildImage([program, { name: 'private' }], { Env }),
    'team/scratch': buildImage([{ name: 'hello.txt', content: 'no program at all' }]),
    'team/root': buildImage([program, { name: 'root-user' }], { Env, User: 'root' }),
    'team/named-user': buildImage([program, { name: 'named-user' }], { Env, User: 'app' }),
  };
}

/** The node starts in about two seconds. */
export async function startKubeletSetup(cluster: Cluster, nodeName: string): Promise<KubeletSetup> {
  const { binaries } = inject('clusterRun');
  const caretaker = startCaretaker();
  const folder = mkdtempSync(join(tmpdir(), 'drop-kubelet-'));
  caretaker.add({ kind: 'folder', of: folder });
  try {
    const nodeFolder = join(folder, 'node');
    mkdirSync(nodeFolder);
    const [node, open, closed] = await Promise.all([
      startNode({ cluster, binaries, name: nodeName, folder: nodeFolder, caretaker }),
      startRegistry({ name: 'open', folder, caretaker }),
      startRegistry({ name: 'closed', folder, caretaker, login }),
    ]);
    const digests = new Map<string, string>();
    const images = testImages(readFileSync(pathOf(binaries, 'true')));
    for (const [repository, image] of Object.entries(images)) {
      const target = repository === PRIVATE ? { url: closed.url, login } : { url: open.url };
      digests.set(repository, await pushImage(image, { ...target, repository, tag: 'v1' }));
    }
    return { node, open, closed, digests, stop: () => caretaker.stop() };
  } catch (error) {
    await caretaker.stop();
    throw error;
  }
}
