// Kubeconfigs in a temporary folder, as kubectl writes them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';

export interface WrittenConfig {
  /** Server of every cluster. */
  readonly server?: string;
  /** Each context has a cluster and a user of the same name. */
  readonly contexts: readonly string[];
  readonly current?: string;
  /** Fields of every user. */
  readonly user?: object;
}

/** The content of a kubeconfig. */
export function kubeConfigText({ server = 'https://127.0.0.1:6443', contexts, current, user = {} }: WrittenConfig) {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: contexts.map((name) => ({ name, cluster: { server: `${server}/${name}` } })),
    users: contexts.map((name) => ({ name, user: { token: `token-of-${name}`, ...user } })),
    contexts: contexts.map((name) => ({ name, context: { cluster: name, user: name } })),
    ...(current === undefined ? {} : { 'current-context': current }),
  });
}

export interface TestFolder {
  readonly path: string;
  /** Writes a file and returns its path. */
  readonly write: (name: string, text: string) => string;
  readonly remove: () => void;
}

export function createTestFolder(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), 'drop-kubeconfig-'));
  return {
    path,
    write(name, text) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    remove: () => rmSync(path, { recursive: true }),
  };
}
