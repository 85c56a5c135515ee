// The output of the demo while it runs: a live view on a terminal, one line for each event elsewhere.
import { durationText } from '../cli/text/duration-text.ts';
import type { Clock } from '../simulator/clock.ts';
import type { Cluster } from '../simulator/cluster.ts';
import type { KubernetesObject } from '../simulator/kubernetes-object.ts';
import { readyOf } from './conditions.ts';
import { clockText, watchEvents } from './event-lines.ts';
import { type ImageProgress, type LiveState, liveLines } from './live-view.ts';
import type { Rollout } from './rollout.ts';
import { openTerminal } from './terminal.ts';

const KEPT_EVENTS = 20;
const SECOND_MILLISECONDS = 1_000;

export interface Screen {
  /** Shows the cluster as it is now. */
  draw(): void;
  /** Restores the terminal. */
  finish(): void;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A terminal that can be repainted. NO_COLOR and TERM=dumb ask for plain text. */
export function isLive(stream: Pick<NodeJS.WriteStream, 'isTTY'>, { TERM, NO_COLOR }: Environment): boolean {
  return stream.isTTY === true && TERM !== 'dumb' && (NO_COLOR ?? '') === '';
}

export function hasBlocks({ LC_ALL, LC_CTYPE, LANG }: Environment): boolean {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
}

function progressOf(image: KubernetesObject): ImageProgress {
  const { status = {}, metadata } = image;
  return {
    name: metadata.name,
    ready: Number(status.nodesReady ?? 0),
    targeted: Number(status.nodesTargeted ?? 0),
    reason: readyOf(image)?.reason ?? 'Pending',
  };
}

const byName = (left: ImageProgress, right: ImageProgress) => (left.name < right.name ? -1 : 1);

export interface ScreenInput {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly rollout: Rollout;
  /** One line for each event also on a terminal. */
  readonly isPlain: boolean;
}

/** The times of the pulls are relative to the start. */
function liveState({ cluster, clock, rollout }: ScreenInput, start: number, events: readonly string[]): LiveState {
  const now = clock.now();
  return {
    title: `Drop on a simulated cluster   ${clockText(now)}   after ${durationText(now - start)}`,
    images: cluster.store.list('CachedImage').map(progressOf).sort(byName),
    active: rollout.active().map(({ node, image, startMilliseconds }) => ({
      node,
      image,
      seconds: Math.floor((now - start - startMilliseconds) / SECOND_MILLISECONDS),
    })),
    events,
  };
}

/** The rollout must have begun at the start, in milliseconds since the epoch. */
export function openScreen(input: ScreenInput, start: number, stream: NodeJS.WriteStream): Screen {
  const { cluster, clock } = input;
  if (input.isPlain || !isLive(stream, process.env)) {
    watchEvents(cluster, clock.now, (line) => stream.write(`${line}\n`));
    return { draw: () => {}, finish: () => stream.write('\n') };
  }
  const events: string[] = [];
  watchEvents(cluster, clock.now, (line) => {
    events.push(line);
    if (events.length > KEPT_EVENTS) events.shift();
  });
  const terminal = openTerminal(stream);
  return {
    draw() {
      // A pseudo-terminal without a size reports 0.
      const size = { columns: stream.columns || 80, rows: stream.rows || 24, hasBlocks: hasBlocks(process.env) };
      terminal.paint(liveLines(liveState(input, start, events), size), size.columns);
    },
    finish: terminal.close,
  };
}
