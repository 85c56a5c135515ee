// Selects the status changes that become Events: `kubectl describe` shows failures and successes, not mere progress.
import { createHash } from 'node:crypto';
import type { Condition } from '../../crds/fields.ts';
import { UID_LIMIT_CHARACTERS } from '../../crds/limits.ts';
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

/** The status of a parent before and after a response of a hook. */
export interface StatusChange {
  readonly subject: EventSubject;
  readonly before: Observed;
  readonly after: Observed;
}

export interface StatusEvent {
  /** The same for the same change, so that repeated responses and other replicas write it once. */
  readonly name: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly subject: EventSubject;
}

/** Reasons of normal progress: every image passes through them on every node. */
const quietReasons: ReadonlySet<string> = new Set([
  'Pending',
  'Pulling',
  'Progressing',
  'DiscoveryPending',
  'Active',
  'PodsAppeared',
]);

const HASH_DIGITS = 16;
/** The API server's limit is 253, and a dot and the hash come after it. */
const NAME_LIMIT_CHARACTERS = 230;

function eventName({ name, uid }: EventSubject, condition: Condition, revision: number): string {
  const hash = createHash('sha256').update(JSON.stringify([uid, condition.type, condition.reason, revision]));
  const prefix = name.slice(0, NAME_LIMIT_CHARACTERS).replace(/[.-]+$/, '');
  return `${prefix}.${hash.digest('hex').slice(0, HASH_DIGITS)}`;
}

/** Conditions about what happens now: they change too often for Events. */
const frequentTypes: ReadonlySet<string> = new Set(['PullProgress', 'Progressing']);

function isWorthAnEvent(condition: Condition, { conditions = [] }: Observed, kind: string): boolean {
  if (frequentTypes.has(condition.type) || quietReasons.has(condition.reason)) return false;
  // One Event of the paused policy is enough; its images may be thousands.
  if (condition.reason === 'Paused' && kind !== 'PullPolicy') return false;
  const previous = conditions.find(({ type }) => type === condition.type);
  return previous?.status !== condition.status || previous.reason !== condition.reason;
}

/** Ignores objects whose name or UID cannot exist; this also bounds the queue's memory. */
function canExist({ name, uid }: EventSubject): boolean {
  return name.length <= OBJECT_NAME_LIMIT_CHARACTERS && uid.length <= UID_LIMIT_CHARACTERS;
}

/** Returns the Events of a status change, most often none. The messages of conditions are already redacted and cut. */
export function eventsOf({ subject, before, after }: StatusChange): StatusEvent[] {
  if (!canExist(subject)) return [];
  const conditions = (after.conditions ?? []).filter((condition) => isWorthAnEvent(condition, before, subject.kind));
  return conditions.map((condition) => ({
    name: eventName(subject, condition, after.revision ?? 0),
    type: condition.status === 'True' || condition.reason === 'Paused' ? 'Normal' : 'Warning',
    reason: condition.reason,
    message: condition.message === '' ? condition.reason : condition.message,
    subject,
  }));
}
