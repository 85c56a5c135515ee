// Which status changes become Events, and that the same change becomes one Event.
import { describe, expect, it } from 'vitest';
import type { ParentEvent } from '../../../hooks/hook-result.ts';
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

describe('the Events of a status change', () => {
  it.each<[string, StatusChange, readonly string[]]>([
    ['none for a new image that waits', change('CachedImage', undefined, [pending]), []],
    ['none for a pull that starts', change('CachedImage', [pending], [condition('Ready', 'False', 'Pulling')]), []],
    [
      'none for an image whose pulls fail, because each pull has its own',
      change('CachedImage', [pending], [failed]),
      [],
    ],
    [
      'a Warning for an image that no pull can start for',
      change('CachedImage', [pending], [condition('Ready', 'False', 'PolicyNotFound')]),
      ['Warning PolicyNotFound words'],
    ],
    [
      'none for the same reason with another message',
      change('CachedImage', [cached], [{ ...cached, message: 'on two nodes' }]),
      [],
    ],
    [
      'a Warning for a set whose images fail',
      change('CachedImageSet', [pending], [condition('Ready', 'False', 'Degraded')]),
      ['Warning Degraded words'],
    ],
    ['a Normal Event for an image that is cached', change('CachedImage', [failed], [cached]), ['Normal Cached words']],
    [
      'the reason as message for a condition without a message',
      change('Fleet', [], [condition('Ready', 'True', 'Cached', '')]),
      ['Normal Cached Cached'],
    ],
    ['none for an image whose policy is paused', change('CachedImage', [pending], [paused]), []],
    [
      'a Normal Event for a paused policy',
      change('PullPolicy', [condition('Ready', 'True', 'Active')], [paused]),
      ['Normal Paused words'],
    ],
    [
      'none for the progress of a pull',
      change('CachedImage', [], [condition('PullProgress', 'False', 'ErrImagePull')]),
      [],
    ],
    [
      'none for the gate that a policy waits for',
      change('PullPolicy', [], [condition('Progressing', 'False', 'NodeBusy')]),
      [],
    ],
    [
      'a Normal Event for a DiscoveryPolicy that is synced',
      change('DiscoveryPolicy', [pending], [condition('Ready', 'True', 'Synced', '2 images')]),
      ['Normal Synced 2 images'],
    ],
    [
      'one Warning for a source that fails, and none for its policy',
      change(
        'DiscoveryPolicy',
        [condition('Ready', 'True', 'Synced'), condition('Source0', 'True', 'Synced')],
        [condition('Ready', 'False', 'DNSError'), condition('Source0', 'False', 'DNSError', 'no such host')],
      ),
      ['Warning SourceFailed DNSError: no such host'],
    ],
    [
      'a Warning for a DiscoveryPolicy with a query that fails',
      change(
        'DiscoveryPolicy',
        [condition('Ready', 'True', 'Synced')],
        [condition('Ready', 'False', 'DNSError', '1 of 2 queries failing: usage: no such host')],
      ),
      ['Warning SourceFailed DNSError: 1 of 2 queries failing: usage: no such host'],
    ],
    [
      'none for a DiscoveryPolicy with a query that is not sent yet',
      change('DiscoveryPolicy', [], [condition('Ready', 'False', 'Pending')]),
      [],
    ],
    [
      'a Warning for a source that fails for another reason',
      change(
        'DiscoveryPolicy',
        [condition('Source0', 'False', 'DNSError')],
        [condition('Source0', 'False', 'Timeout')],
      ),
      ['Warning SourceFailed Timeout: words'],
    ],
    [
      'a Normal Event for a source that recovers',
      change(
        'DiscoveryPolicy',
        [condition('Source0', 'False', 'DNSError')],
        [condition('Source0', 'True', 'Synced', '')],
      ),
      ['Normal SourceRecovered Synced'],
    ],
    [
      'none for a source that succeeds at first',
      change('DiscoveryPolicy', [condition('Source0', 'False', 'Pending')], [condition('Source0', 'True', 'Synced')]),
      [],
    ],
    [
      'a Warning for a DiscoveryPolicy whose spec is not valid',
      change('DiscoveryPolicy', [], [condition('Ready', 'False', 'InvalidSpec')]),
      ['Warning InvalidSpec words'],
    ],
    [
      'one Event for each condition',
      change(
        'PullPolicy',
        [],
        [condition('Ready', 'False', 'InvalidSpec'), condition('PodsCreated', 'False', 'PodRejected')],
      ),
      ['Warning InvalidSpec words', 'Warning PodRejected words'],
    ],
  ])('%s', (_title, given, expected) => {
    expect(eventsOf(given).map(({ type, reason, message }) => `${type} ${reason} ${message}`)).toEqual(expected);
  });

  it('none without conditions', () => {
    const subject = { kind: 'Fleet', name: 'default', uid: 'uid-2' };
    expect(eventsOf({ subject, before: {}, after: {} })).toEqual([]);
  });
});

