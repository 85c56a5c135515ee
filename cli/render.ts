// Writes the objects that a cluster needs, ready for `kubectl apply`: our definitions and our registrations.
import { stringify } from 'yaml';
import { customResourceDefinition } from '../crds/custom-resource-definition.ts';
import { kinds } from '../crds/kinds.ts';
import { type ControllerOptions, controllerObject, registrations } from '../metacontroller/registrations.ts';

function documents(objects: readonly unknown[]): string {
  return objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
}

/** Gives every CustomResourceDefinition as YAML. */
export function renderDefinitions(): string {
  return documents(kinds.map(customResourceDefinition));
}

/** Takes where the service is; gives every registration as YAML. */
export function renderControllers(options: ControllerOptions): string {
  return documents(registrations.map((registration) => controllerObject(registration, options)));
}
