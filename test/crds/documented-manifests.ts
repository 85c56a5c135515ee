// The manifests in the documents of the original Drop, unchanged; DiscoveryPolicies are in documented-discovery.ts.
import { parseAllDocuments } from 'yaml';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

export const documentedManifests = parseAllDocuments(`
apiVersion: drop.corewire.io/v1alpha1
kind: CachedImage
metadata:
  name: alpine-3-20
spec:
  image: docker.io/library/alpine
  tag: "3.20"
---
apiVersion: drop.corewire.io/v1alpha1
kind: CachedImage
metadata:
  name: golang-ci
spec:
  # Full image reference without tag
  image: docker.io/library/golang
  # Tag to pull (mutually exclusive with digest)
  tag: "1.22-bookworm"
  # Always (default): check registry for newer digest even if tag exists locally
  imagePullPolicy: Always
  # Only cache on nodes with this label
  nodeSelector:
    node-role.kubernetes.io/build: "true"
  # Allow scheduling pull pods on tainted build nodes
  tolerations:
    - key: "node-role.kubernetes.io/build"
      operator: "Exists"
      effect: "NoSchedule"
---
apiVersion: drop.corewire.io/v1alpha1
kind: PullPolicy
metadata:
  name: ci-cache-conservative
spec:
  # Pull on at most 2 nodes simultaneously (default: 1)
  maxConcurrentNodes: 2
  # Wait at least 30s between starting pulls on different nodes (default: 10s)
  minDelayBetweenPulls: 30s
  failureBackoff:
    initial: 1m
    max: 10m
---
apiVersion: drop.corewire.io/v1alpha1
kind: CachedImageSet
metadata:
  name: ci-tools
spec:
  # Apply the pacing policy above to every child CachedImage
  policyRef:
    name: ci-cache-conservative
  imagePullPolicy: IfNotPresent
  # Static list - each entry becomes a child CachedImage
  images:
    - image: docker.io/library/golang
      tag: "1.22-bookworm"
    - image: docker.io/library/node
      tag: "20-alpine"
    - image: docker.io/library/alpine
      tag: "3.19"
---
apiVersion: drop.corewire.io/v1alpha1
kind: CachedImageSet
metadata:
  name: private-ci-images
spec:
  imagePullSecrets:
    - name: private-registry-pull
  images:
    - image: registry.example.com/ci/builder
      tag: "v3.1.0"
    - image: registry.example.com/ci/test-runner
      tag: "v2.8.4"
---
apiVersion: drop.corewire.io/v1alpha1
kind: CachedImageSet
metadata:
  name: auto-cached-ci-images
spec:
  # Dynamically managed image list from the DiscoveryPolicy above
  discoveryPolicyRef:
    name: popular-build-images
  # Can also add static images alongside discovered ones
  images:
    - image: docker.io/library/alpine
      tag: "3.19"
---
apiVersion: drop.corewire.io/v1alpha1
kind: CachedImageSet
metadata:
  name: registry-discovered-apps
spec:
  discoveryPolicyRef:
    name: latest-app-tags
---
apiVersion: drop.corewire.io/v1alpha1
kind: CachedImage
metadata:
  name: nginx
spec:
  image: docker.io/library/nginx
  tag: 1.25-alpine
`).map((document) => document.toJS() as Manifest);
