// Times, commands and lists of the page.
import { expect, it } from 'vitest';
import { shownNodes } from '../../../../cli/ui/page/browser/detail/shown-nodes.ts';
import { foreseenText, instantText, relativeText } from '../../../../cli/ui/page/browser/relative-time.ts';
import { shortNames } from '../../../../cli/ui/page/browser/short-names.ts';
import { number, statusParts, whyCommand } from '../../../../cli/ui/page/browser/texts.ts';

const AT = '2026-11-21T12:00:00Z';

it.each([
  { time: undefined, text: undefined },
  { time: 'soon', text: undefined },
  { time: '2026-11-21T11:59:00Z', text: 'now' },
  { time: '2026-11-21T12:00:04Z', text: 'in about 10s' },
  { time: '2026-11-21T12:02:10Z', text: 'in about 2m' },
  { time: '2026-11-21T15:04:00Z', text: 'in about 3h' },
])('a start that is foreseen at $time is $text', ({ time, text }) => {
  expect(foreseenText(time, AT)).toBe(text);
});

it.each([
  { time: '2026-11-21T12:00:00.400Z', text: 'in 1s' },
  { time: '2026-11-21T11:59:59.600Z', text: 'now' },
  { time: '2026-11-21T11:57:30Z', text: '2m30s ago' },
  { time: '2026-11-21T09:29:30Z', text: '2h30m ago' },
  { time: 'yesterday', text: 'yesterday' },
])('the time $time is $text', ({ time, text }) => {
  expect(relativeText(time, AT)).toBe(text);
});

it('an instant has its time zone', () => {
  expect(instantText('2026-11-21T13:00:10.500+01:00')).toBe('2026-11-21 12:00:10 UTC');
  expect(instantText('never')).toBe('never');
});

it.each([
  { target: { image: 'redis' }, command: 'kubectl drop why redis' },
  {
    target: { image: 'redis:7', node: 'worker-1.example.com' },
    command: 'kubectl drop why redis:7 worker-1.example.com',
  },
  { target: { image: 'a; rm -rf', node: "it's" }, command: String.raw`kubectl drop why 'a; rm -rf' 'it'\''s'` },
])('the command is $command', ({ target, command }) => {
  expect(whyCommand(target)).toBe(command);
});

it.each([
  { names: ['a.example.com', 'b.example.com'], short: ['a', 'b'] },
  { names: ['a.example.com', 'a.example.org'], short: ['a.example.com', 'a.example.org'] },
  { names: ['worker-1', 'worker-2'], short: ['worker-1', 'worker-2'] },
])('the columns of $names are named $short', ({ names, short }) => {
  expect(shortNames(names)).toEqual(short);
});

it('a status is divided into its reason and its message', () => {
  expect(statusParts('Cached: on 3 nodes: a, b, c')).toEqual(['Cached', 'on 3 nodes: a, b, c']);
  expect(statusParts('not synced yet')).toEqual(['not synced yet', '']);
  expect(number(12_345)).toBe('12,345');
});

it('the panel shows 50 nodes of a group that match the filter, and counts the others', () => {
  const nodes = Array.from({ length: 120 }, (_, index) => ({ name: `Worker-${index}`, detail: '' }));
  expect(shownNodes(nodes, '')).toMatchObject({ left: 70 });
  expect(shownNodes(nodes, ' worker-11 ').shown.map(({ name }) => name)).toEqual([
    'Worker-11',
    ...nodes.slice(110).map(({ name }) => name),
  ]);
});
