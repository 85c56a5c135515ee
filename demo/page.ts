// The page of `kubectl drop ui` on the simulated cluster.
import type { SnapshotSource } from '../cli/ui/follow/snapshot-source.ts';
import { startUiServer } from '../cli/ui/server/ui-server.ts';
import type { Clock } from '../simulator/clock.ts';
import type { Cluster } from '../simulator/cluster.ts';
import { simulatedSnapshot } from './snapshot.ts';

export interface DemoPage {
  /** The link, which works once. */
  readonly url: string;
  /** Resolves when a person has opened the page. */
  readonly isOpen: Promise<void>;
  readonly close: () => Promise<void>;
}

/** `onRead` is called with the first view of the page. */
export function simulatedSource(cluster: Cluster, clock: Clock, onRead: () => void = () => {}): SnapshotSource {
  return {
    current() {
      onRead();
      return simulatedSnapshot(cluster, clock.now());
    },
    onChange: (listener) => cluster.store.watch(listener),
  };
}

export async function openDemoPage(cluster: Cluster, clock: Clock): Promise<DemoPage> {
  let opened = () => {};
  const isOpen = new Promise<void>((resolve) => {
    opened = resolve;
  });
  const source = simulatedSource(cluster, clock, () => opened());
  const { url, close } = await startUiServer({ source, title: 'simulated cluster' });
  return { url, isOpen, close };
}
