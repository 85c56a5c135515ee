// Names of objects, namespaces and labels. Ported from k8s.io/apimachinery `pkg/util/validation/validation.go`. Every
// pattern is anchored and has the same meaning in JavaScript and RE2. Only labelKeyPattern checks the length.

const labelSource = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const qualifiedNameSource = '[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?';

/** Maximum length of an object name: `DNS1123SubdomainMaxLength`. */
export const OBJECT_NAME_LIMIT_CHARACTERS = 253;
/**
 * Maximum length of a namespace, of a label value and of the name in a label key: `DNS1123LabelMaxLength` and
 * `LabelValueMaxLength`.
 */
export const LABEL_LIMIT_CHARACTERS = 63;

/** `IsDNS1123Subdomain`. */
export const objectNamePattern = new RegExp(`^${labelSource}(?:\\.${labelSource})*$`);
/** `IsDNS1123Label`. */
export const namespacePattern = new RegExp(`^${labelSource}$`);
/** `IsValidLabelValue`. An empty value is valid. */
export const labelValuePattern = new RegExp(`^(?:${qualifiedNameSource})?$`);
/**
 * `IsQualifiedName`: an optional DNS prefix and a slash, then a name of at most 63 characters. Less strict than
 * upstream: the prefix may have any length and consecutive dots.
 */
export const labelKeyPattern =
  /^(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
/**
 * `IsConfigMapKey`: the key of a Secret or a ConfigMap. Less strict than upstream: `.` and keys that begin with `..`
 * match.
 */
export const configMapKeyPattern = /^[-._a-zA-Z0-9]+$/;

/** Whether an object can have this name. A valid name is safe as one segment of an API path. */
export function isObjectName(text: string): boolean {
  return text.length <= OBJECT_NAME_LIMIT_CHARACTERS && objectNamePattern.test(text);
}

export function isLabelValue(text: string): boolean {
  return text.length <= LABEL_LIMIT_CHARACTERS && labelValuePattern.test(text);
}
