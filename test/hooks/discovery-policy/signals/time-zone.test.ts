// The local time of day: summer time, unusual offsets, names that are no time zones.
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { compileLocalTime } from '../../../../hooks/discovery-policy/signals/time-zone.ts';
import { seconds } from './signals.ts';

const localTime = (timezone: string, time: string) => {
  const minute = compileLocalTime(timezone, 'timezone')(seconds(time));
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
};

test.each([
  ['UTC', '2026-06-15T23:59:59Z', '23:59'],
  ['UTC', '2026-06-16T00:00:00Z', '00:00'],
  ['Europe/Berlin', '2026-03-29T00:59:59Z', '01:59'],
  ['Europe/Berlin', '2026-03-29T01:00:00Z', '03:00'],
  ['Europe/Berlin', '2026-10-25T00:59:59Z', '02:59'],
  ['Europe/Berlin', '2026-10-25T01:00:00Z', '02:00'],
  ['America/New_York', '2026-06-15T03:30:00Z', '23:30'],
  ['Asia/Kolkata', '2026-06-15T12:00:00Z', '17:30'],
  ['Asia/Kathmandu', '2026-06-15T12:14:59Z', '17:59'],
  ['Australia/Lord_Howe', '2026-10-03T15:29:59Z', '01:59'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z', '02:30'],
  ['Pacific/Kiritimati', '2026-06-15T12:00:00Z', '02:00'],
  ['Etc/GMT+5', '2026-06-15T12:00:00Z', '07:00'],
  ['EST5EDT', '2026-06-15T12:00:00Z', '08:00'],
  ['CET', '2026-01-15T12:00:00Z', '13:00'],
  ['UTC', '1970-01-01T00:00:00Z', '00:00'],
  ['UTC', '2099-12-31T23:59:59Z', '23:59'],
  ['Pacific/Apia', '2011-12-30T09:59:59Z', '23:59'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z', '00:00'],
])('the local time in %s at %s is %s', (timezone, time, local) => {
  expect(localTime(timezone, time)).toBe(local);
});

test.each([
  'Local',
  'local',
  '',
  'Mars/Olympus',
  'Europe/Berlin ',
  '+01:00',
  '-05',
  'IST',
  'PST',
  'Europe',
  '../UTC',
  'a\nb',
])('the text %j is not a time zone', (timezone) => {
  expect(() => compileLocalTime(timezone, 'spec.timezone')).toThrow(
    `spec.timezone: ${JSON.stringify(timezone)} is not a time zone: ` +
      'use a name of the IANA database such as Europe/Berlin',
  );
});

test('any time has the local time that a lookup of its own gives, before and after summer time begins', () => {
  const zones = ['Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns', 'Pacific/Chatham'];
  const clocks = zones.map((timeZone) => ({
    minuteAt: compileLocalTime(timeZone, 'timezone'),
    single: new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }),
  }));
  const times = fc.integer({ min: seconds('1990-01-01T00:00:00Z'), max: seconds('2040-01-01T00:00:00Z') });
  fc.assert(
    fc.property(times, fc.constantFrom(...clocks), (time, { minuteAt, single }) => {
      const [hours = '', minutes = ''] = single.format(time * 1000).split(':');
      expect(minuteAt(time)).toBe((Number(hours) % 24) * 60 + Number(minutes));
    }),
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, -1e300, 8.7e12, -1, seconds('2100-01-01T00:00:00Z')])(
  'the time %d has no local time',
  (time) => {
    expect(compileLocalTime('UTC', 'timezone')(time)).toBeNaN();
  },
);

test('a day costs one lookup, and a day that changes the offset one more for each quarter hour', () => {
  const prototype: { readonly format: unknown } = Intl.DateTimeFormat.prototype;
  const getter = Object.getOwnPropertyDescriptor(prototype, 'format')?.get;
  const lookups: unknown[] = [];
  const spy = vi.spyOn(prototype, 'format', 'get').mockImplementation(function (this: unknown) {
    lookups.push(this);
    return getter?.call(this);
  });
  const minuteAt = compileLocalTime('Europe/Berlin', 'timezone');
  const minutes = (seconds('2026-03-30T00:00:00Z') - seconds('2026-01-01T00:00:00Z')) / 60;
  for (let minute = 0; minute < minutes; minute += 1) minuteAt(seconds('2026-01-01T00:00:00Z') + minute * 60);
  spy.mockRestore();
  expect(lookups.length).toBe(31 + 28 + 30 + 96);
});
