// Minimal definitions of Metacontroller's kinds, because the repository does not contain its chart.

/** Keeps every field. Metacontroller itself validates them. */
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
      // The API server requires this annotation for every group below k8s.io.
      annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' },
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

/** The three kinds, with Metacontroller's names and scopes. */
export const metacontrollerDefinitions: readonly object[] = [
  definition('CompositeController', 'compositecontrollers', 'Cluster', ['cc', 'cctl']),
  definition('DecoratorController', 'decoratorcontrollers', 'Cluster', ['dec', 'decorators']),
  definition('ControllerRevision', 'controllerrevisions', 'Namespaced', []),
];
