// Selects what becomes an Event: the pulls of an image, and changes of conditions that are more than progress.
import { createHash } from 'node:crypto';
import type { Condition } from '../../crds/fields.ts';
import { UID_LIMIT_CHARACTERS } from '../../crds/limits.ts';
import type { ParentEvent } from '../../hooks/hook-result.ts';
import { OBJECT_NAME_LIMIT_CHARACTERS } from '../../kubernetes/object-name.ts';

interface EventSubject {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

interface Observed {
  readonly revision?: number | undefined;
  readonly conditions?: readonly Condition[] | undefined;
}

/** The status of a parent before and after a response of a hook, and what happened to the parent. */
export interface StatusChange {
  readonly subject: EventSubject;
  readonly before: Observed;
  readonly after: Observed;
  readonly events?: readonly ParentEvent[] | undefined;
}

export interface StatusEvent {
  /** The same for the same fact, so that repeated responses and other replicas write it once. */
  readonly name: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly subject: EventSubject;
}

const HASH_DIGITS = 16;
/** The API server's limit is 253, and a dot and the hash come after it. */
const NAME_LIMIT_CHARACTERS = 230;

function eventName({ name, uid }: EventSubject, { reason, key }: Pick<ParentEvent, 'reason' | 'key'>): string {
  const hash = createHash('sha256').update(JSON.stringify([uid, reason, key]));
  const prefix = name.slice(0, NAME_LIMIT_CHARACTERS).replace(/[.-]+$/, '');
  return `${prefix}.${hash.digest('hex').slice(0, HASH_DIGITS)}`;
}

interface Change {
  readonly condition: Condition;
  readonly previous: Condition | undefined;
  /** All conditions of the status. */
  readonly conditions: readonly Condition[];
}

type ConditionEvent = Omit<ParentEvent, 'key'>;
/** Returns the Event of a condition with another status or reason; undefined for normal progress. */
type EventOfChange = (change: Change) => ConditionEvent | undefined;

function sameReason({ status, reason, message }: Condition): ConditionEvent {
  const type = status === 'True' || reason === 'Paused' ? 'Normal' : 'Warning';
  return { type, reason, message: message === '' ? reason : message };
}

const quiet: EventOfChange = () => undefined;

/** Failures of pulls have Events of their own, one for each attempt. */
const imageReasons = new Set<string>([
  'InvalidSpec',
  'InvalidImageName',
  'PolicyNotFound',
  'FleetNotFound',
  'NoMatchingNodes',
  'Cached',
]);

const imageEvent: EventOfChange = ({ condition }) =>
  imageReasons.has(condition.reason) ? sameReason(condition) : undefined;

/** Reasons of normal progress, and a paused policy, which has one Event of its own. */
const quietReasons = new Set<string>(['Pending', 'Progressing', 'DiscoveryPending', 'Active', 'PodsAppeared']);

const otherEvent: EventOfChange = ({ condition }) =>
  quietReasons.has(condition.reason) ? undefined : sameReason(condition);

const isSourceCondition = ({ type }: Condition) => /^Source\d+$/.test(type);

const sourceEvent: EventOfChange = ({ condition: { status, reason, message }, previous }) => {
  const details = [reason, message].filter((part) => part !== '').join(': ');
  if (status === 'False' && reason !== 'Pending') return { type: 'Warning', reason: 'SourceFailed', message: details };
  const hasFailed = previous?.status === 'False' && previous.reason !== 'Pending';
  return status === 'True' && hasFailed ? { type: 'Normal', reason: 'SourceRecovered', message: details } : undefined;
};

/**
 * A failing source has an Event of its own, so only what concerns the whole policy is left. Queries have no conditions,
 * so the condition of the policy describes their failures.
 */
const discoveryEvent: EventOfChange = (change) => {
  const { condition, conditions } = change;
  if (isSourceCondition(condition)) return sourceEvent(change);
  if (condition.reason === 'Synced' || condition.reason === 'InvalidSpec') return sameReason(condition);
  return conditions.some(isSourceCondition) ? undefined : sourceEvent(change);
};

const eventByKind: Readonly<Record<string, EventOfChange>> = {
  CachedImage: imageEvent,
  DiscoveryPolicy: discoveryEvent,
};

/** Conditions about what happens now: they change too often for Events. */
const frequentTypes: ReadonlySet<string> = new Set(['PullProgress', 'Progressing']);

function eventOfCondition({ subject, before, after }: StatusChange, condition: Condition): ConditionEvent | undefined {
  const previous = before.conditions?.find(({ type }) => type === condition.type);
  if (previous?.status === condition.status && previous.reason === condition.reason) return undefined;
  const eventOf = frequentTypes.has(condition.type) ? quiet : (eventByKind[subject.kind] ?? otherEvent);
  return eventOf({ condition, previous, conditions: after.conditions ?? [] });
}

function conditionEvents(change: StatusChange): ParentEvent[] {
  return (change.after.conditions ?? []).flatMap((condition) => {
    const event = eventOfCondition(change, condition);
    const { revision = 0 } = change.after;
    return event === undefined ? [] : [{ ...event, key: `${condition.type} ${condition.reason} ${revision}` }];
  });
}

/** Ignores objects whose name or UID cannot exist; this also bounds the queue's memory. */
function canExist({ name, uid }: EventSubject): boolean {
  return name.length <= OBJECT_NAME_LIMIT_CHARACTERS && uid.length <= UID_LIMIT_CHARACTERS;
}

/** Returns the Events of a response. Messages are already redacted and cut. */
export function eventsOf(change: StatusChange): StatusEvent[] {
  const { subject, events = [] } = change;
  if (!canExist(subject)) return [];
  return [...events, ...conditionEvents(change)].map(({ key, type, reason, message }) => ({
    name: eventName(subject, { reason, key }),
    type,
    reason,
    message,
    subject,
  }));
}
