{{/* Takes the name of a definition and root; fails with a sentence where this release cannot have it. */}}
{{- define "drop-crds.validateDefinition" -}}
{{- with (lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" .name).metadata }}
{{- $annotations := .annotations | default dict }}
{{- $release := index $annotations "meta.helm.sh/release-name" | default "" }}
{{- $namespace := index $annotations "meta.helm.sh/release-namespace" | default "" }}
{{- if .deletionTimestamp }}
{{- fail (printf "CustomResourceDefinition %s is still being deleted: try again in a moment" .name) }}
{{- end }}
{{- if not $release }}
{{- fail (printf "CustomResourceDefinition %s is in the cluster and belongs to no release of Helm: hand it over as the README of the chart says" .name) }}
{{- end }}
{{- if ne (list $release $namespace | join "/") (list $.root.Release.Name $.root.Release.Namespace | join "/") }}
{{- fail (printf "CustomResourceDefinition %s belongs to release %s in %s: hand it over as the README of the chart says" .name $release $namespace) }}
{{- end }}
{{- end }}
{{- end }}
