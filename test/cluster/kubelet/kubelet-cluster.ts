// What the tests of a real kubelet pull from: a node, an open registry, one with a password, and small images in both.
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

export const login = { username: 'somebody', password: 'the-right-password' } as const;

/** Digests by the repository that they were pushed to, under the tag v1. */
export type Digests = ReadonlyMap<string, string>;

export interface KubeletWorld {
  readonly node: RunningNode;
  readonly open: Registry;
  readonly closed: Registry;
  readonly digests: Digests;
  stop(): Promise<void>;
}

/** The repository that is only in the registry with a password. */
export const PRIVATE = 'team/private';

/** Images by repository. No two share a layer, since what was pulled once is not asked for again. None has a C library, so its `true` is a static one. */
export function testImages(trueProgram: Uint8Array): Readonly<Record<string, TestImage>> {
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

/** Starts it all; the node takes about two seconds. */
export async function startKubeletWorld(cluster: Cluster, nodeName: string): Promise<KubeletWorld> {
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
