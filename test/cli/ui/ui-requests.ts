// The app of the page with known secrets, for requests without a listening server.
import type { RawObject, Snapshot } from '../../../cli/cluster/snapshot.ts';
import { settingsOf } from '../../../cli/command-context.ts';
import type { SnapshotSource } from '../../../cli/ui/follow/snapshot-source.ts';
import { createUiApp, type UiAppOptions } from '../../../cli/ui/server/ui-app.ts';

export const PORT = 4321;
export const secrets = { token: 'the-token-of-the-link', session: 'the-session-of-the-cookie' };
export const host = `127.0.0.1:${PORT}`;
export const cookie = `drop-ui-${PORT}=${secrets.session}`;

export const settings = settingsOf({ namespace: 'pulls', defaultPolicy: 'default' });

export const imageNamed = (name: string, spec: object = { image: 'registry.example.com/a', tag: 'v1' }): RawObject => ({
  apiVersion: 'drop.corewire.io/v1alpha1',
  kind: 'CachedImage',
  metadata: { name, uid: `uid-${name}`, generation: 1 },
  spec,
});

const snapshotWith = (
  images: readonly RawObject[],
  nowMilliseconds = Date.parse('2026-01-01T00:00:00Z'),
): Snapshot => ({ lists: new Map([['cachedimages', images]]), unread: [], nowMilliseconds, settings });

export interface ChangingSource extends SnapshotSource {
  readonly set: (images: readonly RawObject[], problem?: string) => void;
  readonly listenerCount: () => number;
  /** How often the state was read. */
  readonly reads: () => number;
}

/** A cluster whose images a test changes. */
export function changingSource(first: readonly RawObject[]): ChangingSource {
  let images = first;
  let text: string | undefined;
  let reads = 0;
  const listeners = new Set<() => void>();
  return {
    current() {
      reads += 1;
      return snapshotWith(images);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    problem: () => text,
    set(next, problem) {
      [images, text] = [next, problem];
      for (const listener of listeners) listener();
    },
    listenerCount: () => listeners.size,
    reads: () => reads,
  };
}

export function appWith(options: Partial<UiAppOptions> = {}) {
  const source = options.source ?? changingSource([imageNamed('nginx')]);
  return createUiApp({ title: 'test', secrets, port: () => PORT, ...options, source });
}
