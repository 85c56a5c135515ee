// Decides which labels a selector selects, as Kubernetes does, because a hook gets labels and selectors but no API server to ask.

/** One expression of a label selector; an operator that is not known selects nothing. */
export type LabelSelectorRequirement = {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
};

/** k8s.io/apimachinery `pkg/apis/meta/v1/types.go` LabelSelector: everything in it must hold, an empty one selects all. */
export type LabelSelector = {
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
  readonly matchExpressions?: readonly LabelSelectorRequirement[] | undefined;
};

/**
 * Takes a Pod's or a policy's nodeSelector and a way to look up a node's label, gives whether every label has exactly the
 * wanted value; no selector selects every node. Ported from `Set.AsSelector` and `Matches` of k8s.io/apimachinery
 * `pkg/labels/selector.go`. The look-up must answer undefined for a label the node does not have.
 */
export function matchesNodeSelector(
  selector: Readonly<Record<string, string>> | undefined,
  labelOf: (key: string) => string | undefined,
): boolean {
  return selector === undefined || Object.entries(selector).every(([key, value]) => labelOf(key) === value);
}

/**
 * Takes a label selector and an object's labels (undefined: it has none), gives whether all matchLabels and all
 * matchExpressions hold. Ported from `Requirement.Matches` of k8s.io/apimachinery `pkg/labels/selector.go`; an expression
 * that `NewRequirement` there would refuse selects nothing.
 */
export function matchesLabelSelector(
  selector: LabelSelector,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  const labelOf = (key: string) => (labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined);
  return (
    matchesNodeSelector(selector.matchLabels, labelOf) &&
    (selector.matchExpressions ?? []).every((requirement) => holds(requirement, labelOf(requirement.key)))
  );
}

function holds(requirement: LabelSelectorRequirement, value: string | undefined): boolean {
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
