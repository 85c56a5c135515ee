// Names of Kubernetes objects, labels and namespaces, as k8s.io/apimachinery `pkg/util/validation/validation.go` defines
// them. Each pattern is anchored and reads the same in JavaScript, RE2 and Go.

const labelSource = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const qualifiedNameSource = '[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?';

/** `DNS1123SubdomainMaxLength`: the longest object name. */
export const OBJECT_NAME_LIMIT_CHARACTERS = 253;
/** `DNS1123LabelMaxLength` and `LabelValueMaxLength`: the longest namespace, label value and name part of a label key. */
export const LABEL_LIMIT_CHARACTERS = 63;

/** `IsDNS1123Subdomain` without its length. */
export const objectNamePattern = new RegExp(`^${labelSource}(?:\\.${labelSource})*$`);
/** `IsDNS1123Label` without its length: the name of a namespace. */
export const namespacePattern = new RegExp(`^${labelSource}$`);
/** `IsValidLabelValue` without its length; the empty value is valid. */
export const labelValuePattern = new RegExp(`^(?:${qualifiedNameSource})?$`);
/** `IsQualifiedName`: an optional DNS prefix and a slash, then a name of at most 63 characters. */
export const labelKeyPattern =
  /^(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
/** `IsConfigMapKey`: the key of a Secret or ConfigMap. */
export const configMapKeyPattern = /^[-._a-zA-Z0-9]+$/;

/** Whether an object can have this name. Such a name is safe as one segment of an API path. */
export function isObjectName(text: string): boolean {
  return text.length <= OBJECT_NAME_LIMIT_CHARACTERS && objectNamePattern.test(text);
}

/** Whether a label can have this value. */
export function isLabelValue(text: string): boolean {
  return text.length <= LABEL_LIMIT_CHARACTERS && labelValuePattern.test(text);
}
