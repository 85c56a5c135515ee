// Which change of a status is worth an Event: `kubectl describe` should tell what went wrong or right, not what is merely going on.
import { createHash } from 'node:crypto';
import type { Condition } from '../../crds/fields.ts';
import { UID_LIMIT_CHARACTERS } from '../../crds/limits.ts';
import { OBJECT_NAME_LIMIT_CHARACTERS } from '../../kubernetes/object-name.ts';

export interface EventSubject {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

interface Observed {
  readonly revision?: number | undefined;
  readonly conditions?: readonly Condition[] | undefined;
}

/** One answer of a hook: what the status said, and what it shall say. */
export interface StatusChange {
  readonly subject: EventSubject;
  readonly before: Observed;
  readonly after: Observed;
}

export interface StatusEvent {
  /** The same for the same change, so that a repeated answer, or another replica, tells nothing twice. */
  readonly name: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly subject: EventSubject;
}

/** Reasons that say that things go their way; every image passes through them on every node. */
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

function isNews(condition: Condition, { conditions = [] }: Observed, kind: string): boolean {
  if (condition.type === 'PullProgress' || quietReasons.has(condition.reason)) return false;
  // A paused policy says so itself; its thousand images need not.
  if (condition.reason === 'Paused' && kind !== 'PullPolicy') return false;
  const previous = conditions.find(({ type }) => type === condition.type);
  return previous?.status !== condition.status || previous.reason !== condition.reason;
}

/** Of an object that no API server holds there is nothing to tell, and long names would make a queue of Events a large one. */
function canExist({ name, uid }: EventSubject): boolean {
  return name.length <= OBJECT_NAME_LIMIT_CHARACTERS && uid.length <= UID_LIMIT_CHARACTERS;
}

/** Takes one answer of a hook; gives the Events it is worth, most often none. Messages are those of the conditions, already redacted and cut. */
export function eventsOf({ subject, before, after }: StatusChange): StatusEvent[] {
  if (!canExist(subject)) return [];
  const news = (after.conditions ?? []).filter((condition) => isNews(condition, before, subject.kind));
  return news.map((condition) => ({
    name: eventName(subject, condition, after.revision ?? 0),
    type: condition.status === 'True' || condition.reason === 'Paused' ? 'Normal' : 'Warning',
    reason: condition.reason,
    message: condition.message === '' ? condition.reason : condition.message,
    subject,
  }));
}
