// The condition Ready of a CachedImageSet: how many images are on all their nodes, and which of them hold it up.
import { MESSAGE_LIMIT_CHARACTERS } from '../../crds/limits.ts';
import type { ObservedCachedImage } from '../../metacontroller/hook-request.ts';
import type { DesiredObject } from '../../metacontroller/hook-response.ts';
import type { ConditionInput } from '../status/condition.ts';
import { counted } from '../status/node-list.ts';
import { DISCOVERED_LABEL } from './children.ts';
import type { Discovery } from './discovered.ts';

export interface Tally {
  readonly managed: number;
  /** Managed children that come from the DiscoveryPolicy and not from spec.images. */
  readonly discovered: number;
  readonly ready: number;
  /** Name and reason of each failing child. */
  readonly failing: readonly string[];
  /** The child with the lowest share of its nodes, as a part of a message; undefined if all are ready. */
  readonly slowest: string | undefined;
}

interface Child {
  readonly name: string;
  readonly observed: ObservedCachedImage | undefined;
}

const readyOf = ({ observed }: Child) => observed?.status.conditions?.find(({ type }) => type === 'Ready');
const isReady = (child: Child) => readyOf(child)?.status === 'True';

/**
 * Shares count in quarters, so that a rollout writes the status of its set a few times for each image. With exact
 * shares it would be a write for many of the pulls.
 */
const SHARES = 4;

function quartersOf({ observed }: Child): number {
  const { nodesReady = 0, nodesTargeted = 0 } = observed?.status ?? {};
  return nodesTargeted === 0 ? 0 : Math.floor((nodesReady / nodesTargeted) * SHARES);
}

/** A child that no node lacks has another problem, which its reason names. */
function shareText(child: Child, quarters: number): string {
  const { nodesTargeted = 0 } = child.observed?.status ?? {};
  const text =
    nodesTargeted === 0 || quarters >= SHARES
      ? (readyOf(child)?.reason ?? 'no status yet')
      : `on less than ${((quarters + 1) * 100) / SHARES}% of its nodes`;
  return `${child.name} (${text})`;
}

function slowestOf(children: readonly Child[]): string | undefined {
  const waiting = children.filter((child) => !isReady(child)).map((child) => ({ child, quarters: quartersOf(child) }));
  const [first] = waiting.sort(
    (left, right) => left.quarters - right.quarters || (left.child.name < right.child.name ? -1 : 1),
  );
  return first === undefined ? undefined : shareText(first.child, first.quarters);
}

export function tallyOf(wanted: readonly DesiredObject[], observed: ReadonlyMap<string, ObservedCachedImage>): Tally {
  const children = wanted.map(({ metadata: { name } }) => ({ name, observed: observed.get(name) }));
  return {
    managed: wanted.length,
    discovered: wanted.filter(({ metadata }) => metadata.labels?.[DISCOVERED_LABEL] === 'true').length,
    ready: children.filter(isReady).length,
    failing: children
      .filter((child) => child.observed?.status.phase === 'Degraded')
      .map((child) => `${child.name} (${readyOf(child)?.reason ?? 'failing'})`),
    slowest: slowestOf(children),
  };
}

const FAILING_NAMED_LIMIT = 3;

/** Names up to three children, and fewer if the message has no space for their names. */
function failingText(tally: string, failing: readonly string[]): string {
  const textWith = (named: number) => {
    const more = failing.length > named ? ` and ${failing.length - named} more` : '';
    return `${tally}; failing: ${failing.slice(0, named).join(', ')}${more}`;
  };
  let named = Math.min(FAILING_NAMED_LIMIT, failing.length);
  while (named > 1 && textWith(named).length > MESSAGE_LIMIT_CHARACTERS) named -= 1;
  return textWith(named);
}

export function readyCondition({ managed, ready, failing, slowest }: Tally, discovery: Discovery): ConditionInput {
  const type = 'Ready';
  if (discovery.kind === 'keep') {
    return { type, status: 'False', reason: discovery.reason, message: discovery.message };
  }
  const remark = discovery.kind === 'images' && discovery.remark !== '' ? ` (${discovery.remark})` : '';
  const tally = `${ready} of ${counted(managed, 'image')} on all nodes${remark}`;
  if (managed === 0) return { type, status: 'False', reason: 'Empty', message: `the set contains no image${remark}` };
  if (slowest === undefined) return { type, status: 'True', reason: 'AllReady', message: tally };
  if (failing.length > 0) {
    return { type, status: 'False', reason: 'Degraded', message: failingText(tally, failing) };
  }
  return { type, status: 'False', reason: 'Progressing', message: `${tally}; slowest: ${slowest}` };
}
