// Selects nodes as node affinity does. Ported from k8s.io/component-helpers `scheduling/corev1/nodeaffinity` and
// `NewRequirement` of k8s.io/apimachinery `pkg/labels/selector.go`.
import { type LabelSelectorRequirement, matchesRequirement } from './label-selector.ts';
import { isLabelValue, labelKeyPattern } from './object-name.ts';

type Requirement = LabelSelectorRequirement;

/** `NodeSelector` of k8s.io/api `core/v1/types.go`. One term must match: all its requirements must hold. */
export type NodeAffinitySelector = {
  readonly nodeSelectorTerms: readonly {
    readonly matchExpressions?: readonly Requirement[] | undefined;
    readonly matchFields?: readonly Requirement[] | undefined;
  }[];
};

export interface LabeledNode {
  readonly name: string;
  /** Returns undefined for a label that the node does not have. */
  readonly labelOf: (key: string) => string | undefined;
}

const NAME_FIELD = 'metadata.name';
const LARGEST_INT64 = 2n ** 63n - 1n;

/** Undefined for text that is no whole number of 64 bits. A value of a label has no sign. */
function wholeNumberOf(text: string): bigint | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined;
  const number = BigInt(text);
  return number <= LARGEST_INT64 ? number : undefined;
}

const hasOneNumber = (values: readonly string[]) => values.length === 1 && wholeNumberOf(values[0] ?? '') !== undefined;

/** By operator: whether it can have these values. */
const validValues: ReadonlyMap<string, (values: readonly string[]) => boolean> = new Map([
  ['In', (values: readonly string[]) => values.length > 0],
  ['NotIn', (values: readonly string[]) => values.length > 0],
  ['Exists', (values: readonly string[]) => values.length === 0],
  ['DoesNotExist', (values: readonly string[]) => values.length === 0],
  ['Gt', hasOneNumber],
  ['Lt', hasOneNumber],
]);

function isValidExpression({ key, operator, values = [] }: Requirement): boolean {
  return (
    labelKeyPattern.test(key) &&
    validValues.get(operator)?.(values) === true &&
    values.every((each) => isLabelValue(each))
  );
}

const isValidField = ({ operator, values = [] }: Requirement) =>
  (operator === 'In' || operator === 'NotIn') && values.length === 1;

/** Whether every requirement of every term is valid. One invalid term makes the selector invalid. */
export function isValidNodeAffinity({ nodeSelectorTerms }: NodeAffinitySelector): boolean {
  return nodeSelectorTerms.every(
    ({ matchExpressions = [], matchFields = [] }) =>
      matchExpressions.every(isValidExpression) && matchFields.every(isValidField),
  );
}

function compares(operator: 'Gt' | 'Lt', value: string | undefined, bound: string): boolean {
  const [number, limit] = [wholeNumberOf(value ?? ''), wholeNumberOf(bound)];
  if (number === undefined || limit === undefined) return false;
  return operator === 'Gt' ? number > limit : number < limit;
}

function matchesExpression(requirement: Requirement, node: LabeledNode): boolean {
  const { key, operator, values = [] } = requirement;
  const value = node.labelOf(key);
  if (operator === 'Gt' || operator === 'Lt') return compares(operator, value, values[0] ?? '');
  return matchesRequirement(requirement, value);
}

/** The name is the only field of a node that can be selected. */
function matchesField(requirement: Requirement, { name }: LabeledNode): boolean {
  return matchesRequirement(requirement, requirement.key === NAME_FIELD ? name : undefined);
}

/** Whether a term of a valid selector matches. An empty term matches no node. */
export function matchesNodeAffinity({ nodeSelectorTerms }: NodeAffinitySelector, node: LabeledNode): boolean {
  return nodeSelectorTerms.some(
    ({ matchExpressions = [], matchFields = [] }) =>
      matchExpressions.length + matchFields.length > 0 &&
      matchExpressions.every((requirement) => matchesExpression(requirement, node)) &&
      matchFields.every((requirement) => matchesField(requirement, node)),
  );
}