describe('the name of an Event', () => {
  const nameOf = (given: StatusChange) => eventsOf(given)[0]?.name ?? '';
  const given = change('CachedImage', [pending], [cached]);

  it('is the same for the same change', () => {
    expect(nameOf(given)).toBe(nameOf(structuredClone(given)));
    expect(nameOf(given)).toMatch(/^nginx\.[0-9a-f]{16}$/);
  });

  it.each<[string, StatusChange]>([
    ['a later change', { ...given, after: { ...given.after, revision: 3 } }],
    ['another object with the same name', { ...given, subject: { ...given.subject, uid: 'uid-2' } }],
    ['another reason', change('CachedImage', [pending], [condition('Ready', 'False', 'NoMatchingNodes')])],
  ])('differs for %s', (_title, other) => {
    expect(nameOf(other)).not.toBe(nameOf(given));
  });

  it('is cut to the limit of the API server', () => {
    const name = `${'a'.repeat(229)}.${'b'.repeat(23)}`;
    const long = nameOf({ ...given, subject: { ...given.subject, name } });
    expect(long.length).toBeLessThanOrEqual(253);
    expect(long).toMatch(/^a{229}\.[0-9a-f]{16}$/);
  });
});

describe('the Events of pulls', () => {
  const fact = { type: 'Normal', reason: 'PullStarted', message: 'Started pulling', key: 'abcdefgh' } as const;
  const withFacts = (...events: readonly ParentEvent[]) => ({ ...change('CachedImage', [pending], [pending]), events });
  const namesOf = (given: StatusChange) => eventsOf(given).map(({ name }) => name);

  it('are returned as they are, also if no condition changes', () => {
    expect(eventsOf(withFacts(fact))).toEqual([
      expect.objectContaining({ type: 'Normal', reason: 'PullStarted', message: 'Started pulling' }),
    ]);
  });

  it('have one name for one fact, whatever the revision and the message are', () => {
    const later = { ...withFacts({ ...fact, message: 'another' }), after: { revision: 9 } };
    expect(namesOf(later)).toEqual(namesOf(withFacts(fact)));
  });

  it('have another name for another attempt, another reason and another image', () => {
    const others = withFacts(fact, { ...fact, key: 'ijklmnop' }, { ...fact, reason: 'PullSucceeded' });
    const ofOtherImage = { ...withFacts(fact), subject: { kind: 'CachedImage', name: 'nginx', uid: 'uid-2' } };
    expect(new Set([...namesOf(others), ...namesOf(ofOtherImage)]).size).toBe(4);
  });
});

it.each<[string, string, string, number]>([
  ['an object with the longest possible name has Events', 'n'.repeat(253), 'uid', 1],
  ['an object with a longer name has no Events', 'n'.repeat(254), 'uid', 0],
  ['an object with an impossible UID has no Events', 'name', 'u'.repeat(129), 0],
])('%s', (_title, name, uid, count) => {
  const { before, after } = change('CachedImage', undefined, [cached]);
  expect(eventsOf({ subject: { kind: 'CachedImage', name, uid }, before, after })).toHaveLength(count);
});
