// Labels and annotations by which a Pod declines what other controllers add or block.

/** Service meshes: a sidecar in a pull Pod would only delay the pull. */
export const noInjectionLabels: Readonly<Record<string, string>> = {
  // istio.io/latest/docs/setup/additional-setup/sidecar-injection
  'sidecar.istio.io/inject': 'false',
};

export const noInjectionAnnotations: Readonly<Record<string, string>> = {
  // Istio before 1.11 reads the annotation only.
  'sidecar.istio.io/inject': 'false',
  // linkerd.io/2/features/proxy-injection
  'linkerd.io/inject': 'disabled',
  // A pull must not keep the cluster autoscaler from removing an idle node.
  'cluster-autoscaler.kubernetes.io/safe-to-evict': 'true',
};
