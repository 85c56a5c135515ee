// Validation and defaulting by the API server: names, labels, and the schemas of the project's own kinds.
import type { z } from 'zod';
import { isLabelValue, isObjectName, LABEL_LIMIT_CHARACTERS } from '../kubernetes/object-name.ts';
import { ApiError } from './api-error.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Manifest } from './kubernetes-object.ts';
import type { Resource } from './resources.ts';

function labelProblem(key: string, value: unknown): string | undefined {
  const name = key.slice(key.indexOf('/') + 1);
  if (name === '' || !isLabelValue(name)) {
    return `metadata.labels: Invalid value: "${key}": name part is not a label name`;
  }
  if (typeof value !== 'string') return `metadata.labels: Invalid value: ${key} must be text`;
  if (value.length > LABEL_LIMIT_CHARACTERS) {
    return `metadata.labels: Invalid value: "${value}": must be no more than 63 characters`;
  }
  return isLabelValue(value)
    ? undefined
    : `metadata.labels: Invalid value: "${value}": must consist of alphanumeric characters, '-', '_' or '.'`;
}

function nameProblem(name: unknown): string | undefined {
  return typeof name === 'string' && isObjectName(name)
    ? undefined
    : `metadata.name: Invalid value: "${name}": must be a lowercase RFC 1123 subdomain`;
}

function namespaceProblem(resource: Resource, namespace: string | undefined): string | undefined {
  if (resource.namespaced === Boolean(namespace)) return undefined;
  const problem = resource.namespaced ? 'an empty namespace may not be set' : 'not allowed on this type';
  return `metadata.namespace: ${problem}`;
}

function metadataProblems(resource: Resource, { metadata }: Manifest): readonly (string | undefined)[] {
  return [
    nameProblem(metadata.name),
    namespaceProblem(resource, metadata.namespace),
    ...Object.entries(metadata.labels ?? {}).map(([key, value]) => labelProblem(key, value)),
    ...Object.entries(metadata.annotations ?? {}).map(([key, value]) =>
      typeof value === 'string' ? undefined : `metadata.annotations: Invalid value: ${key} must be text`,
    ),
  ];
}

function invalid(manifest: Manifest, problem: string): ApiError {
  return new ApiError('Invalid', `${manifest.kind} "${manifest.metadata.name}" is invalid: ${problem}`);
}

/** Throws Invalid for a bad name, namespace, label or annotation. */
export function checkMetadata(resource: Resource, manifest: Manifest): void {
  for (const problem of metadataProblems(resource, manifest)) {
    if (problem !== undefined) throw invalid(manifest, problem);
  }
}

function parse(shape: z.ZodType, value: unknown, place: { manifest: Manifest; field: string }): JsonObject {
  const result = shape.safeParse(value ?? {});
  if (result.success) return result.data as JsonObject;
  const problems = result.error.issues.map((issue) => {
    const path = [place.field, ...issue.path.map(String)].join('.');
    return `${path}: ${issue.message}`;
  });
  throw invalid(place.manifest, problems.join(', '));
}

/**
 * Returns the spec; for the project's own kinds with defaults set and unknown fields pruned. Throws Invalid, with zod's
 * messages, for a spec that the schema refuses.
 */
export function checkedSpec(resource: Resource, manifest: Manifest): JsonObject | undefined {
  if (resource.shape === undefined) return isObject(manifest.spec) ? manifest.spec : undefined;
  return parse(resource.shape.spec, manifest.spec, { manifest, field: 'spec' });
}

/** Like checkedSpec, for the status subresource. */
export function checkedStatus(resource: Resource, manifest: Manifest): JsonObject | undefined {
  if (manifest.status === undefined || manifest.status === null) return undefined;
  if (resource.shape?.status === undefined) return manifest.status as JsonObject;
  return parse(resource.shape.status, manifest.status, { manifest, field: 'status' });
}
