// Minimal definitions of Metacontroller's kinds, so that its controllers can be registered where Metacontroller is not installed.

/** Any field is kept: what is in them is Metacontroller's to check. */
const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

function definition(
  kind: string,
  plural: string,
  scope: 'Cluster' | 'Namespaced',
  shortNames: readonly string[],
): object {
  const group = 'metacontroller.k8s.io';
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      // Without it the API server refuses definitions in a group of the Kubernetes project.
      annotations: { 'api-approved.kubernetes.io': 'unapproved, of a test' },
    },
    spec: {
      group,
      scope,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List`, shortNames },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: anything },
          ...(kind === 'ControllerRevision' ? {} : { subresources: { status: {} } }),
        },
      ],
    },
  };
}

/** The three kinds, with the names and scope that Metacontroller gives them. */
export const metacontrollerDefinitions: readonly object[] = [
  definition('CompositeController', 'compositecontrollers', 'Cluster', ['cc', 'cctl']),
  definition('DecoratorController', 'decoratorcontrollers', 'Cluster', ['dec', 'decorators']),
  definition('ControllerRevision', 'controllerrevisions', 'Namespaced', []),
];
