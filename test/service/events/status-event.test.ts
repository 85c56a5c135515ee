// Proves which changes of a status become Events, and that the same change is told once.
import { describe, expect, it } from 'vitest';
import { eventsOf, type StatusChange } from '../../../service/events/status-event.ts';

const condition = (type: string, status: 'True' | 'False' | 'Unknown', reason: string, message = 'words') => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: '2026-11-22T00:00:00Z',
});
type Conditions = NonNullable<StatusChange['before']['conditions']>;

function change(kind: string, before: Conditions | undefined, after: Conditions): StatusChange {
  const subject = { kind, name: 'nginx', uid: 'uid-1' };
  return { subject, before: { revision: 1, conditions: before }, after: { revision: 2, conditions: after } };
}

const pending = condition('Ready', 'False', 'Pending');
const failed = condition('Ready', 'False', 'ErrImagePull', 'not found: check the tag');
const cached = condition('Ready', 'True', 'Cached');
const paused = condition('Ready', 'False', 'Paused');

describe('what a change tells', () => {
  it.each<[string, StatusChange, readonly string[]]>([
    ['a new image that waits', change('CachedImage', undefined, [pending]), []],
    ['a pull that starts', change('CachedImage', [pending], [condition('Ready', 'False', 'Pulling')]), []],
    ['a first failure', change('CachedImage', [pending], [failed]), ['Warning ErrImagePull not found: check the tag']],
    [
      'a failure that goes on, on other nodes',
      change('CachedImage', [failed], [{ ...failed, message: 'on two nodes' }]),
      [],
    ],
    [
      'a failure of another kind',
      change('CachedImage', [failed], [condition('Ready', 'False', 'PullTimeout')]),
      ['Warning PullTimeout words'],
    ],
    ['an image that arrived', change('CachedImage', [failed], [cached]), ['Normal Cached words']],
    ['an image that stays', change('CachedImage', [cached], [cached]), []],
    [
      'a condition without words',
      change('Fleet', [], [condition('Ready', 'True', 'Cached', '')]),
      ['Normal Cached Cached'],
    ],
    ['an image whose policy is paused', change('CachedImage', [pending], [paused]), []],
    [
      'a policy that is paused',
      change('PullPolicy', [condition('Ready', 'True', 'Active')], [paused]),
      ['Normal Paused words'],
    ],
    ['how a pull goes on', change('CachedImage', [], [condition('PullProgress', 'False', 'ErrImagePull')]), []],
    [
      'two conditions at once',
      change('PullPolicy', [], [failed, condition('PodsCreated', 'False', 'PodRejected')]),
      ['Warning ErrImagePull not found: check the tag', 'Warning PodRejected words'],
    ],
  ])('%s', (_title, given, expected) => {
    expect(eventsOf(given).map(({ type, reason, message }) => `${type} ${reason} ${message}`)).toEqual(expected);
  });

  it('no conditions tell nothing', () => {
    const subject = { kind: 'Fleet', name: 'default', uid: 'uid-2' };
    expect(eventsOf({ subject, before: {}, after: {} })).toEqual([]);
  });
});

describe('the name', () => {
  const nameOf = (given: StatusChange) => eventsOf(given)[0]?.name ?? '';
  const given = change('CachedImage', [pending], [failed]);

  it('is the same for the same change, so that another replica adds nothing', () => {
    expect(nameOf(given)).toBe(nameOf(structuredClone(given)));
    expect(nameOf(given)).toMatch(/^nginx\.[0-9a-f]{16}$/);
  });

  it.each<[string, StatusChange]>([
    ['a later change', { ...given, after: { ...given.after, revision: 3 } }],
    ['another object of that name', { ...given, subject: { ...given.subject, uid: 'uid-2' } }],
    ['another reason', change('CachedImage', [pending], [cached])],
  ])('is another for %s', (_title, other) => {
    expect(nameOf(other)).not.toBe(nameOf(given));
  });

  it('fits where the object has the longest name', () => {
    const name = `${'a'.repeat(229)}.${'b'.repeat(23)}`;
    const long = nameOf({ ...given, subject: { ...given.subject, name } });
    expect(long.length).toBeLessThanOrEqual(253);
    expect(long).toMatch(/^a{229}\.[0-9a-f]{16}$/);
  });
});
