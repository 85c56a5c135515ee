// Matches labels against node selectors and label selectors. Ported from k8s.io/apimachinery `pkg/labels/selector.go`.

/** An unknown operator selects nothing. */
export type LabelSelectorRequirement = {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
};

/**
 * `LabelSelector` of k8s.io/apimachinery `pkg/apis/meta/v1/types.go`: all labels and expressions must match. An empty
 * selector selects every object.
 */
export type LabelSelector = {
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
  readonly matchExpressions?: readonly LabelSelectorRequirement[] | undefined;
};

/**
 * Whether a node has every label of a nodeSelector with the same value. Undefined selects every node. `labelOf` must
 * return undefined for a label that the node does not have. Ported from `Set.AsSelector` and `Matches`.
 */
export function matchesNodeSelector(
  selector: Readonly<Record<string, string>> | undefined,
  labelOf: (key: string) => string | undefined,
): boolean {
  return firstUnmatchedLabel(selector, labelOf) === undefined;
}

/** Returns the first label of a nodeSelector that the node lacks or has with another value; undefined if it matches. */
export function firstUnmatchedLabel(
  selector: Readonly<Record<string, string>> | undefined,
  labelOf: (key: string) => string | undefined,
): { readonly key: string; readonly value: string } | undefined {
  const found = selector && Object.entries(selector).find(([key, value]) => labelOf(key) !== value);
  return found && { key: found[0], value: found[1] };
}

/**
 * Whether labels match all matchLabels and matchExpressions. Undefined labels are no labels. Ported from
 * `Requirement.Matches`. An expression that `NewRequirement` refuses, such as In without values, selects nothing.
 */
export function matchesLabelSelector(
  selector: LabelSelector,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  const labelOf = (key: string) => (labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined);
  return (
    matchesNodeSelector(selector.matchLabels, labelOf) &&
    (selector.matchExpressions ?? []).every((requirement) => matchesRequirement(requirement, labelOf(requirement.key)))
  );
}

/** Whether a label has a value that the requirement selects. `value` is undefined for an object without the label. */
export function matchesRequirement(requirement: LabelSelectorRequirement, value: string | undefined): boolean {
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return values.length > 0 && (value === undefined || !values.includes(value));
    case 'Exists':
      return values.length === 0 && value !== undefined;
    case 'DoesNotExist':
      return values.length === 0 && value === undefined;
    default:
      return false;
  }
}
