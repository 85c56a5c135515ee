// Renders the CustomResourceDefinitions and the Metacontroller registrations for `kubectl apply`.
import { stringify } from 'yaml';
import { customResourceDefinition } from '../../crds/custom-resource-definition.ts';
import { kinds } from '../../crds/kinds.ts';
import { type ControllerOptions, controllerObject, registrations } from '../../metacontroller/registrations.ts';

function documents(objects: readonly unknown[]): string {
  return objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
}

/** YAML of every CustomResourceDefinition. */
export function renderDefinitions(): string {
  return documents(kinds.map(customResourceDefinition));
}

/** YAML of every CompositeController and DecoratorController. */
export function renderControllers(options: ControllerOptions): string {
  return documents(registrations.map((registration) => controllerObject(registration, options)));
}
