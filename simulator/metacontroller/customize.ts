// The related objects of a parent: which rules its customize hook gives, what they select, and whom a change of these concerns.
import type { KubernetesObject } from '../kubernetes-object.ts';
import type { Sleep } from '../process.ts';
import type { Resource } from '../resources.ts';
import { type ControllerDefinition, findResource } from './controller-definition.ts';
import { count, type Environment } from './environment.ts';
import type { CustomizeAnswer, RelatedRule } from './hook-client.ts';
import { addToGroup, type ObjectGroups } from './object-groups.ts';
import { checkRule, matchesRule } from './related-rules.ts';
import { isSyncFailure, SyncError } from './sync-error.ts';

const RULES_KEPT_MILLISECONDS = 20 * 60 * 1000;

export interface CustomizeManager {
  /** Throws SyncError where the hook fails, a rule is wrong, or a cache has not synced yet. */
  relatedObjects(parent: KubernetesObject, sleep: Sleep): Promise<ObjectGroups>;
  /** Forgets the answers of the hook. */
  clear(): void;
}

export interface CustomizeOptions {
  readonly environment: Environment;
  readonly definition: ControllerDefinition;
  /** The controller object, as requests carry it. */
  readonly controller: unknown;
  readonly enqueue: (parent: KubernetesObject) => void;
}

interface KeptRules {
  readonly rules: readonly RelatedRule[];
  readonly until: number;
}

/** Takes a controller and what to do with a parent that a change concerns; gives its related objects. */
export function createCustomizeManager(options: CustomizeOptions): CustomizeManager {
  const { environment, definition, controller, enqueue } = options;
  const keptRules = new Map<string, KeptRules>();
  const watchedKinds = new Set<string>();
  /** Changes that wait for the rules of a parent. */
  const unmatched = new Map<string, KubernetesObject[]>();

  function rulesKey(parent: KubernetesObject): string {
    return `${parent.metadata.uid} ${parent.metadata.generation}`;
  }

  function knownRules(parent: KubernetesObject): readonly RelatedRule[] | undefined {
    const kept = keptRules.get(rulesKey(parent));
    return kept !== undefined && kept.until > environment.clock.now() ? kept.rules : undefined;
  }

  async function rulesOf(parent: KubernetesObject, sleep: Sleep): Promise<readonly RelatedRule[]> {
    const known = knownRules(parent);
    if (known !== undefined || definition.customize === undefined) return known ?? [];
    count(environment.counters.customizes, definition.name);
    const answer = (await environment.hooks.call(
      definition.customize,
      { controller, parent },
      sleep,
    )) as CustomizeAnswer;
    const rules = answer.relatedResources ?? [];
    keptRules.set(rulesKey(parent), { rules, until: environment.clock.now() + RULES_KEPT_MILLISECONDS });
    return rules;
  }

  function concerns(rules: readonly RelatedRule[], changed: readonly KubernetesObject[]): boolean {
    return rules.some((rule) => {
      const { kind } = findResource(rule.apiVersion, rule.resource);
      return changed.some(
        (object) => object.kind === kind && object.apiVersion === rule.apiVersion && matchesRule(rule, object),
      );
    });
  }

  /** The rules of this parent are not known (any more), so the hook is asked before the change is looked at. */
  function matchLater(parent: KubernetesObject, changed: readonly KubernetesObject[]): void {
    const key = rulesKey(parent);
    const waiting = unmatched.get(key);
    unmatched.set(key, [...(waiting ?? []), ...changed]);
    if (waiting !== undefined) return;
    environment.startWork(async (sleep) => {
      // A hook that fails here is not asked again: the change is as if nobody had seen it.
      const rules = await rulesOf(parent, sleep).catch((error: unknown) => {
        if (isSyncFailure(error)) return [];
        throw error;
      });
      const objects = unmatched.get(key) ?? [];
      unmatched.delete(key);
      if (concerns(rules, objects)) enqueue(parent);
    });
  }

  function notify(changed: readonly KubernetesObject[]): void {
    for (const parent of environment.informerOf(definition.parent).all()) {
      const rules = knownRules(parent);
      if (rules === undefined) matchLater(parent, changed);
      else if (concerns(rules, changed)) enqueue(parent);
    }
  }

  function syncedInformer(resource: Resource) {
    const informer = environment.informerOf(resource);
    if (!watchedKinds.has(resource.kind)) {
      watchedKinds.add(resource.kind);
      informer.addHandler({
        added: (object) => notify([object]),
        updated: (before, object) => notify([before, object]),
        deleted: (object) => notify([object]),
      });
    }
    if (!informer.hasSynced()) throw new SyncError('related informer not synced yet');
    return informer;
  }

  function select(groups: ObjectGroups, rule: RelatedRule): void {
    checkRule(rule);
    const resource = findResource(rule.apiVersion, rule.resource);
    const objects = syncedInformer(resource)
      .all()
      .filter((object) => matchesRule(rule, object));
    addToGroup(groups, resource, objects);
  }

  return {
    async relatedObjects(parent, sleep) {
      const groups: ObjectGroups = new Map();
      for (const rule of await rulesOf(parent, sleep)) select(groups, rule);
      return groups;
    },
    clear() {
      keptRules.clear();
      unmatched.clear();
    },
  };
}
