// The time zone and the locale of the machine do not change signals and ranks.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { root } from '../../architecture/source-files.ts';

/** Prints the settings of the machine, the value of every signal, and a ranking with its texts. */
const PROGRAM = `
import { compileSignal } from './hooks/discovery-policy/signals/signal-types.ts';
import { rankedImages } from './hooks/discovery-policy/rankings/ranked-images.ts';
import { everySignal } from './test/hooks/discovery-policy/signals/every-signal.ts';
const times = Array.from({ length: 400 }, (_, index) => 1_790_000_000 + index * 1013);
const samples = { times, values: times.map((_, index) => index / 3), sizes: times };
const values = everySignal.map((signal) => compileSignal(signal, '').evaluate(samples, 1_790_300_000_000));
const scores = new Map(['i:1', 'I:1', 'ä', 'z', 'a-b', 'ab', 'a_b'].map((image) => [image, 1234.5]));
const machine = [new Date(0).getHours(), new Intl.NumberFormat().resolvedOptions().locale];
console.log(JSON.stringify({ machine, result: [values, rankedImages(scores, 9)] }));
`;

function run(timezone: string, locale: string): { readonly machine: unknown; readonly result: unknown } {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM];
  const environment = { PATH: process.env.PATH, TZ: timezone, LC_ALL: locale, LANG: locale };
  return JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', env: environment }));
}

test('signals and ranks are the same in Tokyo and in Turkish as in UTC and in English', () => {
  const [english, turkish] = [run('UTC', 'en_US.UTF-8'), run('Asia/Tokyo', 'tr_TR.UTF-8')];
  expect([english.machine, turkish.machine]).toEqual([
    [0, 'en-US'],
    [9, 'tr-TR'],
  ]);
  expect(turkish.result).toEqual(english.result);
});
