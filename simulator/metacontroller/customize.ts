// Related objects: the rules of the customize hook, the objects they select, and the parents that a change enqueues.
import type { Informer } from '../informer.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';
import type { Sleep } from '../process.ts';
import type { Resource } from '../resources.ts';
import { type ControllerDefinition, findResource } from './controller-definition.ts';
import { count, type Environment } from './environment.ts';
import type { CustomizeResponse, RelatedRule } from './hook-client.ts';
import { addToGroup, type ObjectGroups } from './object-groups.ts';
import { checkRule, matchesRule } from './related-rules.ts';
import { isSyncFailure, SyncError } from './sync-error.ts';

/** Metacontroller caches a customize response for this time, by parent uid and generation. */
const CACHED_MILLISECONDS = 20 * 60 * 1000;

export interface CustomizeManager {
  /** Throws SyncError when the hook fails, a rule is invalid or a cache has not synced yet. */
  relatedObjects(parent: KubernetesObject, sleep: Sleep): Promise<ObjectGroups>;
  /** Drops the cached responses. */
  clear(): void;
}

export interface CustomizeOptions {
  readonly environment: Environment;
  readonly definition: ControllerDefinition;
  /** The controller object that requests carry. */
  readonly controller: unknown;
  /** Called with each parent whose related objects have changed. */
  readonly enqueue: (parent: KubernetesObject) => void;
}

interface CachedRules {
  readonly rules: readonly RelatedRule[];
  readonly until: number;
}

interface CustomizeState extends CustomizeOptions {
  readonly cachedRules: Map<string, CachedRules>;
  readonly watchedKinds: Set<string>;
  /** Changes that wait for the rules of a parent, by cache key. */
  readonly unmatched: Map<string, KubernetesObject[]>;
}

function cacheKey({ metadata }: KubernetesObject): string {
  return `${metadata.uid} ${metadata.generation}`;
}

function cachedRulesOf(state: CustomizeState, parent: KubernetesObject): readonly RelatedRule[] | undefined {
  const cached = state.cachedRules.get(cacheKey(parent));
  return cached !== undefined && cached.until > state.environment.clock.now() ? cached.rules : undefined;
}

async function rulesOf(state: CustomizeState, parent: KubernetesObject, sleep: Sleep): Promise<readonly RelatedRule[]> {
  const { environment, definition, controller } = state;
  const cached = cachedRulesOf(state, parent);
  if (cached !== undefined || definition.customize === undefined) return cached ?? [];
  count(environment.counters.customizes, definition.name);
  const body = await environment.hooks.call(definition.customize, { controller, parent }, sleep);
  const rules = (body as CustomizeResponse).relatedResources ?? [];
  state.cachedRules.set(cacheKey(parent), { rules, until: environment.clock.now() + CACHED_MILLISECONDS });
  return rules;
}

function matchesAny(rules: readonly RelatedRule[], changed: readonly KubernetesObject[]): boolean {
  return rules.some((rule) => {
    const { kind } = findResource(rule.apiVersion, rule.resource);
    return changed.some(
      (object) => object.kind === kind && object.apiVersion === rule.apiVersion && matchesRule(rule, object),
    );
  });
}

/** Calls the customize hook first, because the rules of this parent are not cached. */
function matchLater(state: CustomizeState, parent: KubernetesObject, changed: readonly KubernetesObject[]): void {
  const { environment, unmatched, enqueue } = state;
  const key = cacheKey(parent);
  const waiting = unmatched.get(key);
  unmatched.set(key, [...(waiting ?? []), ...changed]);
  if (waiting !== undefined) return;
  environment.startWork(async (sleep) => {
    // Metacontroller does not retry a hook that fails here: the change enqueues no parent.
    const rules = await rulesOf(state, parent, sleep).catch((error: unknown) => {
      if (isSyncFailure(error)) return [];
      throw error;
    });
    const objects = unmatched.get(key) ?? [];
    unmatched.delete(key);
    if (matchesAny(rules, objects)) enqueue(parent);
  });
}

function onRelatedChange(state: CustomizeState, changed: readonly KubernetesObject[]): void {
  for (const parent of state.environment.informerOf(state.definition.parent).all()) {
    const rules = cachedRulesOf(state, parent);
    if (rules === undefined) matchLater(state, parent, changed);
    else if (matchesAny(rules, changed)) state.enqueue(parent);
  }
}

function syncedInformer(state: CustomizeState, resource: Resource): Informer {
  const informer = state.environment.informerOf(resource);
  if (!state.watchedKinds.has(resource.kind)) {
    state.watchedKinds.add(resource.kind);
    informer.addHandler({
      added: (object) => onRelatedChange(state, [object]),
      updated: (before, object) => onRelatedChange(state, [before, object]),
      deleted: (object) => onRelatedChange(state, [object]),
    });
  }
  if (!informer.hasSynced()) throw new SyncError('related informer not synced yet');
  return informer;
}

function select(state: CustomizeState, groups: ObjectGroups, rule: RelatedRule): void {
  checkRule(rule);
  const resource = findResource(rule.apiVersion, rule.resource);
  const objects = syncedInformer(state, resource)
    .all()
    .filter((object) => matchesRule(rule, object));
  addToGroup(groups, resource, objects);
}

export function createCustomizeManager(options: CustomizeOptions): CustomizeManager {
  const state: CustomizeState = {
    ...options,
    cachedRules: new Map(),
    watchedKinds: new Set(),
    unmatched: new Map(),
  };
  return {
    async relatedObjects(parent, sleep) {
      const groups: ObjectGroups = new Map();
      for (const rule of await rulesOf(state, parent, sleep)) select(state, groups, rule);
      return groups;
    },
    clear() {
      state.cachedRules.clear();
      state.unmatched.clear();
    },
  };
}
