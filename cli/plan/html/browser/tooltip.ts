// The description of a pull, beside its bar and for screen readers.
import { durationText } from '../../../text/duration-text.ts';
import type { PageData } from '../page-data.ts';
import type { Model } from './model.ts';
import { timeText } from './scale.ts';

const DISTANCE_PIXELS = 14;

type Line = readonly [name: string, value: string];

export function pullLines(images: PageData['images'], model: Model, pull: number): readonly Line[] {
  const { data, image, node, policy, registry, slot, start, end } = model;
  const [from, to] = [start[pull] ?? 0, end[pull] ?? 0];
  return [
    ['image', images[image[pull] ?? 0] ?? ''],
    ['node', data.nodes[node[pull] ?? 0] ?? ''],
    ['start', timeText(from)],
    ['end', `${timeText(to)} (${durationText(to - from)})`],
    ['slot', `${slot[pull]} of ${data.policies[policy[pull] ?? 0]?.name}`],
    ['registry', data.registries[registry[pull] ?? 0] ?? ''],
  ];
}

export interface Tooltip {
  /** The point is in pixels of the window. */
  show(lines: readonly Line[], x: number, y: number): void;
  hide(): void;
}

function fill(element: HTMLElement, lines: readonly Line[]): void {
  const list = document.createElement('dl');
  for (const [name, value] of lines) {
    const term = document.createElement('dt');
    term.textContent = name;
    const text = document.createElement('dd');
    text.textContent = value;
    list.append(term, text);
  }
  element.replaceChildren(list);
}

export function createTooltip(element: HTMLElement): Tooltip {
  return {
    show(lines, x, y) {
      fill(element, lines);
      element.hidden = false;
      const { width, height } = element.getBoundingClientRect();
      const left = x + DISTANCE_PIXELS + width > innerWidth ? x - DISTANCE_PIXELS - width : x + DISTANCE_PIXELS;
      const top = y + DISTANCE_PIXELS + height > innerHeight ? y - DISTANCE_PIXELS - height : y + DISTANCE_PIXELS;
      element.style.left = `${Math.max(4, left)}px`;
      element.style.top = `${Math.max(4, top)}px`;
    },
    hide() {
      element.hidden = true;
    },
  };
}
