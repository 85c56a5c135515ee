// The rules of a customize response: select objects by labels or names, in one namespace or in all.
import { matchesLabelSelector } from '../../kubernetes/label-selector.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';
import type { RelatedRule } from './hook-client.ts';
import { SyncError } from './sync-error.ts';

/** Throws SyncError for a rule with both names and labels. */
export function checkRule(rule: RelatedRule): void {
  if (rule.names !== undefined && rule.names.length > 0 && rule.labelSelector !== undefined) {
    throw new SyncError('related rule cannot have both names and labelSelector specified');
  }
}

function isInNamespace(rule: RelatedRule, object: KubernetesObject): boolean {
  if (rule.namespace === undefined || rule.namespace === '') return true;
  // The namespace of a rule does not apply to cluster-scoped objects.
  return object.metadata.namespace === undefined || object.metadata.namespace === rule.namespace;
}

/** The object must be of the rule's resource. */
export function matchesRule(rule: RelatedRule, object: KubernetesObject): boolean {
  if (!isInNamespace(rule, object)) return false;
  if (rule.labelSelector !== undefined) return matchesLabelSelector(rule.labelSelector, object.metadata.labels);
  if (rule.names === undefined || rule.names.length === 0) return true;
  return rule.names.includes(object.metadata.name);
}
