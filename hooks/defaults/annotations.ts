// Annotations of the DecoratorController drop-defaults, in which the chart writes what is to exist.
import { INVENTORIES_LIMIT } from '../settings.ts';

const CREATE_FLEET_ANNOTATION = 'drop.corewire.io/create-fleet';
const CREATE_PULL_POLICY_ANNOTATION = 'drop.corewire.io/create-pull-policy';
/** The spec as JSON. */
const PULL_POLICY_SPEC_ANNOTATION = 'drop.corewire.io/pull-policy-spec';
const INVENTORY_COUNT_ANNOTATION = 'drop.corewire.io/inventory-count';

type Annotations = Readonly<Record<string, string>>;

/** The spec of a default object, undefined for one that must not exist, or why the annotations cannot be read. */
export type WantedSpec =
  | { readonly ok: true; readonly spec: object | undefined }
  | { readonly ok: false; readonly problem: string };

/** How many Inventories must exist, or why the annotation cannot be read. */
export type WantedCount =
  | { readonly ok: true; readonly count: number }
  | { readonly ok: false; readonly problem: string };

function readFlag(annotations: Annotations, name: string): boolean | undefined {
  const text = annotations[name];
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Only the form is checked. The API server checks the fields, and knows those of a newer chart. */
function readSpec(annotations: Annotations): WantedSpec {
  let value: unknown;
  try {
    value = JSON.parse(annotations[PULL_POLICY_SPEC_ANNOTATION] ?? '');
  } catch {
    // Reported below.
  }
  return isPlainObject(value)
    ? { ok: true, spec: value }
    : { ok: false, problem: `annotation ${PULL_POLICY_SPEC_ANNOTATION} is not a JSON object` };
}

function ifCreated(annotations: Annotations, flag: string, read: (annotations: Annotations) => WantedSpec): WantedSpec {
  const create = readFlag(annotations, flag);
  if (create === undefined) return { ok: false, problem: `annotation ${flag} is neither "true" nor "false"` };
  return create ? read(annotations) : { ok: true, spec: undefined };
}

export function wantedFleet(annotations: Annotations): WantedSpec {
  return ifCreated(annotations, CREATE_FLEET_ANNOTATION, () => ({ ok: true, spec: {} }));
}

export function wantedPullPolicy(annotations: Annotations): WantedSpec {
  return ifCreated(annotations, CREATE_PULL_POLICY_ANNOTATION, readSpec);
}

export function wantedInventories(annotations: Annotations): WantedCount {
  const text = annotations[INVENTORY_COUNT_ANNOTATION] ?? '';
  const isCount = /^\d+$/.test(text) && Number(text) <= INVENTORIES_LIMIT;
  if (isCount) return { ok: true, count: Number(text) };
  const problem = `annotation ${INVENTORY_COUNT_ANNOTATION} is not a whole number from 0 to ${INVENTORIES_LIMIT}`;
  return { ok: false, problem };
}
