// The DiscoveryPolicies in the documents of the original Drop, unchanged.
import { parseAllDocuments } from 'yaml';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

const [readmePopular, readmeTags, warStory, fullExample, gitlabHelpers, platformApps] = parseAllDocuments(`
apiVersion: drop.corewire.io/v1alpha1
kind: DiscoveryPolicy
metadata:
  name: popular-build-images
spec:
  # Re-query Prometheus every hour (default: 30m)
  syncInterval: 1h
  # Keep at most 30 discovered images (default: 50)
  maxImages: 30
  # Only keep images matching this regex (optional)
  imageFilter: "registry.example.com/.*"
  sources:
    - type: prometheus
      prometheus:
        # Any Prometheus-compatible API (Prometheus, Thanos, Mimir, VictoriaMetrics)
        endpoint: https://mimir.example.com
        # Aggregate over the last 7 days (uses query_range, sums values per image)
        # Omit for a point-in-time instant query instead
        lookback: 168h
        # Resolution step for range queries (default: 5m)
        step: 5m
        # PromQL query - MUST return results with an "image" label.
        # The result value becomes the ranking score (higher = cached first).
        query: |
          count(
            container_memory_working_set_bytes{
              container!="", container!="POD",
              namespace="gitlab-runner", pod=~"runner-.*"
            }
          ) by (image)
      # Optional: Secret in the Drop pod namespace (default: drop-system)
      # Supported keys: token, username, password, ca.crt, tls.crt, tls.key, headers.<name>
      secretRef:
        name: prometheus-creds
---
apiVersion: drop.corewire.io/v1alpha1
kind: DiscoveryPolicy
metadata:
  name: latest-app-tags
spec:
  syncInterval: 15m
  maxImages: 10
  sources:
    - type: registry
      registry:
        # Registry base URL
        url: https://registry.example.com
        # Repositories to list tags from
        repositories:
          - team/frontend
          - team/backend
          - team/worker
        # Only discover semver tags (regex on tag name)
        tagFilter: "^v[0-9]+\\\\."
        # Keep only the last 3 matching tags returned by the registry
        topX: 3
      # Optional: Secret in the Drop pod namespace (default: drop-system)
      secretRef:
        name: registry-api-creds
---
apiVersion: drop.corewire.io/v1alpha1
kind: DiscoveryPolicy
metadata:
  name: popular-build-images
spec:
  syncInterval: 1h
  maxImages: 30
  sources:
    - type: prometheus
      prometheus:
        endpoint: https://mimir.example.com
        lookback: 168h # 7 days
        step: 5m
        query: |
          count(
            container_memory_working_set_bytes{
              container!="",container!="POD",
              namespace="gitlab-runner",pod=~"runner-.*"
            }
          ) by (image)
---
apiVersion: drop.corewire.io/v1alpha1
kind: DiscoveryPolicy
metadata:
  name: popular-build-images
spec:
  syncInterval: 1h
  maxImages: 30
  imageFilter: "^(?!.*ecr\\\\..*amazonaws\\\\.com).*$" # Exclude ECR images
  sources:
    - type: prometheus
      prometheus:
        endpoint: https://mimir.example.com
        query: |
          count(container_memory_working_set_bytes{
            container!="", container!="POD",
            namespace="build-stuff", cluster="mycluster"
          }) by (image)
      secretRef:
        name: prometheus-creds
---
apiVersion: drop.corewire.io/v1alpha1
kind: DiscoveryPolicy
metadata:
  name: gitlab-helpers
spec:
  syncInterval: 6h
  maxImages: 10
  sources:
    - type: registry
      registry:
        url: https://registry.gitlab.com
        repositories:
          - gitlab-org/gitlab-runner/gitlab-runner-helper
        tagFilter: "^v\\\\d+\\\\.\\\\d+\\\\.\\\\d+$"
        topX: 5
        imageTemplate: "registry.gitlab.com/{{ .Repository }}:x86_64-{{ .Tag }}"
---
apiVersion: drop.corewire.io/v1alpha1
kind: DiscoveryPolicy
metadata:
  name: platform-apps
spec:
  syncInterval: 2h
  maxImages: 20
  imageFilter: "^registry\\\\.example\\\\.com/platform/.*$"
  sources:
    - type: registry
      registry:
        url: https://registry.example.com
        repositories:
          - platform/api
          - platform/web
        tagFilter: "^v\\\\d+\\\\.\\\\d+\\\\.\\\\d+$"
        topX: 10
`).map((document) => document.toJS() as Manifest) as [Manifest, Manifest, Manifest, Manifest, Manifest, Manifest];

export const documentedPolicies = {
  readmePopular,
  readmeTags,
  warStory,
  fullExample,
  gitlabHelpers,
  platformApps,
} as const;
