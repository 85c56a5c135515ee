// Which objects a rule of a customize answer relates: by labels or by names, in one namespace or in all.
import { matchesLabelSelector } from '../../kubernetes/label-selector.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';
import type { RelatedRule } from './hook-client.ts';
import { SyncError } from './sync-error.ts';

/** Throws SyncError for a rule that names objects and selects by labels too. */
export function checkRule(rule: RelatedRule): void {
  if (rule.names !== undefined && rule.names.length > 0 && rule.labelSelector !== undefined) {
    throw new SyncError('related rule cannot have both names and labelSelector specified');
  }
}

function isInNamespace(rule: RelatedRule, object: KubernetesObject): boolean {
  // A namespace says nothing about an object that has none.
  if (rule.namespace === undefined || rule.namespace === '') return true;
  return object.metadata.namespace === undefined || object.metadata.namespace === rule.namespace;
}

/** Whether a rule, asked of an object of the rule's own resource, relates it. */
export function matchesRule(rule: RelatedRule, object: KubernetesObject): boolean {
  if (!isInNamespace(rule, object)) return false;
  if (rule.labelSelector !== undefined) return matchesLabelSelector(rule.labelSelector, object.metadata.labels);
  if (rule.names === undefined || rule.names.length === 0) return true;
  return rule.names.includes(object.metadata.name);
}
